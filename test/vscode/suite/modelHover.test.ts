import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { hoverText, placeOf, sample } from './workspace';

describe('hover in a model configuration', () => {
  it('explains the KV heads of Llama 3.1 8B, with the cost on the chosen hardware', async () => {
    const document = await vscode.workspace.openTextDocument(sample('models/llama-3.1-8b/config.json'));
    const text = await hoverText(document.uri, placeOf(document, 'num_key_value_heads'));
    assert.match(text, /8 KV heads/);
    // 2 × 32 layers × 8 heads × 128 × 2 B.
    assert.match(text, /128 KiB a token/);
    assert.match(text, /H100 SXM/);
    assert.match(text, /command:inferenceLens\.recommend/);
  });

  it('follows the hardware of the settings', async () => {
    const configuration = vscode.workspace.getConfiguration('inferenceLens');
    await configuration.update('hardware', 'NVIDIA GeForce RTX 4090', vscode.ConfigurationTarget.Global);
    const document = await vscode.workspace.openTextDocument(sample('models/llama-3.1-8b/config.json'));
    assert.match(await hoverText(document.uri, placeOf(document, 'hidden_size')), /RTX 4090/);
    await configuration.update('hardware', undefined, vscode.ConfigurationTarget.Global);
  });

  it('says nothing in JSON that is no model', async () => {
    const document = await vscode.workspace.openTextDocument({
      language: 'json',
      content: '{"name": "x", "vocab_size": 3}',
    });
    assert.equal(await hoverText(document.uri, new vscode.Position(0, 3)), '');
  });
});
