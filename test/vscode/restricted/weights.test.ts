import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import * as vscode from 'vscode';
import { LLAMA_METADATA, llamaInGguf, writeGguf } from '../../fixtures/weightsFiles';
import { sample, until } from '../suite/workspace';

describe('weights files in restricted mode', () => {
  it('open all the same: nothing in them is run', async () => {
    const uri = sample('untrusted.gguf');
    writeGguf(uri.fsPath, llamaInGguf(2, 512, 1024, 4096), LLAMA_METADATA);
    await vscode.commands.executeCommand('vscode.open', uri);
    const tab = await until(() =>
      vscode.window.tabGroups.all
        .flatMap((group) => group.tabs)
        .find(({ input }) => input instanceof vscode.TabInputCustom),
    );
    await vscode.commands.executeCommand('inferenceLens.explain', uri);
    assert.ok(
      await until(() => vscode.workspace.textDocuments.find((page) => page.languageId === 'markdown')),
    );
    await vscode.window.tabGroups.close(tab);
    rmSync(uri.fsPath);
  });
});
