import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Browser, FrameLocator, Locator, Page } from 'playwright-core';
import { launchBrowser } from '../../vscode-host/browser';
import { CodeServer } from '../../vscode-host/codeServer';
import { packagedExtension, repositoryRoot, sampleWorkspace } from '../../vscode-host/repository';
import { positionOfText } from './textPosition';

/** How a window is opened. */
export interface WindowOptions {
  /** The built folder loaded as the extension under development, or the packaged `.vsix` installed as by a user. */
  readonly extension?: 'development' | 'packaged';
  /** With it the workspace is not trusted. */
  readonly restricted?: boolean;
  /** User settings to begin with; the theme is changed by `changeTheme`. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Folder whose copy is opened; the sample workspace by default. */
  readonly workspace?: string;
}

/** The themes that everything drawn must be right in, with the class that VS Code puts on its workbench. */
const themes = {
  light: { id: 'Light Modern', workbenchClass: 'vs' },
  dark: { id: 'Dark Modern', workbenchClass: 'vs-dark' },
  'high contrast': { id: 'Default High Contrast', workbenchClass: 'hc-black' },
  'high contrast light': { id: 'Default High Contrast Light', workbenchClass: 'hc-light' },
} as const;

export type ThemeName = keyof typeof themes;

const screenshots = path.join(repositoryRoot, '.screenshots');
const patienceMs = 30_000;

/** A VS Code window in a server of its own, driven by mouse and keyboard as a person would. */
export class CodeWindow {
  /** The windows open now, for a picture and the logs when a test fails. */
  static readonly all = new Set<CodeWindow>();

  private readonly workspaceSettings: Record<string, unknown> = {};

  private constructor(
    readonly page: Page,
    readonly server: CodeServer,
    private readonly browser: Browser,
  ) {}

  /**
   * Opens a window and waits until it is painted; the extension may still be starting. It begins in the dark theme.
   * @throws {EnvironmentError} when VS Code or Chromium cannot be had.
   */
  static async open(options: WindowOptions = {}): Promise<CodeWindow> {
    const packaged = options.extension === 'packaged';
    const server = await CodeServer.start({
      workspace: options.workspace ?? sampleWorkspace,
      extension: packaged
        ? { by: 'vsix', path: packagedExtension() }
        : { by: 'development', path: repositoryRoot },
      workspaceTrust: options.restricted ?? false,
      settings: { 'editor.hover.delay': 100, ...options.settings, 'workbench.colorTheme': themes.dark.id },
    });
    let browser: Browser | undefined;
    try {
      browser = await launchBrowser();
      const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
      page.setDefaultTimeout(patienceMs);
      await page.goto(server.pageUrl());
      await page.locator('.monaco-workbench .explorer-folders-view .monaco-list-row').first().waitFor();
      const window = new CodeWindow(page, server, browser);
      await window.wears('dark');
      CodeWindow.all.add(window);
      return window;
    } catch (error) {
      await browser?.close();
      await server.stop();
      throw error;
    }
  }

  /** Opens a file of the workspace by its path through Quick Open. */
  async openFile(file: string): Promise<void> {
    const row = await this.quickInput('Control+P', file);
    await row.first().click();
    const name = path.basename(file);
    await this.page.locator('.tab.active', { hasText: name }).waitFor();
    await this.page.locator('.editor-instance .view-line').first().waitFor();
  }

  /** Runs a command by its title, such as `Inference Lens: Recommend Acceleration`, through the palette. */
  async runCommand(title: string): Promise<void> {
    const row = await this.quickInput('F1', `>${title}`, title);
    await row.first().click();
  }

  /** Chooses the first entry of an open list (a quick pick) that shows the text. */
  async pick(text: string): Promise<void> {
    await this.page.locator('.quick-input-list .monaco-list-row', { hasText: text }).first().click();
  }

  /**
   * Rests the mouse on the first visible place where the active editor shows `text` until a hover that matches `expected`
   * appears; moves off and on again meanwhile, since a hover asked for before the extension is ready stays empty.
   * @returns the text of the hover.
   */
  async hover(text: string, expected = /\S/): Promise<string> {
    const content = this.page
      .locator('.monaco-resizable-hover .monaco-hover-content')
      .filter({ visible: true });
    const deadline = Date.now() + patienceMs;
    let seen = '';
    while (Date.now() < deadline) {
      await this.moveAway();
      const position = await positionOfText(this.page, text);
      if (position !== undefined) {
        await this.page.mouse.move(position.x + 1, position.y);
        await this.page.mouse.move(position.x, position.y);
        seen = await content
          .filter({ hasText: expected })
          .first()
          .innerText({ timeout: 1_000 })
          .catch(() => '');
        if (seen !== '') return seen;
        seen = await content
          .first()
          .innerText({ timeout: 1 })
          .catch(() => seen);
      }
    }
    throw new Error(`no hover matching ${String(expected)} over "${text}"; last seen: "${seen}"`);
  }

  /** Moves the mouse where nothing reacts to it and waits until the hover is gone. */
  async moveAway(): Promise<void> {
    await this.page.mouse.move(720, 4);
    await this.page
      .locator('.monaco-resizable-hover')
      .filter({ visible: true })
      .waitFor({ state: 'detached', timeout: 1_000 })
      .catch(() => undefined);
  }

  /** Changes settings of the workspace as if edited by hand; VS Code follows the file. */
  changeSettings(changes: Readonly<Record<string, unknown>>): void {
    Object.assign(this.workspaceSettings, changes);
    const folder = path.join(this.server.workspace, '.vscode');
    mkdirSync(folder, { recursive: true });
    writeFileSync(path.join(folder, 'settings.json'), JSON.stringify(this.workspaceSettings, null, 2));
  }

  /** Changes the colour theme and waits until the workbench wears it. */
  async changeTheme(name: ThemeName): Promise<void> {
    this.changeSettings({ 'workbench.colorTheme': themes[name].id });
    await this.wears(name);
  }

  /** The content of the visible webview; with several, say which one the outer frame is. */
  webview(frame = 'iframe.webview.ready'): FrameLocator {
    return this.page.frameLocator(frame).frameLocator('#active-frame');
  }

  /** The extension's item in the status bar; it shows while a model or a deployment is open. */
  get verdict(): Locator {
    return this.page.locator('.statusbar-item[id$="inferenceLens.verdict"]');
  }

  /** Keeps a picture of the window under `.screenshots/` and returns its path. */
  async screenshot(name: string): Promise<string> {
    mkdirSync(screenshots, { recursive: true });
    const file = path.join(screenshots, `${name.replaceAll(' ', '-')}.png`);
    await this.page.screenshot({ path: file, animations: 'disabled' });
    return file;
  }

  /** What the extension wrote to its log, all its channels together. */
  async extensionLog(): Promise<string> {
    return this.logText((file) => /exthost\d+\/[^/]*inference-lens/.test(file));
  }

  /** The errors in the extension host's own log and in the extension's, without their times and each once. */
  async errors(): Promise<readonly string[]> {
    const text = await this.logText((file) => /remoteexthost\.log$|inference-lens/.test(file));
    const messages = text.split('\n').map((line) => /\[error\] (.*)/.exec(line)?.[1]);
    return [...new Set(messages.filter((message) => message !== undefined))];
  }

  /** Fails when the extension or its host has logged an error. */
  async assertNoErrors(): Promise<void> {
    assert.deepEqual(await this.errors(), []);
  }

  /** Ends the window and its server. */
  async close(): Promise<void> {
    CodeWindow.all.delete(this);
    await this.browser.close();
    await this.server.stop();
  }

  /** Waits for a theme. Before any is loaded the workbench has a bare class, hence the second condition. */
  private async wears(name: ThemeName): Promise<void> {
    const loaded = '[class*="vscode-theme-defaults"]';
    await this.page.locator(`.monaco-workbench.${themes[name].workbenchClass}${loaded}`).waitFor();
  }

  private async logText(wanted: (file: string) => boolean): Promise<string> {
    const logs = await this.server.logs();
    return [...logs]
      .filter(([file]) => wanted(file))
      .map(([, text]) => text)
      .join('');
  }

  /** Opens the quick input by key, types, and returns the rows that show the label once one is there. */
  private async quickInput(key: string, typed: string, label = path.basename(typed)): Promise<Locator> {
    const input = this.page.locator('.quick-input-widget input.input');
    await this.page.keyboard.press(key);
    await input.waitFor();
    await input.fill(typed);
    const rows = this.page.locator('.quick-input-list .monaco-list-row', { hasText: label });
    await rows.first().waitFor();
    return rows;
  }
}
