import * as vscode from 'vscode';
import { isWeights, WEIGHTS_VIEW_TYPE } from './weights/weightsUri';

/** What advice is asked about: a text, with the place in it that is meant, or a weights file, which no text can show. */
export type Source =
  | { kind: 'text'; uri: vscode.Uri; document: vscode.TextDocument; position?: vscode.Position | undefined }
  | { kind: 'weights'; uri: vscode.Uri };

export function textSource(document: vscode.TextDocument): Source {
  const editor = vscode.window.activeTextEditor;
  const position = editor?.document === document ? editor.selection.active : undefined;
  return { kind: 'text', uri: document.uri, document, position };
}

/** Opens what the URI names; throws what the editor throws where that is no text. */
export async function openSource(uri: vscode.Uri): Promise<Source> {
  if (isWeights(uri)) return { kind: 'weights', uri };
  return textSource(await vscode.workspace.openTextDocument(uri));
}

/** What the person looks at: the text editor, or the editor of a weights file. */
export function activeSource(): Source | undefined {
  const weights = activeWeights();
  if (weights) return { kind: 'weights', uri: weights };
  const document = vscode.window.activeTextEditor?.document;
  return document && textSource(document);
}

function activeWeights(): vscode.Uri | undefined {
  const input = vscode.window.tabGroups.activeTabGroup.activeTab?.input;
  return input instanceof vscode.TabInputCustom && input.viewType === WEIGHTS_VIEW_TYPE
    ? input.uri
    : undefined;
}
