import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import * as vscode from 'vscode';
import { placeOf, sample } from '../suite/workspace';

const WARM_HOVERS = 40;

interface Exposed {
  activationMilliseconds: number;
  modelHover: vscode.HoverProvider;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

async function timed(work: () => unknown): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

/** Time until a page that does nothing has said so: what any panel costs. */
async function emptyWebview(): Promise<number> {
  const start = performance.now();
  const panel = vscode.window.createWebviewPanel('bench', 'bench', vscode.ViewColumn.One, {
    enableScripts: true,
  });
  await new Promise<void>((resolve) => {
    panel.webview.onDidReceiveMessage(() => {
      resolve();
    });
    panel.webview.html = '<!DOCTYPE html><body><script>acquireVsCodeApi().postMessage(0)</script></body>';
  });
  panel.dispose();
  return performance.now() - start;
}

/** Not a test of anything: writes times, taken inside the extension host, into the file that the bench names. */
describe('bench', () => {
  it('takes the times', async function () {
    this.timeout(60_000);
    const extension = vscode.extensions.getExtension<Exposed>('inference-lens.inference-lens');
    assert.ok(extension);
    const { activationMilliseconds, modelHover } = await extension.activate();

    const document = await vscode.workspace.openTextDocument(sample('models/llama-3.1-8b/config.json'));
    const position = placeOf(document, 'num_key_value_heads');
    const token = new vscode.CancellationTokenSource().token;
    const hover = (): unknown => modelHover.provideHover(document, position, token);
    const hoverColdMs = await timed(hover);
    const warm: number[] = [];
    for (let turn = 0; turn < WARM_HOVERS; turn++) warm.push(await timed(hover));

    const large = await vscode.workspace.openTextDocument({ language: 'json', content: largeConfig() });
    const there = placeOf(large, 'num_key_value_heads');
    const hoverLarge = (): unknown => modelHover.provideHover(large, there, token);
    const hoverLargeColdMs = await timed(hoverLarge);
    const hoverLargeWarmMs = median([
      await timed(hoverLarge),
      await timed(hoverLarge),
      await timed(hoverLarge),
    ]);

    const empty = [await emptyWebview(), await emptyWebview(), await emptyWebview()];
    writeFileSync(
      process.env['INFERENCE_LENS_BENCH'] ?? '',
      JSON.stringify({
        activationMs: activationMilliseconds,
        hoverWarmMs: median(warm),
        hoverColdMs,
        hoverLargeColdMs,
        hoverLargeWarmMs,
        emptyWebviewMs: median(empty),
      }),
    );
  });
});

/** 3 MB, nearly all of it a quantisation's ignore list: the largest kind of configuration that is published. */
function largeConfig(): string {
  return JSON.stringify({
    architectures: ['LlamaForCausalLM'],
    model_type: 'llama',
    hidden_size: 4096,
    intermediate_size: 14336,
    num_hidden_layers: 32,
    num_attention_heads: 32,
    num_key_value_heads: 8,
    vocab_size: 128256,
    max_position_embeddings: 131072,
    quantization_config: {
      quant_method: 'fp8',
      ignore: Array.from(
        { length: 60_000 },
        (_, index) => `model.layers.${index % 32}.mlp.experts.${index}.down_proj`,
      ),
    },
  });
}
