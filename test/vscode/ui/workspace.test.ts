import assert from 'node:assert/strict';
import { CodeWindow, type ThemeName } from './window';

describe('the window', () => {
  let window: CodeWindow;
  before(async () => {
    window = await CodeWindow.open();
  });
  after(() => window?.close());

  it('shows a file of the sample workspace', async () => {
    await window.openFile('models/llama-3.1-8b/config.json');
    const lines = await window.page.locator('.view-line').allInnerTexts();
    assert.ok(lines.some((line) => line.includes('"num_key_value_heads"')));
  });

  for (const theme of ['light', 'high contrast', 'high contrast light', 'dark'] satisfies ThemeName[]) {
    it(`wears the ${theme} theme`, async () => {
      await window.changeTheme(theme);
      await window.screenshot(`workspace-${theme}`);
    });
  }

  it('has logged no error', () => window.assertNoErrors());
});
