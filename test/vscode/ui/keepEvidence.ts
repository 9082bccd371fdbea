import path from 'node:path';
import type { Context, RootHookObject } from 'mocha';
import { cacheFolder } from '../../vscode-host/repository';
import { CodeWindow } from './window';

/** After a failed test, keeps a picture of each open window under `.screenshots/` and its logs under `.cache/logs/`. */
export const mochaHooks: RootHookObject = {
  async afterEach(this: Context) {
    const test = this.currentTest;
    if (test?.state !== 'failed') return;
    const name = `failed ${test.fullTitle()}`.replaceAll(/[^\w.]+/g, '-').slice(0, 100);
    for (const window of CodeWindow.all) {
      await window.screenshot(name);
      await window.server.keepLogs(path.join(cacheFolder, 'logs', name));
    }
  },
};
