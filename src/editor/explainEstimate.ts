import * as vscode from 'vscode';
import type { EngineRooms } from './engineRooms';
import { optionsFrom, type Settings } from './settings';
import type { Source } from './source';
import type { Subjects } from './subjects';

/** Opens the sum behind the estimate as a read-only Markdown page: every term with its formula and the numbers put in. */
export async function explainEstimate(
  rooms: EngineRooms,
  settings: Settings,
  subjects: Subjects,
  source: Source,
  techniques: readonly string[] = [],
): Promise<void> {
  const found = await subjects.ofSource(source);
  if (!found.ok) {
    void vscode.window.showInformationMessage(found.why);
    return;
  }
  const { subject } = found;
  const { buildScenario, estimate, explanationPage } = await rooms.advice();
  const options = {
    ...optionsFrom(settings.of(source.uri), subject.deployed !== null, subject.engine),
    techniques: [...techniques],
  };
  const files = await settings.filesOf(source.uri);
  const scenario = buildScenario(subject.model, options, subject.deployed ?? undefined, files);
  const page = await vscode.workspace.openTextDocument({
    language: 'markdown',
    content: explanationPage(scenario, estimate(scenario)),
  });
  await vscode.commands.executeCommand('markdown.showPreview', page.uri);
}
