import * as vscode from 'vscode';
import type { Finding } from '../advisor/checkDeployment';
import { isDeploymentLanguage } from './documentKinds';
import type { EngineRooms } from './engineRooms';
import { logFault } from './log';
import { toRange } from './ranges';
import { optionsFrom, type Settings } from './settings';
import type { Subjects } from './subjects';

const DEBOUNCE_MILLISECONDS = 400;

export const DIAGNOSTIC_SOURCE = 'inference-lens';

/** A finding shown in the editor, with the edits that would cure it. */
export class LensDiagnostic extends vscode.Diagnostic {
  constructor(
    finding: Finding,
    readonly edits: readonly { title: string; range: vscode.Range; newText: string }[],
  ) {
    super(toRange(finding.range), finding.message, SEVERITY[finding.severity]);
    this.code = finding.code;
    this.source = DIAGNOSTIC_SOURCE;
  }
}

const SEVERITY: Record<Finding['severity'], vscode.DiagnosticSeverity> = {
  error: vscode.DiagnosticSeverity.Error,
  warning: vscode.DiagnosticSeverity.Warning,
  information: vscode.DiagnosticSeverity.Information,
};

/** Marks launches that will not hold what they promise, in the documents that somebody looks at. */
export class DeploymentDiagnostics implements vscode.Disposable {
  private readonly collection = vscode.languages.createDiagnosticCollection(DIAGNOSTIC_SOURCE);
  private readonly timers = new Map<string, ReturnType<typeof setTimeout>>();
  private readonly listeners: vscode.Disposable[];

  constructor(
    private readonly rooms: EngineRooms,
    private readonly settings: Settings,
    private readonly subjects: Subjects,
    private readonly log: vscode.LogOutputChannel,
  ) {
    this.listeners = [
      this.collection,
      vscode.window.onDidChangeVisibleTextEditors((editors) => {
        for (const editor of editors) this.soon(editor.document, 0);
      }),
      vscode.workspace.onDidChangeTextDocument((event) => {
        const seen = vscode.window.visibleTextEditors.some((editor) => editor.document === event.document);
        if (seen) this.soon(event.document, DEBOUNCE_MILLISECONDS);
      }),
      vscode.workspace.onDidCloseTextDocument((document) => {
        this.collection.delete(document.uri);
      }),
      settings.onDidChange(() => {
        this.visible(0);
      }),
    ];
    this.visible(0);
  }

  private visible(milliseconds: number): void {
    for (const editor of vscode.window.visibleTextEditors) this.soon(editor.document, milliseconds);
  }

  private soon(document: vscode.TextDocument, milliseconds: number): void {
    if (!isDeploymentLanguage(document)) return;
    const key = document.uri.toString();
    clearTimeout(this.timers.get(key));
    this.timers.set(
      key,
      setTimeout(() => {
        this.timers.delete(key);
        this.refresh(document).catch((fault: unknown) => {
          logFault(this.log, `checking ${document.uri.fsPath}`, fault);
        });
      }, milliseconds),
    );
  }

  private async refresh(document: vscode.TextDocument): Promise<void> {
    if (document.isClosed) return;
    const settings = this.settings.of(document.uri);
    const { version } = document;
    const marked = settings.diagnostics ? await this.check(document) : [];
    if (!document.isClosed && document.version === version) this.collection.set(document.uri, marked);
  }

  private async check(document: vscode.TextDocument): Promise<LensDiagnostic[]> {
    const deployments = await this.subjects.deploymentsIn(document);
    if (deployments.length === 0) return [];
    const [{ buildScenario }, { checkDeployment, setSetting }] = await Promise.all([
      this.rooms.advice(),
      this.rooms.deploying(),
    ]);
    const text = document.getText();
    const files = await this.settings.filesOf(document.uri);
    const marked: LensDiagnostic[] = [];
    for (const deployment of deployments) {
      const found = await this.subjects.ofDeployment(document, deployment);
      if (!found.ok) continue;
      try {
        const options = optionsFrom(this.settings.of(document.uri), true);
        const hardware = deployment.hardware.id ?? options.hardware;
        const scenario = buildScenario(
          found.subject.model,
          hardware === undefined ? options : { ...options, hardware },
          found.subject.deployed ?? undefined,
          files,
        );
        for (const finding of checkDeployment(deployment, scenario)) {
          const edits = finding.fixes.flatMap((fix) => {
            const edit = setSetting(text, deployment, fix.setting, fix.value);
            return edit ? [{ title: fix.title, range: toRange(edit.range), newText: edit.newText }] : [];
          });
          marked.push(new LensDiagnostic(finding, edits));
        }
      } catch (fault) {
        // A scenario that cannot be put together (unknown device, too few of them) is the status bar's to say.
        this.log.debug(`not checked: ${fault instanceof Error ? fault.message : String(fault)}`);
      }
    }
    return marked;
  }

  dispose(): void {
    for (const timer of this.timers.values()) clearTimeout(timer);
    for (const listener of this.listeners) listener.dispose();
  }
}
