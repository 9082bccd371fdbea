import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';
import { pageHtml } from '../../protocol/pageHtml';
import type { EngineRooms } from '../engineRooms';
import { logFault } from '../log';
import type { Settings } from '../settings';
import { openSource, type Source } from '../source';
import type { Subjects } from '../subjects';
import { PanelConversation } from './panelConversation';

const VIEW_TYPE = 'inferenceLens.panel';

/** What survives a reload of the window: which document or file the panel is about. */
interface PanelState {
  document?: string;
}

/** The panels with recommendations: one for each document, opened beside it, brought back after a reload. */
export class RecommendPanels implements vscode.Disposable {
  private readonly open = new Map<string, vscode.WebviewPanel>();
  private readonly serializer: vscode.Disposable;

  constructor(
    private readonly extensionUri: vscode.Uri,
    private readonly rooms: EngineRooms,
    private readonly settings: Settings,
    private readonly subjects: Subjects,
    private readonly log: vscode.LogOutputChannel,
  ) {
    this.serializer = vscode.window.registerWebviewPanelSerializer(VIEW_TYPE, {
      deserializeWebviewPanel: async (panel: vscode.WebviewPanel, state: PanelState | undefined) => {
        await this.restore(panel, state);
      },
    });
  }

  async show(source: Source): Promise<void> {
    const known = this.open.get(source.uri.toString());
    if (known) {
      known.reveal();
      return;
    }
    const found = await this.subjects.ofSource(source);
    if (!found.ok) {
      void vscode.window.showInformationMessage(found.why);
      return;
    }
    const panel = vscode.window.createWebviewPanel(
      VIEW_TYPE,
      `Acceleration: ${found.subject.model.name}`,
      { viewColumn: vscode.ViewColumn.Beside },
      this.webviewOptions(),
    );
    this.attach(panel, source);
  }

  private async restore(panel: vscode.WebviewPanel, state: PanelState | undefined): Promise<void> {
    if (typeof state?.document !== 'string') {
      panel.dispose();
      return;
    }
    try {
      const source = await openSource(vscode.Uri.parse(state.document, true));
      panel.webview.options = this.webviewOptions();
      this.attach(panel, source);
    } catch (fault) {
      logFault(this.log, 'bringing a panel back', fault);
      panel.dispose();
    }
  }

  private webviewOptions(): vscode.WebviewPanelOptions & vscode.WebviewOptions {
    return {
      enableScripts: true,
      localResourceRoots: [vscode.Uri.joinPath(this.extensionUri, 'dist', 'webview')],
    };
  }

  private attach(panel: vscode.WebviewPanel, source: Source): void {
    const key = source.uri.toString();
    this.open.set(key, panel);
    const { webview } = panel;
    const asset = (name: string): string =>
      webview.asWebviewUri(vscode.Uri.joinPath(this.extensionUri, 'dist', 'webview', name)).toString();
    const conversation = new PanelConversation(
      webview,
      source,
      () => panel.visible,
      this.rooms,
      this.settings,
      this.subjects,
      this.log,
    );
    const icon = (theme: string): vscode.Uri =>
      vscode.Uri.joinPath(this.extensionUri, 'media', `lens-${theme}.svg`);
    panel.iconPath = { light: icon('light'), dark: icon('dark') };
    panel.onDidDispose(() => {
      conversation.dispose();
      if (this.open.get(key) === panel) this.open.delete(key);
    });
    webview.html = pageHtml({
      title: panel.title,
      cspSource: webview.cspSource,
      nonce: randomBytes(18).toString('base64'),
      scriptUri: asset('panel.js'),
      styleUri: asset('panel.css'),
    });
  }

  dispose(): void {
    this.serializer.dispose();
    for (const panel of [...this.open.values()]) panel.dispose();
  }
}
