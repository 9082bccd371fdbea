import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { hoverText } from './workspace';

/** Texts that stand in a config.json in real life without being a configuration. */
const ODD: Record<string, string> = {
  'a syntax error': '{ "model_type": "llama", "hidden_size": 4096,, }',
  'half-typed': '{ "model_type": "llama", "num_hidden_layers": ',
  'an empty file': '',
  'a binary file': '\u0000\u0001\ufffd\u0007model_type\u0000'.repeat(2000),
  'three megabytes of an ignore list': JSON.stringify({
    architectures: ['LlamaForCausalLM'],
    model_type: 'llama',
    hidden_size: 4096,
    quantization_config: {
      quant_method: 'fp8',
      ignore: Array.from({ length: 60_000 }, (_, index) => `model.layers.${index}.self_attn.q_proj_and_more`),
    },
  }),
};

describe('files that are no tidy configuration', () => {
  for (const [name, content] of Object.entries(ODD)) {
    it(`${name}: a hover or nothing, never an exception`, async () => {
      const document = await vscode.workspace.openTextDocument({ language: 'json', content });
      await vscode.window.showTextDocument(document);
      const text = await hoverText(document.uri, new vscode.Position(0, Math.min(5, content.length)));
      assert.equal(typeof text, 'string');
      await vscode.commands.executeCommand('workbench.action.closeActiveEditor');
    });
  }
});
