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

  it('logs no error', () => window.assertNoErrors());
});
