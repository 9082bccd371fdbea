import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { sample, until } from './workspace';

describe('Inference Lens: Recommend Acceleration', () => {
  it('opens a panel about the model in the editor', async () => {
    const document = await vscode.workspace.openTextDocument(sample('models/qwen3-8b/config.json'));
    await vscode.window.showTextDocument(document);
    await vscode.commands.executeCommand('inferenceLens.recommend');
    const label = await until(
      () =>
        vscode.window.tabGroups.all
          .flatMap((group) => group.tabs)
          .find((tab) => tab.input instanceof vscode.TabInputWebview)?.label,
    );
    assert.match(label, /qwen3-8b/);
  });
});
