import { join } from 'node:path';
import type * as vscode from 'vscode';
import { once } from './once';

/**
 * The way to the engine rooms. Each group is loaded when it is first asked for, so that activation loads no table, no grammar and no
 * native module.
 */
export class EngineRooms {
  constructor(
    private readonly extensionPath: string,
    private readonly log: vscode.LogOutputChannel,
  ) {}

  private readonly entry = once(async () => import('./engineEntry'));

  /** JSON, model configurations, and what their keys mean. */
  readonly reading = once(async () => (await this.entry()).loadReading());

  /** Scenarios, estimates, and the words they are told in. */
  readonly advice = once(async () => (await this.entry()).loadAdvice());

  /** The catalogue and the selector, native runtime included. */
  readonly recommending = once(async () => {
    const loaded = await (await this.entry()).loadRecommending(join(this.extensionPath, 'media'));
    this.log.info(`selector: ${loaded.selector.model ?? 'physics only'} (${loaded.selector.method})`);
    return loaded;
  });

  /** Launches of engines in code, with the grammars. */
  readonly deploying = once(async () => ({
    ...(await (await this.entry()).loadDeploying()),
    grammars: join(this.extensionPath, 'dist', 'wasm'),
  }));

  /** Headers of weights files. */
  readonly weights = once(async () => (await this.entry()).loadWeights());

  /** Files of devices of one's own. */
  readonly devices = once(async () => (await this.entry()).loadDevices());

  readonly wellKnown = once(async () => (await this.entry()).loadWellKnown());
}
