import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { LLAMA_METADATA, llamaInGguf, writeGguf } from '../../fixtures/weightsFiles';
import { sampleWorkspace } from '../../vscode-host/repository';
import { CodeWindow } from './window';

describe('the editor of weights', () => {
  let folder: string;
  let window: CodeWindow;
  before(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'lens-weights-'));
    cpSync(sampleWorkspace, folder, { recursive: true });
    // No larger than can be copied: the window works on a copy of this folder, holes filled.
    writeGguf(path.join(folder, 'tiny-llama.gguf'), llamaInGguf(8, 512, 1024, 4096), {
      ...LLAMA_METADATA,
      'general.name': 'Tiny Llama',
      'llama.block_count': 8,
      'llama.embedding_length': 512,
      'llama.feed_forward_length': 1024,
      'llama.attention.head_count': 8,
      'llama.attention.head_count_kv': 2,
    });
    writeFileSync(path.join(folder, 'broken.gguf'), 'nothing of the kind');
    window = await CodeWindow.open({ workspace: folder });
  });
  after(async () => {
    await window?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('shows what the model is, what it costs, and its tensors', async () => {
    await open('tiny-llama.gguf');
    const page = window.webview();
    await page.getByRole('heading', { name: 'Tiny Llama' }).waitFor();
    await page.getByText(/^75 tensors/).waitFor();
    assert.match(await page.locator('.assumptions').innerText(), /H100 SXM, llama\.cpp/);
    assert.match(await page.locator('.card.memory').innerText(), /fits/);
  });

  for (const theme of ['dark', 'light', 'high contrast'] as const) {
    it(`is drawn in the ${theme} theme`, async () => {
      await window.changeTheme(theme);
      await window.screenshot(`weights-${theme}`);
    });
  }

  it('finds tensors by what is typed', async () => {
    const page = window.webview();
    await page.locator('#filter input').fill('ffn layer:3');
    await page.getByText(/^4 of 75 tensors/).waitFor();
  });

  it('follows the hardware of the settings', async () => {
    window.changeSettings({ 'inferenceLens.hardware': 'rtx-4090' });
    await window.webview().locator('.assumptions', { hasText: 'RTX 4090' }).waitFor();
  });

  it('says in one sentence what it cannot read', async () => {
    await open('broken.gguf');
    const said = window.webview().getByRole('alert');
    await said.waitFor();
    assert.match(await said.innerText(), /^Not a readable GGUF file/);
    await window.screenshot('weights-broken');
  });

  it('leads to recommendations', async () => {
    await open('tiny-llama.gguf');
    await window.webview().getByRole('button', { name: 'Recommend acceleration' }).click();
    await window.page.locator('.tab', { hasText: 'Acceleration: Tiny Llama' }).waitFor();
  });

  it('logs no error', () => window.assertNoErrors());

  async function open(file: string): Promise<void> {
    await window.page.locator('.explorer-folders-view .monaco-list-row', { hasText: file }).dblclick();
    await window.page.locator('.tab.active', { hasText: file }).waitFor();
  }
});
