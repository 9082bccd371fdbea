import assert from 'node:assert/strict';
import * as vscode from 'vscode';

describe('the sample workspace', () => {
  it('is open, with its models', async () => {
    assert.equal(vscode.workspace.workspaceFolders?.length, 1);
    const configs = await vscode.workspace.findFiles('models/*/config.json');
    assert.equal(configs.length, 5);
  });
});
