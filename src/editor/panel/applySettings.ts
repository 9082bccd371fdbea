import * as vscode from 'vscode';
import type { EngineRooms } from '../engineRooms';
import { toRange } from '../ranges';
import type { Subjects } from '../subjects';

/** Writes the settings of a recommendation into the deployment's own file, as one undoable edit. */
export async function applySettings(
  rooms: EngineRooms,
  subjects: Subjects,
  document: vscode.TextDocument,
  position: vscode.Position | undefined,
  settings: readonly { engine: string; setting: string }[],
): Promise<void> {
  const { readSetting, setSetting } = await rooms.deploying();
  for (const { engine, setting } of settings) {
    // Each edit moves what follows it: the launch is read anew before the next.
    const deployment = await subjects.deploymentAt(document, position);
    if (!deployment) throw new Error('The launch is no longer in the file.');
    if (deployment.engine !== engine) throw new Error(`The file launches ${deployment.engine}, the setting is ${engine}’s.`);
    for (const { name, value } of readSetting(engine, setting)) {
      const current = await subjects.deploymentAt(document, position);
      const edit = current && setSetting(document.getText(), current, name, value);
      if (!edit) throw new Error(`“${setting}” could not be written into this launch; copy it instead.`);
      const change = new vscode.WorkspaceEdit();
      change.replace(document.uri, toRange(edit.range), edit.newText);
      if (!(await vscode.workspace.applyEdit(change))) throw new Error('The editor did not take the change.');
    }
  }
}
