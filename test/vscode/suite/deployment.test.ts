import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { hoverText, placeOf, sample, until } from './workspace';

describe('a deployment', () => {
  const uri = (): vscode.Uri => sample('serve/compose.yaml');
  let document: vscode.TextDocument;

  before(async () => {
    await vscode.workspace
      .getConfiguration('inferenceLens')
      .update('hardware', 'rtx-4090', vscode.ConfigurationTarget.Global);
    document = await vscode.workspace.openTextDocument(uri());
    await vscode.window.showTextDocument(document);
  });
  after(async () => {
    await vscode.workspace
      .getConfiguration('inferenceLens')
      .update('hardware', undefined, vscode.ConfigurationTarget.Global);
    await vscode.commands.executeCommand('workbench.action.files.revert');
  });

  it('says on hover what the longest sequence costs', async () => {
    // One sequence: 131,072 tokens × 131,072 B = 17.2 GB.
    assert.match(await hoverText(uri(), placeOf(document, '--max-model-len')), /17\.2 GB/);
  });

  it('is marked where it does not fit, with the value that would, and the quick fix cures it', async () => {
    const ours = (): vscode.Diagnostic[] =>
      vscode.languages.getDiagnostics(uri()).filter((diagnostic) => diagnostic.source === 'inference-lens');
    const found = await until(() => ours().find((diagnostic) => diagnostic.code === 'memory-exceeded'));
    assert.match(found.message, /weights 16\.1/);
    assert.match(found.message, /RTX 4090 has 24 GB/);
    assert.equal(document.getText(found.range).includes('--max-model-len'), true);

    const actions = await vscode.commands.executeCommand<vscode.CodeAction[]>(
      'vscode.executeCodeActionProvider',
      uri(),
      found.range,
    );
    const fix = actions.find((action) => /^Set --max-model-len to/.test(action.title));
    assert.ok(fix?.edit);
    await vscode.workspace.applyEdit(fix.edit);
    await until(() =>
      ours().some((diagnostic) => diagnostic.code === 'memory-exceeded') ? undefined : true,
    );
  });
});
