import * as vscode from 'vscode';
import type { ModelSpec } from '../../model/spec';
import type { VerdictMessage, WeightsToHost, WeightsToPage } from '../../protocol/weightsProtocol';
import { parseWeightsToHost } from '../../protocol/weightsProtocol';
import type { EngineRooms } from '../engineRooms';
import { logFault } from '../log';
import { optionsFrom, type Settings } from '../settings';
import type { Subjects } from '../subjects';
import { pieces, weightsMessage } from './weightsMessage';

/** A file that is being written changes many times a second; its header is read again once it has been still this long. */
const DEBOUNCE_MILLISECONDS = 500;

/** One page's talk about one weights file. */
export class WeightsConversation implements vscode.Disposable {
  private readonly listeners: vscode.Disposable[];
  private reading = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private gone = false;

  constructor(
    private readonly webview: vscode.Webview,
    private readonly uri: vscode.Uri,
    private readonly rooms: EngineRooms,
    private readonly settings: Settings,
    private readonly subjects: Subjects,
    private readonly log: vscode.LogOutputChannel,
  ) {
    const file = vscode.Uri.joinPath(uri, '..');
    const watcher = vscode.workspace.createFileSystemWatcher(
      new vscode.RelativePattern(
        file,
        uri.path
          .split('/')
          .at(-1)
          ?.replace(/[[\]{}*?]/g, '?') ?? '*',
      ),
    );
    const again = (): void => {
      this.soon();
    };
    this.listeners = [
      webview.onDidReceiveMessage((received: unknown) => {
        void this.receive(received);
      }),
      settings.onDidChange(() => {
        this.doing('the verdict', this.judge(this.reading));
      }),
      watcher,
      watcher.onDidChange(again),
      watcher.onDidCreate(again),
    ];
  }

  private async receive(received: unknown): Promise<void> {
    const parsed = parseWeightsToHost(received);
    if (!parsed.ok) {
      this.log.warn(`from the page of weights: ${parsed.error}`);
      return;
    }
    const { message } = parsed;
    try {
      await this.answer(message);
    } catch (fault) {
      logFault(this.log, `weights, ${message.type}`, fault);
      this.send({
        type: 'failed',
        inReplyTo: message.id,
        message: fault instanceof Error ? fault.message : 'That did not work.',
      });
    }
  }

  private async answer(message: WeightsToHost): Promise<void> {
    if (message.type === 'ready') {
      await this.tell(message.id);
      return;
    }
    await vscode.commands.executeCommand(`inferenceLens.${message.type}`, this.uri);
    this.send({ type: 'done', inReplyTo: message.id });
  }

  /** Reads the header and sends what it says: the model first, the tensors after it. */
  private async tell(inReplyTo: number | null): Promise<void> {
    this.reading += 1;
    const { reading } = this;
    const found = await this.subjects.weights(this.uri);
    if (this.isOld(reading)) return;
    if (!found.ok) {
      this.send({ type: 'failed', inReplyTo, message: found.error.message });
      return;
    }
    const { weights } = found;
    const { weightShares, modelFacts } = await this.rooms.weights();
    if (this.isOld(reading)) return;
    const told = {
      facts: modelFacts(weights.model),
      file: vscode.workspace.asRelativePath(this.uri),
      parts: weightShares(weights.tensors, 'part'),
      types: weightShares(weights.tensors, 'type'),
    };
    this.send(weightsMessage(weights, told, reading, inReplyTo));
    await this.judge(reading);
    for (const piece of pieces(weights.tensors)) {
      if (this.isOld(reading)) return;
      // Each piece is taken in before the next is made: 200,000 tensors are never there twice.
      await this.webview.postMessage({ type: 'tensors', reading, ...piece } satisfies WeightsToPage);
    }
  }

  /** Sends what the model costs under the settings of now. */
  private async judge(reading: number): Promise<void> {
    const found = await this.subjects.ofSource({ kind: 'weights', uri: this.uri });
    if (!found.ok || this.isOld(reading)) return;
    const { model, engine } = found.subject;
    const { buildScenario, estimate, assumptions } = await this.rooms.advice();
    if (this.isOld(reading)) return;
    const message: VerdictMessage = { type: 'verdict', reading, verdict: null, refusal: null };
    try {
      const options = optionsFrom(this.settings.of(this.uri), false, engine);
      const files = await this.settings.filesOf(this.uri);
      const scenario = buildScenario(model, options, undefined, files);
      message.verdict = {
        estimate: { ...estimate(scenario), terms: [] },
        devices: scenario.devices,
        assumptions: assumptions(scenario),
        longest: model.maxContext,
        timed: isTimed(model),
      };
    } catch (fault) {
      // A device or a workload that makes no sense is the person's to mend, and no fault of ours.
      message.refusal = fault instanceof Error ? fault.message : 'Nothing can be said about this model.';
    }
    this.send(message);
  }

  private isOld(reading: number): boolean {
    return this.gone || reading !== this.reading;
  }

  private soon(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      this.doing('reading weights again', this.tell(null));
    }, DEBOUNCE_MILLISECONDS);
  }

  private doing(what: string, work: Promise<void>): void {
    work.catch((fault: unknown) => {
      logFault(this.log, what, fault);
    });
  }

  private send(message: WeightsToPage): void {
    void this.webview.postMessage(message);
  }

  dispose(): void {
    this.gone = true;
    clearTimeout(this.timer);
    for (const listener of this.listeners) listener.dispose();
  }
}

/** Times are reckoned from how tensors are used; a file that says only what they are has none. */
function isTimed(model: ModelSpec): boolean {
  return (
    model.kind !== 'other' ||
    model.groups.some(({ layer }) => layer.mixer.kind !== 'none' || layer.secondMixer !== undefined)
  );
}
