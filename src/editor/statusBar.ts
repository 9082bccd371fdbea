import * as vscode from 'vscode';
import { isDeploymentLanguage } from './documentKinds';
import type { EngineRooms } from './engineRooms';
import { logFault } from './log';
import { activeSource, type Source } from './source';
import { optionsFrom, type Settings } from './settings';
import type { Subjects } from './subjects';

/** Typing comes in bursts; the verdict can wait until one is over. */
const DEBOUNCE_MILLISECONDS = 300;

/** The verdict on the open model or deployment in a few words; a click changes the hardware. */
export class StatusBar implements vscode.Disposable {
  private readonly item: vscode.StatusBarItem;
  private readonly listeners: vscode.Disposable[];
  private timer: ReturnType<typeof setTimeout> | undefined;
  private turn = 0;

  constructor(
    private readonly rooms: EngineRooms,
    private readonly settings: Settings,
    private readonly subjects: Subjects,
    private readonly log: vscode.LogOutputChannel,
  ) {
    this.item = vscode.window.createStatusBarItem(
      'inferenceLens.verdict',
      vscode.StatusBarAlignment.Right,
      100,
    );
    this.item.name = 'Inference Lens';
    this.listeners = [
      this.item,
      vscode.window.onDidChangeActiveTextEditor(() => {
        this.soon(0);
      }),
      vscode.window.tabGroups.onDidChangeTabs(() => {
        this.soon(0);
      }),
      vscode.workspace.onDidChangeTextDocument((event) => {
        if (event.document === vscode.window.activeTextEditor?.document) this.soon(DEBOUNCE_MILLISECONDS);
      }),
      settings.onDidChange(() => {
        this.soon(0);
      }),
    ];
    this.soon(0);
  }

  private soon(milliseconds: number): void {
    clearTimeout(this.timer);
    this.turn += 1;
    const turn = this.turn;
    this.timer = setTimeout(() => {
      this.refresh(turn).catch((fault: unknown) => {
        logFault(this.log, 'status bar', fault);
      });
    }, milliseconds);
  }

  private async refresh(turn: number): Promise<void> {
    const source = activeSource();
    // Our own panel is about the document beside it: the verdict on that one stays.
    if (!source && isOwnPanel(vscode.window.tabGroups.activeTabGroup.activeTab)) return;
    const settings = this.settings.of(source?.uri);
    if (!source || !settings.statusBar || !(await this.concerns(source))) {
      if (turn === this.turn) this.hide();
      return;
    }
    const found = await this.subjects.ofSource(source);
    if (turn !== this.turn) return;
    if (!found.ok) {
      this.show('$(dashboard) not a model I know', found.why, 'inferenceLens.explainVerdict', false);
      return;
    }
    const { buildScenario, estimate, shortVerdict, fourFigures, assumptions } = await this.rooms.advice();
    if (turn !== this.turn) return;
    try {
      const scenario = buildScenario(
        found.subject.model,
        optionsFrom(settings, found.subject.deployed !== null, found.subject.engine),
        found.subject.deployed ?? undefined,
        await this.settings.filesOf(source.uri),
      );
      if (turn !== this.turn) return;
      const answer = estimate(scenario);
      const tooltip = new vscode.MarkdownString(
        [
          ...fourFigures(answer).map((figure) => `**${figure.label}** ${figure.value} · ${figure.detail}`),
          `*${assumptions(scenario)}*`,
          'Click to change hardware or workload',
        ].join('  \n'),
      );
      this.show(
        `$(dashboard) ${shortVerdict(scenario, answer)}`,
        tooltip,
        'inferenceLens.changeHardware',
        true,
      );
    } catch (fault) {
      const why = fault instanceof Error ? fault.message : String(fault);
      this.show('$(dashboard) no estimate', why, 'inferenceLens.changeHardware', true);
    }
  }

  private async concerns(source: Source): Promise<boolean> {
    if (source.kind === 'weights') return true;
    const { document } = source;
    if (isDeploymentLanguage(document)) return (await this.subjects.deploymentsIn(document)).length > 0;
    return (await this.subjects.model(document)) !== null;
  }

  private show(
    text: string,
    tooltip: string | vscode.MarkdownString,
    command: string,
    hasAdvice: boolean,
  ): void {
    this.item.text = text;
    this.item.tooltip = tooltip;
    this.item.command = command;
    this.item.show();
    void vscode.commands.executeCommand('setContext', 'inferenceLens.hasAdvice', hasAdvice);
  }

  private hide(): void {
    this.item.hide();
    void vscode.commands.executeCommand('setContext', 'inferenceLens.hasAdvice', false);
  }

  dispose(): void {
    clearTimeout(this.timer);
    for (const listener of this.listeners) listener.dispose();
  }
}

function isOwnPanel(tab: vscode.Tab | undefined): boolean {
  return tab?.input instanceof vscode.TabInputWebview && tab.input.viewType.includes('inferenceLens.');
}
