import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';
import { pageHtml } from '../../protocol/pageHtml';
import { PlaygroundConversation } from './playgroundConversation';
import { PlaygroundRunner, type PlaygroundRun } from './playgroundRunner';

const VIEW = 'inferenceLens.playground';
const MAX_TOKENS = 96;

/** The side bar's view. The process that runs models starts with the first run and ends with the extension. */
export class PlaygroundView implements vscode.WebviewViewProvider, vscode.Disposable {
  private readonly runner: PlaygroundRunner;
  private conversation: PlaygroundConversation | undefined;

  constructor(
    private readonly extensionUri: vscode.Uri,
    private readonly log: vscode.LogOutputChannel,
  ) {
    this.runner = new PlaygroundRunner(extensionUri.fsPath, log);
  }

  register(): vscode.Disposable {
    return vscode.window.registerWebviewViewProvider(VIEW, this);
  }

  /** Brings the view to the front; with a model and a text given, as a keybinding may, runs them and hands the result back. */
  async show(request: unknown): Promise<PlaygroundRun | undefined> {
    await vscode.commands.executeCommand(`${VIEW}.focus`);
    const asked = runRequest(request);
    return asked && this.runner.run(asked.model, asked.text, MAX_TOKENS, () => undefined);
  }

  resolveWebviewView(view: vscode.WebviewView): void {
    const folder = vscode.Uri.joinPath(this.extensionUri, 'dist', 'webview');
    const { webview } = view;
    webview.options = { enableScripts: true, localResourceRoots: [folder] };
    const asset = (name: string): string =>
      webview.asWebviewUri(vscode.Uri.joinPath(folder, name)).toString();
    this.conversation?.dispose();
    const conversation = new PlaygroundConversation(webview, this.runner, this.log);
    this.conversation = conversation;
    view.onDidDispose(() => {
      conversation.dispose();
      if (this.conversation === conversation) this.conversation = undefined;
    });
    webview.html = pageHtml({
      title: 'Playground',
      cspSource: webview.cspSource,
      nonce: randomBytes(18).toString('base64'),
      scriptUri: asset('playground.js'),
      styleUri: asset('playground.css'),
    });
  }

  dispose(): void {
    this.conversation?.dispose();
    this.runner.dispose();
  }
}

function runRequest(request: unknown): { model: string; text: string } | undefined {
  if (typeof request !== 'object' || request === null) return undefined;
  const { model, text } = request as { model?: unknown; text?: unknown };
  return typeof model === 'string' && typeof text === 'string' ? { model, text } : undefined;
}
