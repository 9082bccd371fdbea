import assert from 'node:assert/strict';
import * as vscode from 'vscode';

describe('the extension', () => {
  it('is there and activates', async () => {
    const extension = vscode.extensions.getExtension('inference-lens.inference-lens');
    assert.ok(extension);
    await extension.activate();
    assert.equal(extension.isActive, true);
  });

  it('registers every command that it contributes', async () => {
    const extension = vscode.extensions.getExtension('inference-lens.inference-lens');
    const { contributes } = extension?.packageJSON as { contributes: { commands: { command: string }[] } };
    const registered = new Set(await vscode.commands.getCommands(true));
    assert.ok(contributes.commands.length > 0);
    for (const { command } of contributes.commands) assert.ok(registered.has(command), command);
  });
});
