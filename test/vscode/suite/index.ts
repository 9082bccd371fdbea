import { readdirSync } from 'node:fs';
import path from 'node:path';
import Mocha from 'mocha';
import ResultReporter from '../../run/resultReporter';

/**
 * Entry that VS Code calls inside the extension host: runs every bundled `*.test.js` beside this file.
 * @throws when a test fails, which is how the host learns of it.
 */
export async function run(): Promise<void> {
  const mocha = new Mocha({ ui: 'bdd', timeout: 20_000, color: false });
  mocha.reporter(ResultReporter, { show: 'dot' });
  for (const name of readdirSync(__dirname).sort()) {
    if (name.endsWith('.test.js')) mocha.addFile(path.join(__dirname, name));
  }
  const failures = await new Promise<number>((resolve) => mocha.run(resolve));
  if (failures > 0) throw new Error(`${failures} tests failed`);
}
