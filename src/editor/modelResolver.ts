import { homedir } from 'node:os';
import { join } from 'node:path';
import * as vscode from 'vscode';
import type { ModelSpec } from '../model/spec';
import type { EngineRooms } from './engineRooms';
import { logFault } from './log';
import { nameOf } from './subjectName';

export type FoundModel = { ok: true; model: ModelSpec } | { ok: false; why: string };

/** Configurations looked through in a workspace when a model is sought by its name. */
const MAX_CONFIGS = 200;

/**
 * Finds the configuration of a model that code names, without asking the network: as a path, among the workspace's own
 * configurations, in the cache that Hugging Face tools keep on this machine, and in the list of well-known ones that comes along.
 */
export class ModelResolver implements vscode.Disposable {
  private readonly found = new Map<string, Promise<FoundModel>>();
  private readonly watcher: vscode.FileSystemWatcher;

  constructor(
    private readonly rooms: EngineRooms,
    private readonly log: vscode.LogOutputChannel,
  ) {
    this.watcher = vscode.workspace.createFileSystemWatcher('**/config.json');
    const forget = (): void => {
      this.found.clear();
    };
    this.watcher.onDidChange(forget);
    this.watcher.onDidCreate(forget);
    this.watcher.onDidDelete(forget);
  }

  find(name: string, from: vscode.Uri): Promise<FoundModel> {
    // A path is meant from the file that names it, a name from anywhere in the folder.
    const where = /^[./~]/.test(name)
      ? vscode.Uri.joinPath(from, '..')
      : vscode.workspace.getWorkspaceFolder(from)?.uri;
    const key = `${where?.toString() ?? ''} ${name}`;
    let found = this.found.get(key);
    if (!found) {
      found = this.search(name, from).catch((fault: unknown): FoundModel => {
        logFault(this.log, `looking for ${name}`, fault);
        return { ok: false, why: `The configuration of ${name} could not be read.` };
      });
      this.found.set(key, found);
      // What is not at hand now may be there in a minute: only what was found is kept.
      void found.then((answer) => {
        if (!answer.ok) this.found.delete(key);
      });
    }
    return found;
  }

  private async search(name: string, from: vscode.Uri): Promise<FoundModel> {
    for (const uri of [
      ...pathsFor(name, from),
      ...(await this.inWorkspace(name, from)),
      ...(await inHubCache(name)),
    ]) {
      const text = await readText(uri);
      if (text !== null) return this.read(text, name);
    }
    const { wellKnownConfig } = await this.rooms.wellKnown();
    const config = wellKnownConfig(name);
    if (config) return this.read(config, name);
    return {
      ok: false,
      why: `The configuration of ${name} is not at hand: put its config.json into the workspace, in a folder named like the model.`,
    };
  }

  private async read(text: string, name: string): Promise<FoundModel> {
    const { readModel } = await this.rooms.reading();
    const reading = readModel(text, { name });
    return reading.ok ? { ok: true, model: reading.model } : { ok: false, why: reading.error.message };
  }

  private async inWorkspace(name: string, from: vscode.Uri): Promise<vscode.Uri[]> {
    const folder = vscode.workspace.getWorkspaceFolder(from);
    const pattern = folder ? new vscode.RelativePattern(folder, '**/config.json') : '**/config.json';
    const wanted = plain(name.split('/').at(-1) ?? name);
    const configs = await vscode.workspace.findFiles(pattern, '**/node_modules/**', MAX_CONFIGS);
    return configs.filter((uri) => {
      const called = plain(nameOf(uri));
      return called === wanted || called === plain(name);
    });
  }

  dispose(): void {
    this.watcher.dispose();
    this.found.clear();
  }
}

/** Names compare without case and punctuation: `meta-llama/Llama-3.1-8B`, `meta-llama__Llama-3.1-8B`. */
function plain(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]/g, '');
}

function pathsFor(name: string, from: vscode.Uri): vscode.Uri[] {
  if (!/^[./~]/.test(name)) return [];
  const path = name.startsWith('~') ? join(homedir(), name.slice(1)) : name;
  const base = path.startsWith('/') ? from.with({ path }) : vscode.Uri.joinPath(from, '..', path);
  return [vscode.Uri.joinPath(base, 'config.json')];
}

/** `$HF_HOME/hub/models--org--name/snapshots/<revision>/config.json`, where the Hugging Face tools put what they fetch. */
async function inHubCache(name: string): Promise<vscode.Uri[]> {
  if (!/^[\w.-]+\/[\w.-]+$/.test(name)) return [];
  const home = process.env['HF_HOME'] ?? join(homedir(), '.cache', 'huggingface');
  const snapshots = vscode.Uri.file(join(home, 'hub', `models--${name.replace('/', '--')}`, 'snapshots'));
  try {
    const revisions = await vscode.workspace.fs.readDirectory(snapshots);
    return revisions.map(([revision]) => vscode.Uri.joinPath(snapshots, revision, 'config.json'));
  } catch {
    return [];
  }
}

async function readText(uri: vscode.Uri): Promise<string | null> {
  try {
    return new TextDecoder().decode(await vscode.workspace.fs.readFile(uri));
  } catch {
    return null;
  }
}
