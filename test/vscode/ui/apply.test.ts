import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { CodeWindow } from './window';

describe('applying a recommendation', () => {
  let window: CodeWindow;
  before(async () => {
    window = await CodeWindow.open();
    await window.openFile('serve/chat.sh');
  });
  after(() => window?.close());

  it('writes its setting into the launch that the panel is about', async () => {
    await window.runCommand('Inference Lens: Recommend Acceleration');
    const panel = window.webview();
    const row = panel
      .locator('li', { hasText: 'FP8 weights and activations' })
      .filter({ hasNotText: 'stack' })
      .first();
    await row.locator('.row-open').click();
    await row.getByText('Apply', { exact: false }).first().click();
    await panel.getByText('Applied').first().waitFor();
    await window.runCommand('File: Save All Files');
    const file = path.join(window.server.workspace, 'serve/chat.sh');
    const deadline = Date.now() + 10_000;
    while (!/--quantization fp8/.test(readFileSync(file, 'utf8')) && Date.now() < deadline)
      await new Promise((resolve) => setTimeout(resolve, 100));
    assert.match(readFileSync(file, 'utf8'), /vllm serve[\s\S]*--quantization fp8/);
    await window.screenshot('applied');
  });

  it('logs no error', () => window.assertNoErrors());
});
