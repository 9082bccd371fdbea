import { mkdirSync } from 'node:fs';
import path from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { pageHtml } from '../../src/protocol/pageHtml';
import { launchBrowser } from '../vscode-host/browser';
import { bundlePages } from './bundlePages';
import { THEMES } from './theme';
import type { Theme, ThemeName } from './theme';

const ORIGIN = 'http://lens.test';
const SCREENSHOTS = path.resolve(__dirname, '../../.screenshots/webview');

/** Longest wait for a message of the page, in milliseconds; what is waited for takes a few. */
const PATIENCE = 5000;

/** A message that the page sent to its host. */
export type Sent = { readonly type: string } & Readonly<Record<string, unknown>>;

/** What stands in for VS Code inside the page. */
interface Stub {
  sent: Sent[];
  state: unknown;
  violations: string[];
}

declare global {
  interface Window {
    stub: Stub;
  }
}

let bundles: Promise<ReadonlyMap<string, string>> | undefined;

/** Browser and bundles for a file of tests; both are made once. */
export class WebviewBrowser {
  private constructor(
    private readonly browser: Browser,
    private readonly files: ReadonlyMap<string, string>,
  ) {}

  static async start(): Promise<WebviewBrowser> {
    bundles ??= bundlePages();
    const files = await bundles;
    return new WebviewBrowser(await launchBrowser(), files);
  }

  stop(): Promise<void> {
    return this.browser.close();
  }

  /** Opens a page as VS Code would: under the same policy, with a theme's tokens on the root and its class on the body. */
  async open(
    name: 'panel' | 'playground' | 'weights',
    options: { theme?: ThemeName; width?: number; height?: number; state?: unknown; clock?: boolean } = {},
  ): Promise<PageUnderTest> {
    const { theme = 'Dark Modern', width = 1280, height = 1000, state = undefined, clock = false } = options;
    const page = await this.browser.newPage({ viewport: { width, height }, reducedMotion: 'reduce' });
    if (clock) await page.clock.install();
    const faults: string[] = [];
    page.on('pageerror', (error) => faults.push(String(error)));
    page.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning') faults.push(message.text());
    });
    const document = pageHtml({
      title: 'Inference Lens',
      cspSource: ORIGIN,
      nonce: 'dGVzdC1ub25jZS1mb3ItcGFnZXM=',
      scriptUri: `${ORIGIN}/${name}.js`,
      styleUri: `${ORIGIN}/${name}.css`,
    });
    await page.route('**/*', (route) => {
      const file = new URL(route.request().url()).pathname.slice(1);
      if (file === '') return route.fulfill({ contentType: 'text/html', body: document });
      const body = this.files.get(file);
      if (body === undefined) return route.fulfill({ status: 404 });
      return route.fulfill({ contentType: file.endsWith('.css') ? 'text/css' : 'text/javascript', body });
    });
    // tsx marks named functions with a helper that the page lacks.
    await page.addInitScript('globalThis.__name = (named) => named');
    await page.addInitScript(installStub, { theme: THEMES[theme], state });
    await page.goto(`${ORIGIN}/`);
    return new PageUnderTest(page, faults);
  }
}

/** A page, its host played by the test. */
export class PageUnderTest {
  constructor(
    readonly page: Page,
    /** Errors and warnings of the page's console, and exceptions. */
    readonly faults: readonly string[],
  ) {}

  /** The messages that the page has sent so far. */
  sent(): Promise<readonly Sent[]> {
    return this.page.evaluate(() => window.stub.sent);
  }

  /** Waits for the `count`th message of a type and returns it. */
  async received(type: string, count = 1): Promise<Sent> {
    // Not page.waitForFunction: it needs eval, which the page's policy forbids.
    for (const end = Date.now() + PATIENCE; Date.now() < end; await this.settled()) {
      const found = (await this.sent()).filter((message) => message.type === type)[count - 1];
      if (found !== undefined) return found;
    }
    throw new Error(`The page did not send “${type}” ${count} times. ${this.faults.join('; ')}`);
  }

  async send(message: object): Promise<void> {
    await this.page.evaluate((data) => window.postMessage(data, '*'), message);
    await this.settled();
  }

  /** Waits until what was sent has been drawn. */
  async settled(): Promise<void> {
    await this.page.evaluate(
      () =>
        new Promise<void>((done) =>
          setTimeout(() => requestAnimationFrame(() => requestAnimationFrame(() => done())), 0),
        ),
    );
  }

  /** What the page has asked VS Code to remember. */
  state(): Promise<unknown> {
    return this.page.evaluate(() => window.stub.state);
  }

  /** Breaches of the content security policy. */
  violations(): Promise<readonly string[]> {
    return this.page.evaluate(() => window.stub.violations);
  }

  async screenshot(name: string): Promise<void> {
    mkdirSync(SCREENSHOTS, { recursive: true });
    await this.page.evaluate(() => window.scrollTo(0, 0));
    await this.page.screenshot({ path: path.join(SCREENSHOTS, `${name}.png`), fullPage: true });
  }

  close(): Promise<void> {
    return this.page.close();
  }
}

function installStub({ theme, state }: { theme: Theme; state: unknown }): void {
  window.stub = { sent: [], state, violations: [] };
  document.addEventListener('securitypolicyviolation', (event) => {
    window.stub.violations.push(`${event.violatedDirective} ${event.blockedURI} ${event.sample}`);
  });
  Object.assign(window, {
    acquireVsCodeApi: () => ({
      postMessage: (message: Sent) => window.stub.sent.push(message),
      getState: () => window.stub.state,
      setState: (saved: unknown) => {
        window.stub.state = saved;
      },
    }),
  });
  const dress = () => {
    for (const [name, value] of Object.entries(theme.tokens))
      document.documentElement.style.setProperty(name, value);
    document.body.classList.add(theme.kind);
    if (theme.kind === 'vscode-high-contrast-light') document.body.classList.add('vscode-high-contrast');
    document.body.dataset['vscodeThemeKind'] = theme.kind;
  };
  new MutationObserver((_, observer) => {
    if (document.body === null) return;
    observer.disconnect();
    dress();
  }).observe(document, { childList: true, subtree: true });
}
