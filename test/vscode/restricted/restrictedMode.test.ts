import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { hoverText, placeOf, sample, until } from '../suite/workspace';

describe('restricted mode', () => {
  it('is what an untrusted workspace opens in', () => {
    assert.equal(vscode.workspace.isTrusted, false);
  });

  it('still explains configurations', async () => {
    const document = await vscode.workspace.openTextDocument(sample('models/llama-3.1-8b/config.json'));
    // The first hover may come before the extension has started.
    const text = await until(
      async () => (await hoverText(document.uri, placeOf(document, 'num_key_value_heads'))) || undefined,
    );
    assert.match(text, /8 KV heads/);
  });

  it('runs no model', async () => {
    await assert.rejects(
      Promise.resolve(
        vscode.commands.executeCommand('inferenceLens.playground.run', { model: 'guesslang', text: 'x' }),
      ),
      /not trusted/,
    );
  });
});
