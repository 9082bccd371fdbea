import type * as vscode from 'vscode';

/** As in the manifest. */
export const WEIGHTS_VIEW_TYPE = 'inferenceLens.weights';

/** Whether a URI names a file that holds weights, by its name alone. */
export function isWeights(uri: vscode.Uri): boolean {
  return /\.(gguf|safetensors|onnx)$/i.test(uri.path);
}
