import * as vscode from 'vscode';
import type { Disagreement } from '../model/compareWithWeights';
import type { JsonDocument, JsonPath } from '../syntax/json';
import { ConfigWeights } from './configWeights';
import { DIAGNOSTIC_SOURCE } from './deploymentDiagnostics';
import type { EngineRooms } from './engineRooms';
import { logFault } from './log';
import { toRange } from './ranges';
import type { Settings } from './settings';
import type { Subjects } from './subjects';

const DEBOUNCE_MILLISECONDS = 400;

/** Keys that say what a disagreement is about, the usual one first. */
const KEYS: Record<Disagreement['about'], readonly string[]> = {
  layers: ['num_hidden_layers', 'n_layers', 'n_layer', 'num_layers'],
  vocabulary: ['vocab_size', 'padded_vocab_size'],
  hidden: ['hidden_size', 'n_embd', 'd_model', 'dim'],
  all: [],
};

/** Sections in which a model of several parts describes its text. */
const SECTIONS = ['text_config', 'llm_config', 'language_config'];

/** Marks a model's configuration that the weights beside it contradict, while somebody looks at it. */
export class ModelDiagnostics implements vscode.Disposable {
  private readonly collection = vscode.languages.createDiagnosticCollection(`${DIAGNOSTIC_SOURCE}-model`);
  private readonly running = new Map<string, AbortController>();
  private readonly listeners: vscode.Disposable[];
  private readonly weights: ConfigWeights;

  constructor(
    rooms: EngineRooms,
    private readonly settings: Settings,
    private readonly subjects: Subjects,
    private readonly log: vscode.LogOutputChannel,
  ) {
    this.weights = new ConfigWeights(rooms);
    this.listeners = [
      this.collection,
      vscode.window.onDidChangeVisibleTextEditors(() => {
        this.look();
      }),
      // Files change while another window is in front: downloads end, weights are written.
      vscode.window.onDidChangeWindowState(({ focused }) => {
        if (focused) this.look();
      }),
      vscode.workspace.onDidChangeTextDocument(({ document }) => {
        if (isSeen(document)) this.soon(document, DEBOUNCE_MILLISECONDS);
      }),
      vscode.workspace.onDidCloseTextDocument((document) => {
        this.stop(document.uri.toString());
        this.collection.delete(document.uri);
      }),
      settings.onDidChange(() => {
        this.look();
      }),
    ];
    this.look();
  }

  /** Checks what is in front of somebody, and leaves off what is not any more. */
  private look(): void {
    const seen = vscode.window.visibleTextEditors.map(({ document }) => document);
    const keys = new Set(seen.map(({ uri }) => uri.toString()));
    for (const key of this.running.keys()) if (!keys.has(key)) this.stop(key);
    for (const document of seen) this.soon(document, 0);
  }

  private soon(document: vscode.TextDocument, milliseconds: number): void {
    if (document.uri.scheme !== 'file' || !/[\\/](config|params)\.json$/.test(document.uri.fsPath)) return;
    const key = document.uri.toString();
    this.stop(key);
    const running = new AbortController();
    this.running.set(key, running);
    const timer = setTimeout(() => {
      this.refresh(document, running.signal)
        .catch((fault: unknown) => {
          if (!running.signal.aborted) logFault(this.log, `weights beside ${document.uri.fsPath}`, fault);
        })
        .finally(() => {
          if (this.running.get(key) === running) this.running.delete(key);
        });
    }, milliseconds);
    running.signal.addEventListener('abort', () => {
      clearTimeout(timer);
    });
  }

  private stop(key: string): void {
    this.running.get(key)?.abort();
    this.running.delete(key);
  }

  private async refresh(document: vscode.TextDocument, signal: AbortSignal): Promise<void> {
    const read = this.settings.of(document.uri).diagnostics ? await this.subjects.model(document) : null;
    signal.throwIfAborted();
    const found = read?.reading.ok
      ? await this.weights.disagreement(document.uri.fsPath, read.reading.model, signal)
      : null;
    signal.throwIfAborted();
    this.collection.set(document.uri, read && found ? [diagnosticOf(found, read.json)] : []);
  }

  dispose(): void {
    for (const key of [...this.running.keys()]) this.stop(key);
    for (const listener of this.listeners) listener.dispose();
  }
}

function isSeen(document: vscode.TextDocument): boolean {
  return vscode.window.visibleTextEditors.some((editor) => editor.document === document);
}

function diagnosticOf({ code, message, about }: Disagreement, json: JsonDocument): vscode.Diagnostic {
  const diagnostic = new vscode.Diagnostic(
    placeOf(about, json),
    message,
    code === 'weights-unreadable' ? vscode.DiagnosticSeverity.Information : vscode.DiagnosticSeverity.Warning,
  );
  diagnostic.code = code;
  diagnostic.source = DIAGNOSTIC_SOURCE;
  return diagnostic;
}

/** The key that is contradicted; else what names the model, else the start of the file. */
function placeOf(about: Disagreement['about'], json: JsonDocument): vscode.Range {
  const paths: JsonPath[] = KEYS[about].flatMap((key) => [
    [key],
    ...SECTIONS.map((section) => [section, key]),
  ]);
  for (const path of [...paths, ['model_type'], ['_class_name'], ['architectures']]) {
    if (json.valueAt(path) === undefined) continue;
    const range = json.rangeOf(path);
    if (range !== null) return toRange(range.key ?? range.value);
  }
  return new vscode.Range(0, 0, 0, 1);
}
