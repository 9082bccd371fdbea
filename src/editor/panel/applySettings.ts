import * as vscode from 'vscode';
import type { Deployment, SettingValue } from '../../deployment/deployment';
import { LineIndex } from '../../syntax/range';
import type { EngineRooms } from '../engineRooms';

/** How a command line of an engine begins, so that a setting can be read as part of one. */
const LAUNCHER: Readonly<Record<string, string>> = { vllm: 'vllm serve model' };

/** Names in capitals stand for what only the person knows: HEAD, DRAFT, N. */
const PLACEHOLDER = /(^|["'\s])[A-Z][A-Z_]*($|["'\s])/;

/** Lets a repository's own code run; nobody's advice may switch it on. */
const NEVER_WRITTEN: readonly string[] = ['trust_remote_code'];

/**
 * Writes the settings of a recommendation into the deployment's own file: all of them, as one undoable edit, or none. Throws one sentence for
 * a person where a setting cannot be written as it stands.
 */
export async function applySettings(
  rooms: EngineRooms,
  uri: vscode.Uri,
  position: vscode.Position | undefined,
  settings: readonly { engine: string; setting: string }[],
): Promise<void> {
  const { setSetting, readDeployments, grammars } = await rooms.deploying();
  const wanted: { engine: string; setting: string; name: string; value: SettingValue }[] = [];
  for (const { engine, setting } of settings) {
    if (LAUNCHER[engine] === undefined)
      throw new Error(`Settings of ${engine} cannot be written yet; copy “${setting}” instead.`);
    if (!setting.startsWith('-'))
      throw new Error(`“${setting}” is not a setting that can be written into code.`);
    if (PLACEHOLDER.test(setting))
      throw new Error(`“${setting}” needs your own value in it: copy it and put that in.`);
    // The setting is text for a command line: read by the same grammar as any launch, it becomes names and values.
    const read = await readDeployments(
      `${LAUNCHER[engine]} ${setting}`,
      'setting.sh',
      'shellscript',
      grammars,
    );
    const launch = read.deployments[0];
    const named = Object.entries(launch?.settings ?? {});
    if (
      launch?.model !== 'model' ||
      named.length === 0 ||
      named.some(([name]) => NEVER_WRITTEN.includes(name))
    )
      throw new Error(`“${setting}” is not a setting that can be written into code; copy it instead.`);
    wanted.push(...named.map(([name, { value }]) => ({ engine, setting, name, value })));
  }

  const document = await vscode.workspace.openTextDocument(uri);
  const { version } = document;
  let text = document.getText();
  for (const { engine, setting, name, value } of wanted) {
    // Each edit moves what follows it: the launch is read anew before the next.
    const read = await readDeployments(text, document.fileName, document.languageId, grammars);
    const launch = launchAt(read.deployments, position);
    if (!launch) throw new Error('The launch is no longer in the file.');
    if (launch.engine !== engine)
      throw new Error(`The file launches ${launch.engine}, the setting is ${engine}’s.`);
    const edit = setSetting(text, launch, name, value);
    if (!edit) throw new Error(`“${setting}” could not be written into this launch; copy it instead.`);
    text = replaced(text, edit);
  }
  if (document.version !== version) throw new Error('The file changed meanwhile; nothing was written.');
  const change = new vscode.WorkspaceEdit();
  change.replace(
    uri,
    new vscode.Range(document.positionAt(0), document.positionAt(document.getText().length)),
    text,
  );
  if (!(await vscode.workspace.applyEdit(change))) throw new Error('The editor did not take the change.');
}

function launchAt(all: readonly Deployment[], position: vscode.Position | undefined): Deployment | undefined {
  if (!position) return all[0];
  return all.findLast((one) => one.range.start.line <= position.line + 1) ?? all[0];
}

function replaced(
  text: string,
  edit: {
    range: { start: { line: number; column: number }; end: { line: number; column: number } };
    newText: string;
  },
): string {
  const lines = new LineIndex(text);
  return (
    text.slice(0, lines.offset(edit.range.start)) + edit.newText + text.slice(lines.offset(edit.range.end))
  );
}
