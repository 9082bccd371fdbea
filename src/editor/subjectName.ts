import type * as vscode from 'vscode';

/** `…/Llama-3.1-8B/config.json` → `Llama-3.1-8B`; a file of another name is called by it. */
export function nameOf(uri: vscode.Uri): string {
  const parts = uri.path.split('/').filter(Boolean);
  const file = parts.at(-1) ?? 'model';
  const stem = file.replace(/\.json$/, '');
  return /^(config|params)$/.test(stem) ? (parts.at(-2) ?? stem) : stem;
}
