import type * as vscode from 'vscode';

/** Where a model configuration may be; a look into the text decides. */
export const MODEL_DOCUMENTS: vscode.DocumentSelector = [
  { language: 'json', pattern: '**/*.json' },
  { language: 'jsonc', pattern: '**/*.json' },
];

export const DEPLOYMENT_LANGUAGES = ['python', 'shellscript', 'dockerfile', 'yaml', 'dockercompose'] as const;

/** Where an engine may be launched. */
export const DEPLOYMENT_DOCUMENTS: vscode.DocumentSelector = DEPLOYMENT_LANGUAGES.map((language) => ({
  language,
}));

/** Larger texts are no configuration of a model; the largest published one has 3 MB. */
export const MAX_DOCUMENT_CHARACTERS = 16_000_000;

/** Keys that every reader of the model room starts from: one of them makes a JSON file worth reading. */
const MODEL_MARKS = [
  '"model_type"',
  '"architectures"',
  '"hidden_size"',
  '"num_hidden_layers"',
  '"n_layers"',
  '"n_layer"',
  '"d_model"',
  '"_class_name"',
];
/** Marks stand near the front in every published configuration; a quantisation's ignore list may follow for megabytes. */
const SNIFFED_CHARACTERS = 20_000;

/** A cheap look: could this JSON text be a model's configuration? `getText(range)` keeps it cheap for large files. */
export function looksLikeModel(document: vscode.TextDocument): boolean {
  if (document.languageId !== 'json' && document.languageId !== 'jsonc') return false;
  const text = document.getText();
  if (text.length > MAX_DOCUMENT_CHARACTERS) return false;
  if (/(^|[/\\])(config|params)\.json$/.test(document.fileName)) return text.trim() !== '';
  const front = text.slice(0, SNIFFED_CHARACTERS);
  const back = text.length > SNIFFED_CHARACTERS ? text.slice(-SNIFFED_CHARACTERS) : '';
  return MODEL_MARKS.some((mark) => front.includes(mark) || back.includes(mark));
}

export function isDeploymentLanguage(document: vscode.TextDocument): boolean {
  return (DEPLOYMENT_LANGUAGES as readonly string[]).includes(document.languageId);
}
