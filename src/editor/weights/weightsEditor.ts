import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';
import { pageHtml } from '../../protocol/pageHtml';
import type { EngineRooms } from '../engineRooms';
import type { Settings } from '../settings';
import type { Subjects } from '../subjects';
import { WeightsConversation } from './weightsConversation';
import { WEIGHTS_VIEW_TYPE } from './weightsUri';

/** Shows weights files read-only: what the model is, its tensors, its memory, the verdict. Nothing in them is ever run. */
export class WeightsEditor implements vscode.CustomReadonlyEditorProvider {
  constructor(
    private readonly extensionUri: vscode.Uri,
    private readonly rooms: EngineRooms,
    private readonly settings: Settings,
    private readonly subjects: Subjects,
    private readonly log: vscode.LogOutputChannel,
  ) {}

  register(): vscode.Disposable {
    return vscode.window.registerCustomEditorProvider(WEIGHTS_VIEW_TYPE, this, {
      supportsMultipleEditorsPerDocument: true,
    });
  }

  /** Whatever the file is, its page can say so: nothing is read here. */
  openCustomDocument(uri: vscode.Uri): vscode.CustomDocument {
    return { uri, dispose: () => undefined };
  }

  resolveCustomEditor({ uri }: vscode.CustomDocument, { webview, onDidDispose }: vscode.WebviewPanel): void {
    const pages = vscode.Uri.joinPath(this.extensionUri, 'dist', 'webview');
    const asset = (name: string): string => webview.asWebviewUri(vscode.Uri.joinPath(pages, name)).toString();
    webview.options = { enableScripts: true, localResourceRoots: [pages] };
    const conversation = new WeightsConversation(
      webview,
      uri,
      this.rooms,
      this.settings,
      this.subjects,
      this.log,
    );
    onDidDispose(() => {
      conversation.dispose();
    });
    webview.html = pageHtml({
      title: `Weights: ${uri.path.split('/').at(-1) ?? ''}`,
      cspSource: webview.cspSource,
      nonce: randomBytes(18).toString('base64'),
      scriptUri: asset('weights.js'),
      styleUri: asset('weights.css'),
    });
  }
}
