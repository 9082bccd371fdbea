import * as vscode from 'vscode';
import type { EngineRooms } from './engineRooms';
import { hoverLinks } from './hoverLinks';
import { logFault } from './log';
import { optionsFrom, type Settings } from './settings';
import type { Subjects } from './subjects';

/** Says what a key of a model's configuration means for memory and speed on the chosen hardware. */
export class ModelHoverProvider implements vscode.HoverProvider {
  constructor(
    private readonly rooms: EngineRooms,
    private readonly settings: Settings,
    private readonly subjects: Subjects,
    private readonly log: vscode.LogOutputChannel,
  ) {}

  async provideHover(
    document: vscode.TextDocument,
    position: vscode.Position,
    token: vscode.CancellationToken,
  ): Promise<vscode.Hover | null> {
    const settings = this.settings.of(document.uri);
    if (!settings.hover) return null;
    try {
      const read = await this.subjects.model(document);
      if (!read || token.isCancellationRequested) return null;
      const path = read.json.pathAt(document.offsetAt(position));
      if (!path || path.length === 0) return null;
      const { explainKey } = await this.rooms.reading();
      const explained = explainKey(read.reading.ok ? read.reading.model : null, read.json.value, path);
      if (!explained || token.isCancellationRequested) return null;

      const lines = [
        `**${explained.title}**${explained.subtitle ? ` · ${explained.subtitle}` : ''}`,
        ...explained.lines,
      ];
      if (read.reading.ok && explained.touches.length > 0) {
        lines.splice(2, 0, ...(await this.here(document, explained.touches)));
      }
      lines.push(hoverLinks(document.uri));
      const markdown = new vscode.MarkdownString(lines.join('  \n'));
      // Only our own commands, and nothing that came from the file is taken for markup.
      markdown.isTrusted = {
        enabledCommands: ['inferenceLens.recommend', 'inferenceLens.changeHardware', 'inferenceLens.explain'],
      };
      const range = read.json.rangeOf(path);
      const at = range?.key ?? range?.value;
      return new vscode.Hover(
        markdown,
        at && new vscode.Range(at.start.line - 1, at.start.column - 1, at.end.line - 1, at.end.column - 1),
      );
    } catch (fault) {
      logFault(this.log, `hover in ${document.uri.fsPath}`, fault);
      return null;
    }
  }

  /** What it comes to on the hardware and workload of this folder; a line for each term the key takes part in. */
  private async here(document: vscode.TextDocument, touches: readonly string[]): Promise<string[]> {
    const found = await this.subjects.of(document);
    if (!found.ok) return [];
    const settings = this.settings.of(document.uri);
    const { buildScenario, estimate, cacheAtWorkload, shareOfStep, assumptions, weightsOnDevice } =
      await this.rooms.advice();
    try {
      const files = await this.settings.filesOf(document.uri);
      const scenario = buildScenario(found.subject.model, optionsFrom(settings, false), undefined, files);
      const answer = estimate(scenario);
      const lines: string[] = [];
      if (touches.includes('kv')) lines.push(cacheAtWorkload(scenario, answer));
      if (touches.includes('weights')) lines.push(weightsOnDevice(answer));
      if (touches.includes('time')) lines.push(shareOfStep(answer));
      // The last of them says what all of them assume.
      return lines.map((line, index) =>
        index === lines.length - 1 ? `${line} · *${assumptions(scenario)}*` : line,
      );
    } catch (fault) {
      // An unknown device in the settings is said where it can be changed: in the status bar.
      this.log.debug(`no estimate for the hover: ${fault instanceof Error ? fault.message : String(fault)}`);
      return [];
    }
  }
}
