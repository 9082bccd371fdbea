import assert from 'node:assert/strict';
import { mkdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import * as vscode from 'vscode';
import { TINY_LLAMA, tinyLlama, writeSafetensors } from '../../fixtures/weightsFiles';
import { sample, until } from './workspace';

describe('a configuration that the weights beside it contradict', () => {
  const folder = (): vscode.Uri => sample('contradicted');
  const config = (): vscode.Uri => vscode.Uri.joinPath(folder(), 'config.json');
  const weights = (): string => vscode.Uri.joinPath(folder(), 'model.safetensors').fsPath;
  const marked = (): vscode.Diagnostic | undefined =>
    vscode.languages.getDiagnostics(config()).find(({ code }) => code === 'weights-disagree');

  before(async () => {
    mkdirSync(folder().fsPath, { recursive: true });
    writeFileSync(config().fsPath, JSON.stringify(TINY_LLAMA, null, 2));
    writeSafetensors(weights(), tinyLlama(3));
    await vscode.window.showTextDocument(await vscode.workspace.openTextDocument(config()));
  });
  after(async () => {
    await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
    rmSync(folder().fsPath, { recursive: true, force: true });
  });

  it('is marked at the key, in the words of the command line, and not once it is mended', async () => {
    const found = await until(marked);
    assert.match(found.message, /3 layers are stored, 2 described/);
    assert.equal(found.source, 'inference-lens');
    const document = await vscode.workspace.openTextDocument(config());
    assert.equal(document.getText(found.range), '"num_hidden_layers"');

    const value = document.positionAt(document.getText().indexOf('"num_hidden_layers": ') + 21);
    const edit = new vscode.WorkspaceEdit();
    edit.replace(config(), new vscode.Range(value, value.translate(0, 1)), '3');
    await vscode.workspace.applyEdit(edit);
    await until(() => (marked() ? undefined : true));
  });

  it('is held to the weights as they are now', async () => {
    writeSafetensors(weights(), tinyLlama(4));
    utimesSync(weights(), 1, 1);
    const other = await vscode.workspace.openTextDocument(sample('serve/chat.sh'));
    await vscode.window.showTextDocument(other);
    await vscode.window.showTextDocument(await vscode.workspace.openTextDocument(config()));
    assert.match((await until(marked)).message, /4 layers are stored, 3 described/);
  });
});
