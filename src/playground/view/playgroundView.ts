import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';
import { pageHtml } from '../../protocol/pageHtml';
import { PlaygroundConversation } from './playgroundConversation';

const VIEW = 'inferenceLens.playground';

/** The side bar's view; its process starts with the first run and ends with the view. */
export class PlaygroundView implements vscode.WebviewViewProvider, vscode.Disposable {
  private conversation: PlaygroundConversation | undefined;

  constructor(
    private readonly extensionUri: vscode.Uri,
    private readonly log: vscode.LogOutputChannel,
  ) {}

  register(): vscode.Disposable {
    return vscode.window.registerWebviewViewProvider(VIEW, this);
  }

  async reveal(): Promise<void> {
    await vscode.commands.executeCommand(`${VIEW}.focus`);
  }

  resolveWebviewView(view: vscode.WebviewView): void {
    const folder = vscode.Uri.joinPath(this.extensionUri, 'dist', 'webview');
    const { webview } = view;
    webview.options = { enableScripts: true, localResourceRoots: [folder] };
    const asset = (name: string): string => webview.asWebviewUri(vscode.Uri.joinPath(folder, name)).toString();
    this.conversation?.dispose();
    const conversation = new PlaygroundConversation(webview, this.extensionUri, this.log);
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
  }
}
