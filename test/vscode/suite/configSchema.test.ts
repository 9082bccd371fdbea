import assert from 'node:assert/strict';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import * as vscode from 'vscode';
import { sample, until } from './workspace';

describe('keys of a configuration', () => {
  const folder = (): vscode.Uri => sample('completed');
  const config = (): vscode.Uri => vscode.Uri.joinPath(folder(), 'config.json');
  after(async () => {
    await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
    rmSync(folder().fsPath, { recursive: true, force: true });
  });

  /** Labels of what the editor proposes after the comma of a text. */
  async function proposed(text: string): Promise<string[]> {
    mkdirSync(folder().fsPath, { recursive: true });
    writeFileSync(config().fsPath, text);
    const document = await vscode.workspace.openTextDocument(config());
    await vscode.window.showTextDocument(document);
    await vscode.commands.executeCommand('workbench.action.files.revert');
    const list = await vscode.commands.executeCommand<vscode.CompletionList>(
      'vscode.executeCompletionItemProvider',
      config(),
      document.positionAt(document.getText().indexOf(',') + 1),
    );
    return list.items.map(({ label }) => (typeof label === 'string' ? label : label.label));
  }

  it('are completed where the file is a model’s, and nowhere else', async () => {
    await until(async () =>
      (await proposed('{"model_type": "llama", }')).includes('num_key_value_heads') ? true : undefined,
    );
    assert.equal((await proposed('{"port": 8080, }')).includes('num_key_value_heads'), false);
    // Trailing commas apart, which are this test's own, nothing is marked.
    const marked = vscode.languages
      .getDiagnostics(config())
      .filter(({ source }) => source === 'inference-lens');
    assert.deepEqual(marked, []);
  });
});
