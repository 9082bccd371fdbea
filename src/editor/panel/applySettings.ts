import * as vscode from 'vscode';
import type { EngineRooms } from '../engineRooms';
import { toRange } from '../ranges';
import type { Subjects } from '../subjects';

/** How a command line of an engine begins, so that a setting can be read as part of one. */
const LAUNCHER: Readonly<Record<string, string>> = { vllm: 'vllm serve model' };

/** Writes the settings of a recommendation into the deployment's own file, as one undoable edit. */
export async function applySettings(
  rooms: EngineRooms,
  subjects: Subjects,
  document: vscode.TextDocument,
  position: vscode.Position | undefined,
  settings: readonly { engine: string; setting: string }[],
): Promise<void> {
  const { setSetting, readDeployments, grammars } = await rooms.deploying();
  for (const { engine, setting } of settings) {
    if (LAUNCHER[engine] === undefined)
      throw new Error(`Settings of ${engine} cannot be written yet; copy “${setting}” instead.`);
    // The setting is text for a command line: read by the same grammar as any launch, it becomes names and values.
    const read = await readDeployments(
      `${LAUNCHER[engine]} ${setting}`,
      'setting.sh',
      'shellscript',
      grammars,
    );
    const wanted = Object.entries(read.deployments[0]?.settings ?? {});
    if (wanted.length === 0) throw new Error(`“${setting}” is not a setting that can be written into code.`);
    for (const [name, { value }] of wanted) {
      // Each edit moves what follows it: the launch is read anew before the next.
      const deployment = await subjects.deploymentAt(document, position);
      if (!deployment) throw new Error('The launch is no longer in the file.');
      if (deployment.engine !== engine)
        throw new Error(`The file launches ${deployment.engine}, the setting is ${engine}’s.`);
      const edit = setSetting(document.getText(), deployment, name, value);
      if (!edit) throw new Error(`“${setting}” could not be written into this launch; copy it instead.`);
      const change = new vscode.WorkspaceEdit();
      change.replace(document.uri, toRange(edit.range), edit.newText);
      if (!(await vscode.workspace.applyEdit(change))) throw new Error('The editor did not take the change.');
    }
  }
}
