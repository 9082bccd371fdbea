import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { hoverText, placeOf, sample, until } from './workspace';

/** 16.06 GB of weights at 1.2 TB/s: more than 13 ms a token. */
const lab = (name: string, bandwidth = 1.2e12): string =>
  `{ "devices": [ { "id": "lab", "name": "${name}", "memory": 48e9, "bandwidth": ${bandwidth}, "peak": { "bf16": 300e12 } } ] }`;

describe('devices of one’s own', () => {
  const folder = mkdtempSync(join(tmpdir(), 'lens-devices-'));
  const file = join(folder, 'lab.devices.json');
  const set = async (key: string, value: string | undefined): Promise<void> => {
    await vscode.workspace
      .getConfiguration('inferenceLens')
      .update(key, value, vscode.ConfigurationTarget.Global);
  };
  const hover = async (): Promise<string> => {
    const document = await vscode.workspace.openTextDocument(sample('models/llama-3.1-8b/config.json'));
    return hoverText(document.uri, placeOf(document, 'hidden_size'));
  };
  const untilHover = (wanted: RegExp): Promise<string> =>
    until(async () => {
      const text = await hover();
      return wanted.test(text) ? text : undefined;
    });

  before(async () => {
    writeFileSync(file, lab('Lab Accelerator'));
    await set('hardwareFile', file);
    await set('hardware', 'lab');
  });
  after(async () => {
    await set('hardwareFile', undefined);
    await set('hardware', undefined);
    rmSync(folder, { recursive: true });
  });

  it('are what estimates are for, by their id', async () => {
    await untilHover(/Lab Accelerator/);
  });

  it('are read again when the file changes, and a wrong one takes nothing down', async () => {
    writeFileSync(file, lab('Lab Accelerator Two'));
    await untilHover(/Lab Accelerator Two/);
    writeFileSync(file, '{ "devices": [ { "id": "lab", "memory": 48 } ] }');
    // The key is explained still; what it comes to on a device that nobody knows is not.
    const text = await until(async () => {
      const now = await hover();
      return now.includes('Lab Accelerator') ? undefined : now;
    });
    assert.match(text, /hidden|width|model/i);
    writeFileSync(file, lab('Lab Accelerator'));
    await untilHover(/Lab Accelerator/);
  });

  it('come first where hardware is chosen', async () => {
    await set('hardware', 'l4');
    const picked = vscode.commands.executeCommand('inferenceLens.changeHardware');
    const configuration = (): string | undefined =>
      vscode.workspace.getConfiguration('inferenceLens').get<string>('hardware');
    // The list opens at the workload; below it are the way to describe devices, and then those described.
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    for (let step = 0; step < 2; step += 1)
      await vscode.commands.executeCommand('workbench.action.quickOpenSelectNext');
    await vscode.commands.executeCommand('workbench.action.acceptSelectedQuickOpenItem');
    await picked;
    assert.equal(configuration(), 'lab');
    for (const target of [vscode.ConfigurationTarget.Workspace, vscode.ConfigurationTarget.WorkspaceFolder]) {
      const [first] = vscode.workspace.workspaceFolders ?? [];
      await vscode.workspace
        .getConfiguration('inferenceLens', first?.uri)
        .update('hardware', undefined, target);
    }
  });

  it('are checked while they are written', async () => {
    const uri = vscode.Uri.file(join(folder, 'other.devices.json'));
    writeFileSync(uri.fsPath, '{ "devices": [ { "id": "x", "memory": "much" } ] }');
    await vscode.window.showTextDocument(uri);
    const found = await until(() => {
      const marked = vscode.languages.getDiagnostics(uri);
      return marked.length > 0 ? marked : undefined;
    });
    assert.ok(
      found.some(({ message }) => /number/.test(message)),
      found.map(({ message }) => message).join(),
    );
    await vscode.commands.executeCommand('workbench.action.closeActiveEditor');
  });
});
