import assert from 'node:assert/strict';
import { WebviewBrowser } from './pageUnderTest';
import type { PageUnderTest } from './pageUnderTest';
import { classesResult, modelsMessage, textResult } from './playgroundFixture';

describe('the playground', function () {
  this.timeout(30_000);
  let browser: WebviewBrowser;
  let view: PageUnderTest;
  before(async () => {
    browser = await WebviewBrowser.start();
  });
  after(() => browser.stop());
  afterEach(async () => {
    assert.deepEqual(await view.violations(), []);
    await view.close();
  });

  async function open(restricted = false, state?: unknown): Promise<void> {
    view = await browser.open('playground', { width: 340, height: 700, state });
    await view.received('ready');
    await view.send(modelsMessage(restricted));
  }

  const text = async (selector: string) =>
    (await view.page.locator(selector).allInnerTexts()).map((each) => each.replace(/\s+/g, ' ').trim());

  it('lists the models with their facts, and fills in a text to try', async () => {
    await open();
    assert.deepEqual(await text('#model vscode-option'), [
      'tiny-code · text generation',
      'guesslang · language of code',
    ]);
    assert.match((await text('main .muted'))[0] ?? '', /2.M parameters · 8\.8 MB · opset 17/);
    assert.equal(await view.page.locator('#text textarea').inputValue(), 'def load(path):\n');
  });

  it('runs a model on what is typed, shows text as it grows, then the measured figures', async () => {
    await open();
    await view.page.locator('#text textarea').fill('class Reader:');
    await view.page.locator('#run').click();
    const run = await view.received('run');
    assert.equal(run['model'], 'tiny-code');
    assert.equal(run['text'], 'class Reader:');
    const id = Number(run['id']);
    await view.send({
      type: 'progress',
      inReplyTo: id,
      stage: 'running',
      text: 'class Reader:\n    def',
      tokens: 4,
    });
    assert.deepEqual(await text('.output'), ['class Reader: def']);
    await view.send(textResult(id));
    assert.match((await text('.output'))[0] ?? '', /Return the contents/);
    assert.deepEqual((await text('.timing dt')).slice(0, 3), ['speed', 'first token', 'tokens']);
    assert.deepEqual((await text('.timing dd')).slice(0, 3), ['1,020 tok/s', '2.9 ms', '71']);
  });

  it('shows the likeliest classes with bars, and the median of the runs', async () => {
    await open();
    await view.page.locator('#model').click();
    await view.page.locator('#model vscode-option', { hasText: 'guesslang' }).click();
    await view.page.locator('#text textarea').press('Control+Enter');
    const run = await view.received('run');
    assert.equal(run['model'], 'guesslang');
    await view.send(classesResult(Number(run['id'])));
    assert.deepEqual((await text('.classes li'))[0], 'Rust 91.2 %');
    assert.deepEqual((await text('.classes li'))[4], 'Swift < 0.1 %');
    assert.ok((await text('.timing dt')).includes('median of 50 runs'));
  });

  it('stops a run, and takes no more of it', async () => {
    await open();
    await view.page.locator('#run').click();
    const run = await view.received('run');
    await view.page.locator('#stop').click();
    assert.equal((await view.received('stop'))['id'], run['id']);
    await view.send({ type: 'stopped', inReplyTo: run['id'] });
    await view.send(textResult(Number(run['id'])));
    assert.equal(await view.page.locator('.result').isVisible(), false);
    assert.match((await text('main'))[0] ?? '', /stopped/);
  });

  it('starts no second run while one is on', async () => {
    await open();
    await view.page.locator('#run').click();
    await view.page.locator('#text textarea').press('Control+Enter');
    await view.settled();
    assert.equal((await view.sent()).filter((message) => message.type === 'run').length, 1);
  });

  it('says why a run failed, and can run again', async () => {
    await open();
    await view.page.locator('#run').click();
    const run = await view.received('run');
    await view.send({
      type: 'failed',
      inReplyTo: run['id'],
      message: 'The model took more than 2 GB and was ended.',
    });
    assert.deepEqual(await text('.failure'), ['The model took more than 2 GB and was ended.']);
    await view.page.locator('#run').click();
    await view.received('run', 2);
    assert.equal(await view.page.locator('.failure').isVisible(), false);
  });

  it('runs nothing in restricted mode, says why, and leads to trust', async () => {
    await open(true);
    assert.match((await text('.restricted'))[0] ?? '', /restricted mode/);
    await view.page.locator('#text textarea').press('Control+Enter');
    await view.page.locator('#manage-trust').click();
    await view.received('manageTrust');
    assert.equal((await view.sent()).filter((message) => message.type === 'run').length, 0);
    await view.send(modelsMessage(false));
    assert.equal(await view.page.locator('.restricted').isVisible(), false);
    await view.page.locator('#run').click();
    await view.received('run');
  });

  it('asks for another model file', async () => {
    await open();
    await view.page.locator('#open-model').click();
    await view.received('openModel');
  });

  it('remembers model and text across being hidden', async () => {
    await open();
    await view.page.locator('#text textarea').fill('import os');
    const state = await view.state();
    await view.close();
    await open(false, state);
    assert.equal(await view.page.locator('#text textarea').inputValue(), 'import os');
  });
});
