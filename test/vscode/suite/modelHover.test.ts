import assert from 'node:assert/strict';
import * as vscode from 'vscode';

describe('hover in a model configuration', () => {
  it('explains the KV heads of Llama 3.1 8B', async () => {
    const [folder] = vscode.workspace.workspaceFolders ?? [];
    assert.ok(folder);
    const document = await vscode.workspace.openTextDocument(
      vscode.Uri.joinPath(folder.uri, 'models/llama-3.1-8b/config.json'),
    );
    const position = document.positionAt(document.getText().indexOf('num_key_value_heads') + 3);
    const hovers = await vscode.commands.executeCommand<vscode.Hover[]>(
      'vscode.executeHoverProvider',
      document.uri,
      position,
    );
    const text = hovers
      .flatMap((hover) => hover.contents)
      .map(plainText)
      .join('\n');
    assert.match(text, /8 KV heads/);
  });
});

function plainText(content: vscode.MarkdownString | vscode.MarkedString): string {
  return typeof content === 'string' ? content : content.value;
}
