import assert from 'node:assert/strict';
import { CodeWindow } from './window';

describe('the panel', () => {
  let window: CodeWindow;
  before(async () => {
    window = await CodeWindow.open();
    await window.openFile('models/llama-3.1-8b/config.json');
    await window.verdict.waitFor();
    await window.runCommand('Inference Lens: Recommend Acceleration');
  });
  after(() => window?.close());

  it('shows the figures of the model', async () => {
    await window.webview().getByText('8,030,261,248 parameters').waitFor();
    assert.match(await figure('Throughput'), /tok\/s/);
    assert.match(await figure('Memory'), /of 80 GB/);
  });

  for (const theme of ['dark', 'light', 'high contrast'] as const) {
    it(`is drawn in the ${theme} theme`, async () => {
      await window.changeTheme(theme);
      await window.screenshot(`panel-${theme}`);
    });
  }

  it('reckons anew when the concurrency is changed by the keyboard', async () => {
    const before = await figure('Throughput');
    const slider = window.webview().getByLabel('Concurrency');
    await slider.focus();
    for (let step = 0; step < 4; step++) await slider.press('ArrowRight');
    await window.webview().locator('.card-value', { hasText: before }).waitFor({ state: 'detached' });
    assert.match(await figure('Throughput'), /tok\/s/);
  });

  it('opens a recommendation on a click, with its setting and its evidence', async () => {
    const first = window.webview().getByRole('button', { expanded: false }).first();
    await first.click();
    await window.webview().getByRole('button', { name: 'Copy' }).first().waitFor();
    await window
      .webview()
      .getByRole('table', { name: /^Evidence for/ })
      .first()
      .waitFor();
    await window.screenshot('panel-opened');
  });

  it('logs no error', () => window.assertNoErrors());

  /** The big value of one of the four figures. */
  function figure(name: string): Promise<string> {
    const card = window
      .webview()
      .getByRole('article')
      .filter({ has: window.page.getByRole('heading', { name }) });
    return card.locator('.card-value').innerText();
  }
});
