import { homedir } from 'node:os';
import { join } from 'node:path';
import * as vscode from 'vscode';
import type { DeviceFile } from '../hardware/userDevices';
import type { Device } from '../hardware/device';
import type { EngineRooms } from './engineRooms';
import { logFault } from './log';

/** As the reader of such files has it; what is longer is not even read. */
const MAX_BYTES = 1_000_000;

interface Kept {
  devices: Promise<readonly Device[]>;
  watcher: vscode.Disposable;
}

/**
 * The devices that a person describes in a file of their own (`inferenceLens.hardwareFile`): read when first needed, and again when the
 * file changes. What is wrong with it is said once, with its place; the devices that are right still count.
 */
export class OwnDevices implements vscode.Disposable {
  private readonly kept = new Map<string, Kept>();
  private readonly changed = new vscode.EventEmitter<void>();
  /** Files whose text was complained of, so that nobody reads the same twice. */
  private readonly told = new Map<string, string>();
  readonly onDidChange = this.changed.event;

  constructor(
    private readonly rooms: EngineRooms,
    private readonly log: vscode.LogOutputChannel,
  ) {}

  /** Devices of the file at `path`, which counts from `folder`; none where no file is named. Never throws. */
  of(path: string, folder: vscode.WorkspaceFolder | undefined): Promise<readonly Device[]> {
    if (path.trim() === '') return NONE;
    const uri = uriOf(path.trim(), folder);
    if (!uri) {
      this.tell(path, `The path of your devices, ${path}, counts from a folder, and none is open.`);
      return NONE;
    }
    const key = uri.toString();
    let kept = this.kept.get(key);
    if (!kept) {
      kept = { devices: this.read(uri), watcher: this.watch(uri) };
      this.kept.set(key, kept);
    }
    return kept.devices;
  }

  private async read(uri: vscode.Uri): Promise<readonly Device[]> {
    const name = vscode.workspace.asRelativePath(uri);
    try {
      const found = await vscode.workspace.fs.stat(uri);
      if ((found.type & vscode.FileType.File) === 0 || found.size > MAX_BYTES) {
        this.tell(name, `${name} is not a file of devices.`);
        return [];
      }
      const text = new TextDecoder().decode(await vscode.workspace.fs.readFile(uri));
      const { readUserDevices } = await this.rooms.devices();
      const read = readUserDevices(text, name, new Date(found.mtime).toISOString().slice(0, 10));
      this.report(name, uri, read);
      return read.devices;
    } catch (fault) {
      if (fault instanceof vscode.FileSystemError) this.tell(name, `${name}, your devices: no such file.`);
      else logFault(this.log, `reading ${name}`, fault);
      return [];
    }
  }

  private report(name: string, uri: vscode.Uri, { devices, problems }: DeviceFile): void {
    this.log.info(`${name}: ${devices.length} devices, ${problems.length} problems`);
    for (const { message, line, column } of problems) this.log.warn(`${name}:${line}:${column}: ${message}`);
    const [first] = problems;
    if (!first) {
      this.told.delete(name);
      return;
    }
    const place = new vscode.Position(first.line - 1, first.column - 1);
    const more = problems.length > 1 ? ` (and ${problems.length - 1} more, in the log)` : '';
    this.tell(name, `${name}:${first.line}: ${first.message}${more}`, () => {
      void vscode.window.showTextDocument(uri, { selection: new vscode.Range(place, place) });
    });
  }

  private tell(name: string, message: string, open?: () => void): void {
    this.log.warn(message);
    if (this.told.get(name) === message) return;
    this.told.set(name, message);
    const offered = open ? ['Open File'] : [];
    void vscode.window.showWarningMessage(`Inference Lens: ${message}`, ...offered).then((chosen) => {
      if (chosen !== undefined) open?.();
    });
  }

  private watch(uri: vscode.Uri): vscode.Disposable {
    const name = uri.path.split('/').at(-1) ?? '';
    const pattern = new vscode.RelativePattern(vscode.Uri.joinPath(uri, '..'), escaped(name));
    const watcher = vscode.workspace.createFileSystemWatcher(pattern);
    const forget = (): void => {
      this.kept.get(uri.toString())?.watcher.dispose();
      this.kept.delete(uri.toString());
      this.changed.fire();
    };
    watcher.onDidChange(forget);
    watcher.onDidCreate(forget);
    watcher.onDidDelete(forget);
    return watcher;
  }

  dispose(): void {
    for (const { watcher } of this.kept.values()) watcher.dispose();
    this.kept.clear();
    this.changed.dispose();
  }
}

const NONE: Promise<readonly Device[]> = Promise.resolve([]);

/** Relative paths count from the folder, in whatever file system that is; `~` is the person's own. */
function uriOf(path: string, folder: vscode.WorkspaceFolder | undefined): vscode.Uri | null {
  if (path.startsWith('~')) return vscode.Uri.file(join(homedir(), path.slice(1)));
  if (/^([/\\]|[A-Za-z]:[/\\])/.test(path)) {
    return !folder || folder.uri.scheme === 'file' ? vscode.Uri.file(path) : folder.uri.with({ path });
  }
  return folder ? vscode.Uri.joinPath(folder.uri, path) : null;
}

/** A file's name as a pattern that means it and no other. */
function escaped(name: string): string {
  return name.replace(/[*?{}[\]]/g, (sign) => `[${sign}]`);
}
