import assert from 'node:assert/strict';
import { CodeWindow } from './window';

describe('the packaged extension, installed', () => {
  let window: CodeWindow;
  before(async () => {
    window = await CodeWindow.open({ extension: 'packaged' });
  });
  after(() => window?.close());

  it('explains a key of a model configuration', async () => {
    await window.openFile('models/llama-3.1-8b/config.json');
    await window.hover('num_key_value_heads', /KV heads/);
    await window.screenshot('packaged-hover');
  });

  it('gives its verdict in the status bar', () => window.verdict.waitFor());

  it('reads a deployment with the grammars that came along', async () => {
    await window.openFile('serve/compose.yaml');
    await window.hover('131072', /17\.2 GB/);
  });

  it('recommends with the trained selector, run by the native runtime that came along', async () => {
    await window.openFile('models/llama-3.1-8b/config.json');
    await window.runCommand('Inference Lens: Recommend Acceleration');
    await window.webview().getByText('8,030,261,248 parameters').waitFor();
    assert.match(await window.extensionLog(), /selector: selector\.onnx/);
  });

  it('logs no error', () => window.assertNoErrors());
});
