import * as vscode from 'vscode';
import type { EngineRooms } from './engineRooms';
import { explainEstimate } from './explainEstimate';
import { changeWorkload, pickHardware } from './hardwarePicker';
import { logFault } from './log';
import type { RecommendPanels } from './panel/recommendPanels';
import type { Settings } from './settings';
import { activeSource, openSource, type Source } from './source';
import type { Subjects } from './subjects';

export interface Wiring {
  rooms: EngineRooms;
  settings: Settings;
  subjects: Subjects;
  panels: RecommendPanels;
  log: vscode.LogOutputChannel;
}

/** Commands of the manifest; each ends in an answer or in one sentence, never in an exception. */
export function registerCommands({ rooms, settings, subjects, panels, log }: Wiring): vscode.Disposable {
  const handlers: Record<string, (target: vscode.Uri | undefined) => Promise<void>> = {
    'inferenceLens.recommend': async (target) => {
      const source = await sourceOf(target);
      if (!source) {
        void vscode.window.showInformationMessage(
          'Open a model’s config.json, its weights, or code that launches an engine, and ask again.',
        );
        return;
      }
      await panels.show(source);
    },
    'inferenceLens.changeHardware': (target) => pickHardware(rooms, settings, target ?? activeUri()),
    'inferenceLens.changeWorkload': (target) => changeWorkload(settings, target ?? activeUri()),
    'inferenceLens.explain': async (target) => {
      const source = await sourceOf(target);
      if (source) await explainEstimate(rooms, settings, subjects, source);
    },
    'inferenceLens.explainVerdict': async () => {
      const document = vscode.window.activeTextEditor?.document;
      const found = document && (await subjects.of(document));
      if (found && !found.ok) void vscode.window.showInformationMessage(found.why);
    },
    'inferenceLens.showLog': () => {
      log.show();
      return Promise.resolve();
    },
  };
  return vscode.Disposable.from(
    ...Object.entries(handlers).map(([id, run]) =>
      vscode.commands.registerCommand(id, async (argument: unknown) => {
        try {
          await run(uriFrom(argument));
        } catch (fault) {
          logFault(log, id, fault);
          void vscode.window.showErrorMessage(
            `Inference Lens: ${fault instanceof Error ? fault.message : 'that did not work'}`,
          );
        }
      }),
    ),
  );
}

/** Menus hand over a Uri, links in hovers its text; anything else counts as nothing said. */
function uriFrom(argument: unknown): vscode.Uri | undefined {
  if (argument instanceof vscode.Uri) return argument;
  if (typeof argument !== 'string' || argument.length > 4096) return undefined;
  try {
    return vscode.Uri.parse(argument, true);
  } catch {
    return undefined;
  }
}

function activeUri(): vscode.Uri | undefined {
  return activeSource()?.uri;
}

async function sourceOf(target: vscode.Uri | undefined): Promise<Source | undefined> {
  return target ? openSource(target) : activeSource();
}
