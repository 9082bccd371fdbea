import assert from 'node:assert/strict';
import { source } from 'axe-core';
import type { AxeResults } from 'axe-core';
import type { Page } from 'playwright-core';
import { drawnContrast } from './contrast';
import { WebviewBrowser } from './pageUnderTest';
import type { PageUnderTest } from './pageUnderTest';
import { THEMES } from './theme';
import type { ThemeName } from './theme';
import { llama, many, told, verdict } from './weightsFixture';

async function axe(page: Page): Promise<string[]> {
  await page.evaluate(source);
  const results = (await page.evaluate('axe.run(document, { resultTypes: ["violations"] })')) as AxeResults;
  return results.violations.flatMap((violation) =>
    violation.nodes.map((node) => `${violation.id}: ${node.target.join(' ')} ${node.failureSummary ?? ''}`),
  );
}

describe('the page of a weights file', function () {
  this.timeout(60_000);
  let browser: WebviewBrowser;
  let view: PageUnderTest;
  before(async () => {
    browser = await WebviewBrowser.start();
  });
  after(() => browser.stop());
  afterEach(async () => {
    assert.deepEqual(await view.violations(), []);
    assert.deepEqual(view.faults, []);
    await view.close();
  });

  async function open(
    tensors = llama,
    options: Parameters<WebviewBrowser['open']>[1] = {},
    more: Parameters<typeof told>[2] = {},
  ): Promise<number> {
    view = await browser.open('weights', { height: 900, ...options });
    const ready = await view.received('ready');
    const { count, took } = await view.page.evaluate(
      async (all) => {
        const start = performance.now();
        for (const message of all) window.postMessage(message, '*');
        const last = all.length === 0 ? '' : String((all[0] as { tensors: number }).tensors);
        while (document.body.dataset['tensors'] !== last) await new Promise((done) => setTimeout(done, 5));
        return { count: last, took: performance.now() - start };
      },
      told(tensors, Number(ready['id']), more),
    );
    assert.equal(count, String(tensors.length));
    await view.settled();
    return took;
  }

  const sum = () => view.page.locator('.sum').innerText();
  const rows = () => view.page.locator('.tensors tbody tr[data-index]');
  const names = async () => (await view.page.locator('.tensors tbody td.name').allInnerTexts()).map(plain);
  const plain = (text: string) => text.replace(/\s+/g, ' ').trim();
  const focused = () =>
    view.page.evaluate(() => (document.activeElement as HTMLElement | null)?.dataset['index'] ?? null);
  const filter = async (text: string) => {
    await view.page.locator('#filter input').fill(text);
    await view.settled();
  };

  it('says what the model is, what it costs, and lists its tensors by layer', async () => {
    await open();
    assert.equal(await view.page.locator('h1').innerText(), 'Llama 3.1 8B Instruct');
    assert.match(plain(await view.page.locator('.facts').innerText()), /8,030,261,248 parameters · Q4_K_M/);
    assert.equal(await view.page.locator('.card').count(), 4);
    assert.match(await view.page.locator('.assumptions').innerText(), /H100 SXM, llama\.cpp/);
    assert.deepEqual((await names()).slice(0, 5), [
      'outside layers 3 tensors',
      'output.weight',
      'output_norm.weight',
      'token_embd.weight',
      'blk.0 9 tensors',
    ]);
    assert.match(plain(await sum()), /^291 tensors · 8\.03 B elements · 5\.17 GB$/);
    const table = view.page.locator('.tensors');
    assert.equal(await table.getAttribute('role'), 'treegrid');
    // 291 tensors under 32 layers and what is outside them, and the heading.
    assert.equal(await table.getAttribute('aria-rowcount'), String(291 + 33 + 1));
  });

  it('filters by name, layer, type and part, and adds up what is left', async () => {
    await open();
    await filter('attn layer:12 type:q4');
    assert.deepEqual(await names(), [
      'blk.12 3 tensors',
      'attn_k.weight',
      'attn_output.weight',
      'attn_q.weight',
    ]);
    // 4096 × 4096 twice and 1024 × 4096, at 144 bytes for 256 elements.
    assert.match(plain(await sum()), /^3 of 291 tensors · 37\.7 M elements · 21\.2 MB$/);
    await filter('nothing of the kind');
    assert.equal(await rows().count(), 0);
    assert.match(await sum(), /^0 of 291 tensors/);
  });

  it('goes from a share of the weights to its tensors', async () => {
    await open();
    await view.page.getByRole('button', { name: /^head/ }).click();
    await view.settled();
    assert.deepEqual(await names(), ['outside layers 1 tensor', 'output.weight']);
    await filter('');
    await view.page.getByRole('button', { name: /^Q6_K/ }).click();
    await view.settled();
    // Value and down projections of 32 layers, and the head.
    assert.match(await sum(), /^65 of 291 tensors/);
  });

  it('orders by name and by size, and says so', async () => {
    await open();
    await view.page.locator('#by-layer').click();
    await view.page.getByRole('button', { name: 'Bytes' }).click();
    await view.settled();
    assert.deepEqual((await names()).slice(0, 3), [
      'output.weight',
      'token_embd.weight',
      'blk.0.ffn_down.weight',
    ]);
    assert.equal(await view.page.locator('.column-bytes').getAttribute('aria-sort'), 'descending');
    assert.equal(await view.page.locator('.tensors').getAttribute('role'), 'grid');
    await view.page.getByRole('button', { name: 'Bytes' }).click();
    await view.settled();
    assert.match((await names())[0] ?? '', /norm\.weight$/);
  });

  it('is walked through by the keyboard', async () => {
    await open();
    await view.page.locator('.tensors tbody tr[tabindex="0"]').focus();
    const { keyboard } = view.page;
    assert.equal(await focused(), '0');
    await keyboard.press('ArrowLeft');
    await view.settled();
    assert.deepEqual((await names()).slice(0, 2), ['outside layers 3 tensors', 'blk.0 9 tensors']);
    assert.equal(await view.page.locator('tr[data-index="0"]').getAttribute('aria-expanded'), 'false');
    await keyboard.press('ArrowDown');
    await keyboard.press('ArrowDown');
    assert.equal(await focused(), '2');
    await keyboard.press('ArrowLeft');
    assert.equal(await focused(), '1');
    await keyboard.press('End');
    await view.settled();
    assert.equal(await focused(), String(32 * 10));
    const last = view.page.locator(`tr[data-index="${32 * 10}"]`);
    assert.match(await last.innerText(), /ffn_up/);
    assert.ok(((await last.boundingBox())?.y ?? 1e9) < 900);
    await keyboard.press('Home');
    await view.settled();
    const first = await view.page.locator('tr[data-index="0"]').boundingBox();
    const head = await view.page.locator('.tensors thead').boundingBox();
    assert.ok((first?.y ?? 0) >= (head?.y ?? 0) + (head?.height ?? 0) - 1);
    // One tab stop, wherever the window stands.
    await view.page.mouse.wheel(0, 3000);
    await view.settled();
    await view.settled();
    assert.equal(await view.page.locator('.tensors tbody tr[tabindex="0"]').count(), 1);
    await keyboard.press('ArrowDown');
    await view.settled();
    assert.equal(await focused(), '1');
  });

  for (const count of [3_000, 50_000]) {
    it(`keeps few of ${count} rows and goes through them smoothly`, async () => {
      const shown = await open(many(count));
      assert.match(plain(await sum()), new RegExp(`^${count.toLocaleString('en')} tensors`));
      const lines = count + count / 100;
      const { most, longest } = await view.page.evaluate(async () => {
        const drawn = () => document.querySelectorAll('.tensors tr').length;
        const frame = () => new Promise((done) => requestAnimationFrame(done));
        let [rowsSeen, wait] = [0, 0];
        const height = document.documentElement.scrollHeight;
        for (let step = 0; step <= 60; step += 1) {
          const before = performance.now();
          window.scrollTo(0, (height * step) / 60);
          await frame();
          await frame();
          wait = Math.max(wait, performance.now() - before);
          rowsSeen = Math.max(rowsSeen, drawn());
        }
        return { most: rowsSeen, longest: wait };
      });
      console.log(
        `      ${count} rows: shown after ${shown.toFixed(0)} ms, at most ${most} rows, longest jump ${longest.toFixed(0)} ms`,
      );
      assert.ok(most < 200, `${most} rows`);
      // Two frames of a machine without a GPU and with much else to do.
      assert.ok(longest < 500, `${longest} ms`);
      assert.equal(await view.page.locator(`tr[data-index="${lines - 1}"]`).count(), 1);
      const heights = await view.page.evaluate(() => [
        ...new Set(
          [...document.querySelectorAll('tr[data-index]')].map((row) => row.getBoundingClientRect().height),
        ),
      ]);
      assert.equal(heights.length, 1, String(heights));
      const filtering = performance.now();
      await filter('layer:7 experts.4');
      await view.page.evaluate(() => window.scrollTo(0, 0));
      assert.ok(performance.now() - filtering < 3000);
      assert.match(await sum(), /^11 of/);
    });
  }

  it('remembers where the person was', async () => {
    await open(llama, {
      state: {
        filter: 'ffn',
        order: { column: 'bytes', descending: true },
        byLayer: false,
        folded: [],
        tables: ['type'],
        scroll: 300,
      },
    });
    assert.equal(await view.page.locator('#filter input').inputValue(), 'ffn');
    assert.match(await sum(), /^128 of 291/);
    assert.equal(await view.page.evaluate(() => window.scrollY), 300);
    assert.equal(await view.page.getByRole('table', { name: 'Weights by format' }).count(), 1);
    await view.page.locator('#by-layer').click();
    await view.page.waitForTimeout(400);
    assert.equal(((await view.state()) as { byLayer: boolean }).byLayer, true);
  });

  it('passes on what is asked for', async () => {
    await open();
    for (const [name, type] of [
      ['Recommend acceleration', 'recommend'],
      ['Change hardware…', 'changeHardware'],
      ['Explain', 'explain'],
    ] as const) {
      await view.page.getByRole('button', { name }).click();
      const sent = await view.received(type);
      await view.send({ type: 'done', inReplyTo: sent['id'] });
    }
  });

  it('follows the hardware, and drops what an older reading says', async () => {
    await open();
    await view.send(verdict(1, 'too large'));
    assert.match(await view.page.locator('.card.memory').innerText(), /does not fit/);
    await view.send({
      type: 'verdict',
      reading: 1,
      verdict: null,
      refusal: '“h900” is not a device that I know.',
    });
    assert.match(await view.page.locator('.judged').innerText(), /h900/);
    for (const message of told(many(200), null, { name: 'another' }, 2)) await view.send(message);
    await view.send({ type: 'tensors', reading: 1, first: 0, rows: [...llama] });
    assert.equal(await view.page.locator('h1').innerText(), 'another');
    assert.match(await sum(), /^200 tensors/);
  });

  it('gives no times where the file does not say how its tensors are used', async () => {
    await open();
    await view.send(verdict(1, 'untimed'));
    assert.equal(await view.page.locator('.card').count(), 1);
    assert.match(await view.page.locator('.judged').innerText(), /Times are not known/);
  });

  it('says in one sentence why a file cannot be read', async () => {
    view = await browser.open('weights');
    const ready = await view.received('ready');
    const message = 'The header claims 99 bytes and the file ends after 12.';
    await view.send({ type: 'failed', inReplyTo: ready['id'], message });
    assert.equal(await view.page.getByRole('alert').innerText(), message);
    assert.equal(await view.page.locator('main').isVisible(), false);
    await view.screenshot('weights failed');
  });

  it('shows what is hostile as text', async () => {
    const name = '<img src=x onerror=alert(1)>';
    await open(
      [{ name, type: '<b>', shape: [2 ** 40], bytes: null, layer: null, stack: '', part: 'other' }],
      {},
      {
        name,
        metadata: [{ key: '<script>', value: '</table>' }],
      },
    );
    assert.equal(await view.page.locator('h1').innerText(), name);
    assert.ok((await names()).includes(name));
    assert.match(await sum(), /1 not known/);
    assert.equal(await view.page.locator('img, b').count(), 0);
  });

  for (const width of [340, 560, 800, 1700]) {
    it(`keeps to a window ${width} pixels wide`, async () => {
      await open(llama, { width });
      assert.equal(
        await view.page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth),
        true,
      );
      await view.page.screenshot({ path: `.screenshots/webview/weights ${width}.png` });
    });
  }

  for (const theme of Object.keys(THEMES) as ThemeName[]) {
    it(`has no fault that axe knows, in ${theme}`, async () => {
      await open(
        llama,
        { theme },
        { notes: ['This is file 1 of 4 of the model: the table lists its tensors alone.'] },
      );
      await view.page.screenshot({ path: `.screenshots/webview/weights ${theme}.png` });
      assert.deepEqual(await axe(view.page), []);
      for (const summary of await view.page.locator('.as-table summary').all()) await summary.click();
      await view.page.locator('.tensors tbody tr').nth(3).focus();
      await view.settled();
      assert.deepEqual(await axe(view.page), []);
      const drawn = await drawnContrast(view.page, '.memory-part, .swatch rect', 'fill');
      assert.ok(drawn.length > 10);
      assert.deepEqual(
        drawn.filter(({ what, ratio }) => ratio < 3 && !what.includes('none')),
        [],
      );
    });
  }
});
