import assert from 'node:assert/strict';
import { advice, adviceMessage, tooLarge } from './adviceFixture';
import { WebviewBrowser } from './pageUnderTest';
import type { PageUnderTest } from './pageUnderTest';

describe('the recommendation panel', function () {
  this.timeout(30_000);
  let browser: WebviewBrowser;
  let panel: PageUnderTest;
  before(async () => {
    browser = await WebviewBrowser.start();
  });
  after(() => browser.stop());
  afterEach(async () => {
    await panel.close();
  });

  async function openWithAdvice(options: Parameters<WebviewBrowser['open']>[1] = {}): Promise<void> {
    panel = await browser.open('panel', options);
    const ready = await panel.received('ready');
    await panel.send(adviceMessage(Number(ready['id'])));
  }

  const text = async (selector: string) =>
    (await panel.page.locator(selector).allInnerTexts()).map((each) => each.replace(/\s+/g, ' ').trim());

  /** As a person's hand: the value changes and the input event follows, again and again. */
  const slide = (id: string, ...positions: number[]) =>
    panel.page.evaluate(
      ([name, values]) => {
        const slider = document.querySelector<HTMLInputElement>(`#${name}`);
        for (const value of values) {
          if (slider === null) return;
          slider.value = String(value);
          slider.dispatchEvent(new Event('input', { bubbles: true }));
        }
      },
      [id, positions] as const,
    );

  it('says that it is ready, and shows the verdict that it gets', async () => {
    await openWithAdvice();
    assert.deepEqual(await text('h1'), ['Llama-3.1-8B-Instruct']);
    assert.deepEqual(await text('.card-label'), ['First token', 'Per token', 'Throughput', 'Memory']);
    assert.deepEqual(await text('.card-value'), ['428 ms', '6.1 ms', '1,310 tok/s', '20.8 of 80 GB']);
    assert.deepEqual((await text('.card-notes'))[0], '371 – 522 ms · compute-bound');
    assert.deepEqual(
      (await text('.card-notes'))[3],
      'fits · up to 177 such sequences · longest 131,072 tokens',
    );
    assert.match((await text('.facts'))[0] ?? '', /8,030,261,248 parameters/);
  });

  it('ranks what to do, each row with gain, memory, quality and who says so', async () => {
    await openWithAdvice();
    assert.deepEqual(
      await text('.row-title'),
      advice.recommendations.map((each) => each.title),
    );
    assert.deepEqual(await text('.row .row-gain strong'), [
      '2.60×',
      '1.62×',
      '1.90×',
      '1.85×',
      '1.25×',
      '1.05×',
    ]);
    assert.deepEqual((await text('.row .row-quality'))[2], 'lossless');
    assert.deepEqual((await text('.row .row-evidence'))[0], '2 papers · 1 run');
    assert.match((await text('.row .row-memory'))[0] ?? '', /^−7\.1 GB/);
  });

  it('draws bands on one axis: the same place means the same gain', async () => {
    await openWithAdvice();
    const left = (gain: number) =>
      panel.page
        .locator('.row .band')
        .nth(gain)
        .evaluate((picture) => {
          const soft = picture.querySelector('.band-soft')?.getBoundingClientRect();
          const tick = picture.querySelector('.band-tick')?.getBoundingClientRect();
          const all = picture.getBoundingClientRect();
          return {
            start: (soft?.left ?? 0) - all.left,
            end: (soft?.right ?? 0) - all.left,
            tick: (tick?.left ?? 0) - all.left,
          };
        });
    const [first, second] = [await left(0), await left(1)];
    // p90 of the second (1.78) is below p10 of the first (1.95), p50 is within its own band.
    assert.ok(second.end < first.start);
    assert.ok(first.start < first.tick && first.tick < first.end);
  });

  it('opens a row by mouse and tells why, what it needs, the setting and the evidence', async () => {
    await openWithAdvice();
    await panel.page.locator('.row .row-band').nth(1).click();
    assert.equal(await panel.page.locator('.row-open').nth(1).getAttribute('aria-expanded'), 'true');
    const [detail = ''] = await text('.detail');
    assert.match(detail, /85 % of the step/);
    assert.match(detail, /no calibration data/);
    assert.match(detail, /--quantization fp8/);
    assert.match(detail, /Apply to compose\.yaml/);
    assert.match(detail, /−\$0\.041 a million output tokens/);
    assert.match(detail, /1\.80× latency/);
    assert.match(detail, /near 0\.08/);
    assert.match(detail, /related 0\.52/);
    assert.match(detail, /vllm bench serve/);
    await panel.page.locator('.row .row-band').nth(1).click();
    assert.equal(await panel.page.locator('.detail').count(), 0);
  });

  it('is worked by keyboard: arrows between rows, Enter opens, Tab goes on inside, the focus stays', async () => {
    await openWithAdvice();
    const focused = () => panel.page.evaluate(() => document.activeElement?.textContent ?? '');
    await panel.page.locator('.row-open').first().focus();
    await panel.page.keyboard.press('ArrowDown');
    assert.match(await focused(), /FP8 weights and activations/);
    await panel.page.keyboard.press('Enter');
    assert.equal(await panel.page.locator('.row-open').nth(1).getAttribute('aria-expanded'), 'true');
    assert.match(await focused(), /FP8 weights and activations/);
    await panel.page.keyboard.press('Tab');
    assert.equal(await focused(), 'Copy');
    await panel.page.keyboard.press('Tab');
    assert.equal(await focused(), 'Apply to compose.yaml');
    await panel.page.locator('.row-open').nth(1).focus();
    await panel.page.keyboard.press('End');
    assert.match(await focused(), /FP8 KV cache/);
    await panel.page.keyboard.press('Home');
    assert.match(await focused(), /EAGLE-3 draft/);
    await panel.page.keyboard.press(' ');
    assert.equal(await panel.page.locator('.row-open').first().getAttribute('aria-expanded'), 'true');
    assert.equal(await panel.page.locator('.row-open').nth(1).getAttribute('aria-expanded'), 'false');
  });

  it('asks the host to copy and to apply, and says how it went', async () => {
    await openWithAdvice();
    await panel.page.locator('.row-open').nth(1).click();
    await panel.page.getByRole('button', { name: 'Copy' }).first().click();
    const copy = await panel.received('copy');
    assert.equal(copy['text'], '--quantization fp8');
    await panel.send({ type: 'done', inReplyTo: copy['id'] });
    assert.equal((await text('.detail .deeds button'))[0], 'Copied');

    await panel.page.getByRole('button', { name: 'Apply to compose.yaml' }).click();
    const apply = await panel.received('apply');
    assert.deepEqual(apply['techniques'], ['fp8-weights']);
    assert.deepEqual(apply['settings'], [{ engine: 'vllm', setting: '--quantization fp8' }]);
    await panel.send({ type: 'failed', inReplyTo: apply['id'], message: 'compose.yaml has changed since.' });
    assert.equal((await text('.detail .deeds button'))[1], 'compose.yaml has changed since.');
  });

  it('offers no Apply where there is no file for it, and says which engine has a setting', async () => {
    panel = await browser.open('panel');
    const ready = await panel.received('ready');
    await panel.send(adviceMessage(Number(ready['id']), { applyTo: null }));
    await panel.page.locator('.row-open').nth(4).click();
    const [detail = ''] = await text('.detail');
    assert.match(detail, /vLLM has no setting for it\. It is in Transformers\./);
    assert.doesNotMatch(detail, /Apply/);
  });

  it('opens papers, the explanation and the choice of hardware through the host', async () => {
    await openWithAdvice();
    await panel.page.getByRole('button', { name: 'Change hardware…' }).click();
    await panel.received('changeHardware');
    await panel.page.getByRole('button', { name: 'Explain', exact: true }).click();
    assert.deepEqual((await panel.received('explain'))['techniques'], []);
    await panel.page.locator('.row-open').nth(1).click();
    await panel.page.getByRole('button', { name: /^QServe/ }).click();
    assert.equal((await panel.received('openPaper'))['paper'], 'qserve');
  });

  it('asks once for a slider that is moved through many places, and writes the value at once', async () => {
    await openWithAdvice();
    await slide('concurrency', 6, 7, 8, 9, 10);
    assert.deepEqual((await text('.slider-value'))[0], '48');
    const change = await panel.received('change');
    assert.equal((change['query'] as { concurrency: number }).concurrency, 48);
    await panel.page.waitForTimeout(150);
    assert.equal((await panel.sent()).filter((message) => message.type === 'change').length, 1);
  });

  it('withdraws a question that is overtaken, and drops its late answer', async () => {
    await openWithAdvice();
    await slide('concurrency', 10);
    const first = await panel.received('change');
    await slide('concurrency', 11);
    const second = await panel.received('change', 2);
    assert.equal((await panel.received('cancel'))['request'], first['id']);
    const named = (name: string, id: unknown) =>
      adviceMessage(Number(id), { subject: { name, facts: [], file: null } });
    await panel.send(named('too late', first['id']));
    assert.deepEqual(await text('h1'), ['Llama-3.1-8B-Instruct']);
    await panel.send(named('in time', second['id']));
    assert.deepEqual(await text('h1'), ['in time']);
  });

  it('asks for another goal, device, engine, for lossless only, and for more devices', async () => {
    await openWithAdvice();
    const answered = async (count: number) => {
      const change = await panel.received('change', count);
      const query = change['query'] as ReturnType<typeof adviceMessage>['query'];
      await panel.send(adviceMessage(Number(change['id']), { query }));
      return query;
    };
    await panel.page.getByText('Throughput', { exact: true }).last().click();
    await panel.page.locator('#goal-throughput').check({ force: true });
    assert.equal((await answered(1)).goal, 'throughput');
    await panel.page.locator('#hardware').click();
    await panel.page.locator('#hardware vscode-option', { hasText: 'L40S' }).click();
    assert.equal((await answered(2)).hardware, 'l40s');
    await panel.page.locator('#lossless').click();
    assert.equal((await answered(3)).lossless, true);
    await panel.page.locator('#devices').locator('input').fill('4');
    assert.equal((await answered(4)).devices, 4);
    await panel.page.locator('#engine').focus();
    await panel.page.keyboard.press('ArrowDown');
    assert.equal((await answered(5)).engine, 'sglang');
    await panel.page.locator('#devices').locator('input').fill('0');
    assert.deepEqual(await text('.fault'), ['1 to 1,024']);
    await panel.page.waitForTimeout(400);
    assert.equal((await panel.sent()).filter((message) => message.type === 'change').length, 5);
  });

  it('says why there is no answer, keeps what it had, and tries again', async () => {
    await openWithAdvice();
    await slide('input', 5);
    const change = await panel.received('change');
    await panel.send({
      type: 'failed',
      inReplyTo: change['id'],
      message: 'config.json has a syntax error at line 3.',
    });
    assert.match((await text('.failure'))[0] ?? '', /syntax error at line 3/);
    assert.equal(await panel.page.locator('.row').count(), 6);
    await panel.page.locator('.failure vscode-button').click();
    const again = await panel.received('change', 2);
    await panel.send(adviceMessage(Number(again['id'])));
    assert.equal(await panel.page.locator('.failure').isVisible(), false);
  });

  it('says so when the host does not answer in time', async () => {
    panel = await browser.open('panel', { clock: true });
    await panel.received('ready');
    await panel.page.clock.fastForward(21_000);
    await panel.page.locator('.failure').waitFor();
    assert.match((await text('.failure'))[0] ?? '', /did not answer within 20 s/);
  });

  it('takes no notice of messages that it does not know, and lives on', async () => {
    await openWithAdvice();
    await panel.send({ type: 'advice', inReplyTo: null, advice: { schema: 2 } });
    await panel.send({ nonsense: true });
    await panel.send(Array(10).fill('x'));
    assert.deepEqual(await text('h1'), ['Llama-3.1-8B-Instruct']);
    assert.equal(panel.faults.length, 3);
    await panel.send(adviceMessage(null, { subject: { name: 'lives', facts: [], file: null } }));
    assert.deepEqual(await text('h1'), ['lives']);
  });

  it('shows names from files as names, whatever they look like', async () => {
    panel = await browser.open('panel');
    const ready = await panel.received('ready');
    const name = '<img src=x onerror="document.title=1"><script>1</script>';
    await panel.send(adviceMessage(Number(ready['id']), { subject: { name, facts: [name], file: name } }));
    assert.deepEqual(await text('h1'), [name]);
    assert.equal(await panel.page.locator('h1 img, .facts img, script:not([nonce])').count(), 0);
    assert.deepEqual(await panel.violations(), []);
  });

  it('refuses what does not fit: how much is missing, and what would fit', async () => {
    panel = await browser.open('panel');
    const ready = await panel.received('ready');
    await panel.send(adviceMessage(Number(ready['id']), { advice: tooLarge }));
    assert.match(
      (await text('.card.bad'))[0] ?? '',
      /37\.8 of 24 GB.*does not fit.*10 of 64 sequences would/,
    );
    assert.match((await text('.legend'))[0] ?? '', /missing 13\.8 GB/);
    assert.match((await text('.recommendations'))[0] ?? '', /Nothing in the catalogue would help/);
  });

  it('says of each row whether it fits, where that is not plain', async () => {
    panel = await browser.open('panel');
    const ready = await panel.received('ready');
    const [first, second] = advice.recommendations;
    assert.ok(first !== undefined && second !== undefined);
    const still = { ...second, estimate: tooLarge.baseline };
    const some = { ...tooLarge, recommendations: [first, still] };
    await panel.send(adviceMessage(Number(ready['id']), { advice: some }));
    assert.deepEqual(await text('.row-fits'), ['fits', 'does not fit']);
    await panel.send(adviceMessage(null));
    assert.deepEqual(await text('.row-fits'), []);
  });

  it('says what is not recommended and why, the rest on demand', async () => {
    await openWithAdvice();
    const [first = ''] = await text('.rejected li');
    assert.equal(first, 'Chunked prefill: on by default in vLLM');
    assert.equal(await panel.page.locator('.rejected li').count(), 4);
    await panel.page.getByRole('button', { name: '1 more' }).click();
    assert.equal(await panel.page.locator('.rejected li').count(), 5);
    assert.equal(await panel.page.evaluate(() => document.activeElement?.textContent), 'fewer');
  });

  it('has a table beside every chart', async () => {
    await openWithAdvice();
    for (const summary of await panel.page.locator('.as-table summary').all()) await summary.click();
    const tables = await text('.as-table table');
    assert.equal(tables.length, 3);
    assert.match(tables[0] ?? '', /1\. FP8 weights \+ EAGLE-3 draft 1\.95× 2\.60× 3\.25×/);
    assert.match(tables[1] ?? '', /weights 16\.1 GB 8\.55 GB/);
    assert.match(tables[2] ?? '', /decode 7\.09 21\.3 TFLOP\/s/);
  });

  it('remembers across being hidden: paints what it had before the host answers, the open row open', async () => {
    await openWithAdvice();
    await panel.page.locator('.row-open').nth(2).click();
    await panel.page.waitForTimeout(350);
    const state = await panel.state();
    assert.equal((state as { document: string }).document, adviceMessage(null).subject.document);
    await panel.close();
    panel = await browser.open('panel', { state });
    assert.deepEqual(await text('h1'), ['Llama-3.1-8B-Instruct']);
    assert.equal(await panel.page.locator('.row-open').nth(2).getAttribute('aria-expanded'), 'true');
    const ready = await panel.received('ready');
    assert.deepEqual(ready['query'], adviceMessage(null).query);
  });

  it('starts afresh from a memory that is not its own', async () => {
    for (const state of [null, 7, 'x', { query: { hardware: 3 }, last: { type: 'advice' }, tables: 5 }]) {
      panel = await browser.open('panel', { state });
      assert.equal((await panel.received('ready'))['query'], null);
      assert.deepEqual(panel.faults, []);
      if (state !== 'x') await panel.close();
    }
  });

  for (const width of [380, 560, 800, 1100, 1600]) {
    it(`needs no sideways scrolling at ${width} px`, async () => {
      await openWithAdvice({ width });
      await panel.page.locator('.row-open').nth(0).click();
      await panel.settled();
      const { scroll, client } = await panel.page.evaluate(() => ({
        scroll: document.documentElement.scrollWidth,
        client: document.documentElement.clientWidth,
      }));
      assert.ok(scroll <= client, `${scroll} > ${client}`);
      await panel.screenshot(`panel ${width}`);
    });
  }
});
