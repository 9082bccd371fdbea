import * as vscode from 'vscode';
import { NO_FILES, type OptionFiles } from '../advisor/optionFiles';
import type { EstimateOptions } from '../advisor/query';
import type { Engine } from '../deployment/engine';
import type { Goal } from '../workload/workload';
import type { OwnDevices } from './ownDevices';

const SECTION = 'inferenceLens';

/** What a person has said about a folder: its hardware, its workload, its goal. */
export interface LensSettings {
  hardware: string;
  /** Where devices of one's own are described; empty where there are none. */
  hardwareFile: string;
  devices: number;
  engine: Engine;
  concurrency: number;
  inputTokens: number;
  outputTokens: number;
  sharedPrefixTokens: number;
  goal: Goal;
  losslessOnly: boolean;
  hover: boolean;
  statusBar: boolean;
  diagnostics: boolean;
}

/** Where each field is kept; the manifest test holds these against `package.json`. */
export const SETTING_KEYS = {
  hardware: 'hardware',
  hardwareFile: 'hardwareFile',
  devices: 'devices',
  engine: 'engine',
  concurrency: 'workload.concurrency',
  inputTokens: 'workload.inputTokens',
  outputTokens: 'workload.outputTokens',
  sharedPrefixTokens: 'workload.sharedPrefixTokens',
  goal: 'goal',
  losslessOnly: 'losslessOnly',
  hover: 'hover.enabled',
  statusBar: 'statusBar.enabled',
  diagnostics: 'diagnostics.enabled',
} as const satisfies Record<keyof LensSettings, string>;

/** Settings by workspace folder, read once and again only when they change. */
export class Settings implements vscode.Disposable {
  private readonly cache = new Map<string, LensSettings>();
  private readonly changed = new vscode.EventEmitter<void>();
  private readonly listeners: vscode.Disposable[];
  readonly onDidChange = this.changed.event;

  constructor(private readonly own: OwnDevices) {
    this.listeners = [
      own.onDidChange(() => {
        this.changed.fire();
      }),
      vscode.workspace.onDidChangeConfiguration((event) => {
        if (!event.affectsConfiguration(SECTION)) return;
        this.cache.clear();
        this.changed.fire();
      }),
      vscode.workspace.onDidChangeWorkspaceFolders(() => {
        this.cache.clear();
      }),
    ];
  }

  of(uri: vscode.Uri | undefined): LensSettings {
    const folder = uri && vscode.workspace.getWorkspaceFolder(uri);
    const key = folder?.uri.toString() ?? '';
    let found = this.cache.get(key);
    if (!found) {
      found = read(vscode.workspace.getConfiguration(SECTION, folder?.uri ?? null));
      this.cache.set(key, found);
    }
    return found;
  }

  /** What the files hold that the settings of `uri` name: devices of one's own. */
  async filesOf(uri: vscode.Uri | undefined): Promise<OptionFiles> {
    const folder = uri && vscode.workspace.getWorkspaceFolder(uri);
    const first = vscode.workspace.workspaceFolders?.[0];
    const devices = await this.own.of(this.of(uri).hardwareFile, folder ?? first);
    return devices.length > 0 ? { ...NO_FILES, devices } : NO_FILES;
  }

  /** Remembers for the folder of `uri`; for the user where there is no folder to remember it for. */
  async remember<K extends keyof LensSettings>(
    uri: vscode.Uri | undefined,
    key: K,
    value: LensSettings[K],
  ): Promise<void> {
    const folder = uri && vscode.workspace.getWorkspaceFolder(uri);
    const target = folder
      ? vscode.ConfigurationTarget.WorkspaceFolder
      : vscode.workspace.workspaceFolders
        ? vscode.ConfigurationTarget.Workspace
        : vscode.ConfigurationTarget.Global;
    await vscode.workspace
      .getConfiguration(SECTION, folder?.uri ?? null)
      .update(SETTING_KEYS[key], value, target);
  }

  dispose(): void {
    for (const listener of this.listeners) listener.dispose();
    this.changed.dispose();
  }
}

function read(configuration: vscode.WorkspaceConfiguration): LensSettings {
  // Defaults are the manifest's; those here stand in only where a person has written a value of the wrong kind.
  const text = <T extends string>(key: string, otherwise: T): T => {
    const value = configuration.get<unknown>(key);
    return typeof value === 'string' && value !== '' ? (value as T) : otherwise;
  };
  const count = (key: string, otherwise: number): number => {
    const value = configuration.get<unknown>(key);
    return typeof value === 'number' && Number.isInteger(value) && value >= 0 ? value : otherwise;
  };
  const flag = (key: string, otherwise: boolean): boolean => {
    const value = configuration.get<unknown>(key);
    return typeof value === 'boolean' ? value : otherwise;
  };
  return {
    hardware: text(SETTING_KEYS.hardware, 'h100-sxm'),
    hardwareFile: text(SETTING_KEYS.hardwareFile, ''),
    devices: Math.max(1, count(SETTING_KEYS.devices, 1)),
    engine: text(SETTING_KEYS.engine, 'vllm'),
    concurrency: Math.max(1, count(SETTING_KEYS.concurrency, 1)),
    inputTokens: Math.max(1, count(SETTING_KEYS.inputTokens, 512)),
    outputTokens: Math.max(1, count(SETTING_KEYS.outputTokens, 128)),
    sharedPrefixTokens: count(SETTING_KEYS.sharedPrefixTokens, 0),
    goal: text(SETTING_KEYS.goal, 'latency'),
    losslessOnly: flag(SETTING_KEYS.losslessOnly, false),
    hover: flag(SETTING_KEYS.hover, true),
    statusBar: flag(SETTING_KEYS.statusBar, true),
    diagnostics: flag(SETTING_KEYS.diagnostics, true),
  };
}

/**
 * The question that settings put. What a deployment says of engine and devices in code stands over what settings say, and so does the
 * engine that a file's format is made for.
 */
export function optionsFrom(
  settings: LensSettings,
  deployed: boolean,
  engine: Engine | null = null,
): EstimateOptions {
  return {
    hardware: settings.hardware,
    ...(deployed ? {} : { engine: engine ?? settings.engine, devices: settings.devices }),
    concurrency: settings.concurrency,
    input: settings.inputTokens,
    output: settings.outputTokens,
    ...(settings.sharedPrefixTokens > 0 ? { sharedPrefix: settings.sharedPrefixTokens } : {}),
  };
}
