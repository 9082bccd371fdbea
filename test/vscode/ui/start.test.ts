import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { launchBrowser } from '../../vscode-host/browser';
import { repositoryRoot } from '../../vscode-host/repository';

describe('npm start', () => {
  let start: ChildProcess;
  after(() => start?.kill('SIGKILL'));

  it('prints an address at which the extension is at work, and ends with everything it started', async () => {
    start = spawn(process.execPath, [path.join(repositoryRoot, 'scripts/start.mjs')], {
      env: { ...process.env, PORT: '0', DISPLAY: '', WAYLAND_DISPLAY: '' },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const address = await printedAddress(start);

    const browser = await launchBrowser();
    try {
      const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
      await page.goto(address);
      await page.locator('.explorer-folders-view .monaco-list-row').first().waitFor();
      await page.keyboard.press('Control+P');
      await page.locator('.quick-input-widget input.input').fill('models/llama-3.1-8b/config.json');
      await page.locator('.quick-input-list .monaco-list-row', { hasText: 'config.json' }).first().click();
      await page.locator('.statusbar-item[id$="inferenceLens.verdict"]').waitFor();
      await page.screenshot({ path: path.join(repositoryRoot, '.screenshots/start.png') });
    } finally {
      await browser.close();
    }

    start.kill('SIGINT');
    await once(start, 'exit');
    await assert.rejects(fetch(address), 'the server is still there');
  });
});

/** The address in the output, once it is there. */
async function printedAddress(child: ChildProcess): Promise<string> {
  let output = '';
  for await (const chunk of child.stdout ?? []) {
    output += String(chunk);
    const address = /http:\/\/\S+/.exec(output)?.[0];
    if (address !== undefined) return address;
  }
  throw new Error(`npm start ended without an address:\n${output}`);
}
