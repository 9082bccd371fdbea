import assert from 'node:assert/strict';
import * as vscode from 'vscode';

describe('restricted mode', () => {
  it('is what an untrusted workspace opens in', () => {
    assert.equal(vscode.workspace.isTrusted, false);
  });
});
