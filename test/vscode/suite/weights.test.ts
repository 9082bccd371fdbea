import assert from 'node:assert/strict';
import { rmSync, writeFileSync } from 'node:fs';
import * as vscode from 'vscode';
import { LLAMA_METADATA, llamaInGguf, writeGguf, writeSmallOnnx } from '../../fixtures/weightsFiles';
import { sample, until } from './workspace';

/** The tabs that are open, by what they show. */
function tabs(): readonly vscode.Tab[] {
  return vscode.window.tabGroups.all.flatMap((group) => group.tabs);
}

function weightsTab(uri: vscode.Uri): vscode.Tab | undefined {
  return tabs().find(
    ({ input }) =>
      input instanceof vscode.TabInputCustom &&
      input.viewType === 'inferenceLens.weights' &&
      input.uri.toString() === uri.toString(),
  );
}

describe('weights files', () => {
  const gguf = (): vscode.Uri => sample('llama-8b-q4.gguf');
  const onnx = (): vscode.Uri => sample('small.onnx');
  const broken = (): vscode.Uri => sample('broken.safetensors');
  before(() => {
    writeGguf(gguf().fsPath, llamaInGguf(32, 4096, 14_336, 128_256), LLAMA_METADATA);
    writeSmallOnnx(onnx().fsPath);
    writeFileSync(broken().fsPath, 'no header at all, and far too long a length');
  });
  after(async () => {
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    for (const uri of [gguf(), onnx(), broken()]) rmSync(uri.fsPath, { force: true });
  });

  it('open in the editor of weights by default, broken ones, too', async () => {
    for (const uri of [onnx(), broken(), gguf()]) {
      await vscode.commands.executeCommand('vscode.open', uri);
      assert.ok(await until(() => weightsTab(uri)));
    }
  });

  it('are what commands are about while their editor is looked at', async () => {
    await vscode.commands.executeCommand('vscode.open', gguf());
    await until(() =>
      vscode.window.tabGroups.activeTabGroup.activeTab === weightsTab(gguf()) ? true : undefined,
    );
    await vscode.commands.executeCommand('inferenceLens.recommend');
    const panel = await until(() =>
      tabs().find(({ label }) => label === 'Acceleration: Llama 3.1 8B Instruct'),
    );
    assert.ok(panel.input instanceof vscode.TabInputWebview);
    await vscode.window.tabGroups.close(panel);
  });

  it('are explained by their URI alone', async () => {
    await vscode.commands.executeCommand('inferenceLens.explain', gguf());
    const page = await until(() =>
      vscode.workspace.textDocuments.find(
        (document) =>
          document.languageId === 'markdown' && document.getText().includes('Llama 3.1 8B Instruct'),
      ),
    );
    // A GGUF file is llama.cpp's, whatever the settings say.
    assert.match(page.getText(), /llama\.cpp/);
  });
});
