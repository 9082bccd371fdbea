import * as vscode from 'vscode';
import type { PlaygroundToHost, PlaygroundToPage } from '../../protocol/playgroundProtocol';
import { parsePlaygroundToHost } from '../../protocol/playgroundProtocol';
import { InferenceError } from '../inferenceError';
import type { PlaygroundRunner } from './playgroundRunner';

/** How often the text so far is shown while a model writes; people read no faster. */
const PROGRESS_MILLISECONDS = 50;

/** The view's talk with its page. */
export class PlaygroundConversation implements vscode.Disposable {
  private readonly listeners: vscode.Disposable[];
  private disposed = false;

  constructor(
    private readonly webview: vscode.Webview,
    private readonly runner: PlaygroundRunner,
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
      const said = fault instanceof Error ? fault.message : 'That did not work.';
      // A model that fails is the person's to know, and no fault of the extension.
      this.log.warn(`playground, ${message.type}: ${said}`);
      if (fault instanceof InferenceError && fault.detail) this.log.warn(fault.detail);
      this.send({ type: 'failed', inReplyTo, message: said });
    }
  }

  private async answer(message: PlaygroundToHost): Promise<void> {
    switch (message.type) {
      case 'ready':
        return this.sendModels(null);
      case 'run':
        return this.run(message);
      case 'stop':
        return this.runner.stop();
      case 'openModel':
        return this.openModel();
      case 'manageTrust':
        await vscode.commands.executeCommand('workbench.trust.manage');
    }
  }

  private async sendModels(selected: string | null): Promise<void> {
    this.send({
      type: 'models',
      models: await this.runner.models(),
      selected,
      restricted: !vscode.workspace.isTrusted,
    });
  }

  private async run({
    id: inReplyTo,
    model,
    text,
    maxTokens,
  }: Extract<PlaygroundToHost, { type: 'run' }>): Promise<void> {
    let shown = 0;
    const result = await this.runner.run(model, text, maxTokens, (progress) => {
      const now = performance.now();
      if (progress.tokens > 0 && now - shown < PROGRESS_MILLISECONDS) return;
      shown = now;
      this.send({ type: 'progress', inReplyTo, ...progress });
    });
    this.send({ type: 'result', inReplyTo, ...result });
  }

  private async openModel(): Promise<void> {
    const [uri] =
      (await vscode.window.showOpenDialog({ filters: { ONNX: ['onnx'] }, title: 'Open an ONNX model' })) ??
      [];
    if (uri?.scheme === 'file') await this.sendModels(await this.runner.open(uri.fsPath));
  }

  private send(message: PlaygroundToPage): void {
    if (!this.disposed) void this.webview.postMessage(message);
  }

  dispose(): void {
    this.disposed = true;
    for (const listener of this.listeners) listener.dispose();
  }
}
