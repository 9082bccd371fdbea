import { stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import * as vscode from 'vscode';
import type { PlaygroundModel, PlaygroundToHost, PlaygroundToPage } from '../../protocol/playgroundProtocol';
import { parsePlaygroundToHost } from '../../protocol/playgroundProtocol';
import { InferenceError } from '../inferenceError';
import { InferenceHost } from '../inferenceHost';
import { readBundledModels } from '../bundledModels';

/** How often the text so far is shown while a model writes; people read no faster. */
const PROGRESS_MILLISECONDS = 50;
/** Further runs after the first, for a median: at most so many, for at most so long. */
const REPEATS = 20;
const REPEAT_SECONDS = 0.5;
const CLASSES = 5;

/** A model that can be chosen in the view, and where it lies. */
interface Choice extends PlaygroundModel {
  path: string;
}

/** The view's talk with its page. Models run in a child process, and only in trusted workspaces. */
export class PlaygroundConversation implements vscode.Disposable {
  private readonly listeners: vscode.Disposable[];
  private readonly opened: Choice[] = [];
  private host: InferenceHost | undefined;
  private loaded: string | undefined;
  private disposed = false;

  constructor(
    private readonly webview: vscode.Webview,
    private readonly extensionUri: vscode.Uri,
    private readonly log: vscode.LogOutputChannel,
  ) {
    this.listeners = [
      webview.onDidReceiveMessage((received: unknown) => {
        void this.receive(received);
      }),
      vscode.workspace.onDidGrantWorkspaceTrust(() => {
        void this.sendModels(null);
      }),
    ];
  }

  private async receive(received: unknown): Promise<void> {
    const parsed = parsePlaygroundToHost(received);
    if (!parsed.ok) {
      this.log.warn(`from the playground: ${parsed.error}`);
      return;
    }
    const { message } = parsed;
    const inReplyTo = 'id' in message ? message.id : null;
    try {
      await this.answer(message);
    } catch (fault) {
      if (fault instanceof InferenceError && fault.code === 'stopped' && inReplyTo !== null) {
        this.send({ type: 'stopped', inReplyTo });
        return;
      }
      this.log.error(`playground, ${message.type}: ${fault instanceof Error ? (fault.stack ?? fault.message) : String(fault)}`);
      if (fault instanceof InferenceError && fault.detail) this.log.error(fault.detail);
      this.send({ type: 'failed', inReplyTo, message: fault instanceof Error ? fault.message : 'That did not work.' });
    }
  }

  private async answer(message: PlaygroundToHost): Promise<void> {
    switch (message.type) {
      case 'ready':
        return this.sendModels(null);
      case 'run':
        return this.run(message);
      case 'stop':
        return this.host?.stop();
      case 'openModel':
        return this.openModel();
      case 'manageTrust':
        await vscode.commands.executeCommand('workbench.trust.manage');
    }
  }

  private async choices(): Promise<Choice[]> {
    const models = await readBundledModels(join(this.extensionUri.fsPath, 'media', 'models'));
    return [
      ...models.map((model) => ({
        id: model.name,
        name: model.title,
        task: model.task.replace(/-/g, ' '),
        generates: model.task === 'text-generation',
        bytes: model.bytes,
        parameters: model.parameters,
        facts: ['bundled', model.licence],
        sample: model.sample,
        path: model.path,
      })),
      ...this.opened,
    ];
  }

  private async sendModels(selected: string | null): Promise<void> {
    this.send({
      type: 'models',
      models: (await this.choices()).map(({ path: _, ...model }) => model),
      selected,
      restricted: !vscode.workspace.isTrusted,
    });
  }

  private async run(message: Extract<PlaygroundToHost, { type: 'run' }>): Promise<void> {
    // The page hides its button in restricted mode; a message that comes all the same is refused here.
    if (!vscode.workspace.isTrusted) throw new Error('No model is run in a workspace that is not trusted.');
    const choice = (await this.choices()).find((model) => model.id === message.model);
    if (!choice) throw new Error(`The model “${message.model}” is not in the list.`);
    const inReplyTo = message.id;
    const host = this.hostForRuns();
    let load: number | null = null;
    if (this.loaded !== choice.path) {
      this.send({ type: 'progress', inReplyTo, stage: 'loading', text: '', tokens: 0 });
      this.loaded = undefined;
      load = (await host.load(choice.path)).seconds;
      this.loaded = choice.path;
    }
    this.send({ type: 'progress', inReplyTo, stage: 'running', text: '', tokens: 0 });
    this.send(
      choice.generates
        ? await this.generate(host, message, load)
        : await this.classify(host, message, load),
    );
  }

  private async generate(
    host: InferenceHost,
    { id: inReplyTo, text, maxTokens }: Extract<PlaygroundToHost, { type: 'run' }>,
    load: number | null,
  ): Promise<PlaygroundToPage> {
    let written = '';
    let shown = 0;
    const made = await host.generate(text, { maxTokens }, (piece, tokens) => {
      written += piece;
      const now = performance.now();
      if (now - shown < PROGRESS_MILLISECONDS) return;
      shown = now;
      this.send({ type: 'progress', inReplyTo, stage: 'running', text: written, tokens });
    });
    return {
      type: 'result',
      inReplyTo,
      output: { kind: 'text', text: made.text, tokens: made.tokens },
      timing: {
        load,
        first: made.seconds,
        median: null,
        p95: null,
        runs: 1,
        timeToFirstToken: made.timeToFirstToken,
        tokensPerSecond: made.tokensPerSecond,
        memory: made.memory,
      },
    };
  }

  private async classify(
    host: InferenceHost,
    { id: inReplyTo, text }: Extract<PlaygroundToHost, { type: 'run' }>,
    load: number | null,
  ): Promise<PlaygroundToPage> {
    const ran = await host.run(
      { kind: 'text', text },
      { classes: CLASSES, repeats: REPEATS, repeatSeconds: REPEAT_SECONDS },
    );
    return {
      type: 'result',
      inReplyTo,
      output: ran.classes
        ? { kind: 'classes', classes: ran.classes }
        : {
            kind: 'summary',
            lines: ran.outputs.map((output) => `${output.name}: ${output.type} [${output.dimensions.join(', ')}]`),
          },
      timing: {
        load,
        first: ran.timing.first,
        median: ran.timing.latency?.p50 ?? null,
        p95: ran.timing.latency?.p95 ?? null,
        runs: ran.timing.runs,
        timeToFirstToken: null,
        tokensPerSecond: null,
        memory: ran.memory,
      },
    };
  }

  private hostForRuns(): InferenceHost {
    this.host ??= new InferenceHost({
      childScript: join(this.extensionUri.fsPath, 'dist', 'ort-host.js'),
      log: (line) => {
        this.log.debug(`playground: ${line}`);
      },
    });
    return this.host;
  }

  private async openModel(): Promise<void> {
    const [uri] = (await vscode.window.showOpenDialog({ filters: { ONNX: ['onnx'] }, title: 'Open an ONNX model' })) ?? [];
    if (uri?.scheme !== 'file') return;
    const id = `file:${uri.fsPath}`;
    if (!this.opened.some((model) => model.id === id)) {
      this.opened.push({
        id,
        name: basename(uri.fsPath),
        task: 'any',
        generates: false,
        bytes: (await stat(uri.fsPath)).size,
        parameters: null,
        facts: [vscode.workspace.asRelativePath(uri)],
        sample: '',
        path: uri.fsPath,
      });
    }
    await this.sendModels(id);
  }

  private send(message: PlaygroundToPage): void {
    if (!this.disposed) void this.webview.postMessage(message);
  }

  dispose(): void {
    this.disposed = true;
    this.host?.dispose();
    for (const listener of this.listeners) listener.dispose();
  }
}
