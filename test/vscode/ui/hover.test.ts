import assert from 'node:assert/strict';
import { CodeWindow } from './window';

describe('hovering in a model configuration', () => {
  let window: CodeWindow;
  before(async () => {
    window = await CodeWindow.open();
    await window.openFile('models/llama-3.1-8b/config.json');
  });
  after(() => window?.close());

  it('tells what the KV heads mean for memory', async () => {
    const text = await window.hover('num_key_value_heads', /KV heads/);
    assert.match(text, /8 KV heads/);
    await window.screenshot('hover-dark');
  });

  for (const theme of ['light', 'high contrast'] as const) {
    it(`is readable in the ${theme} theme`, async () => {
      await window.changeTheme(theme);
      await window.hover('num_hidden_layers', /layers/);
      await window.screenshot(`hover-${theme}`);
    });
  }

  it('logs no error', () => window.assertNoErrors());
});
