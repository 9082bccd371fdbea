import { readFileSync } from 'node:fs';
import path from 'node:path';

/** Root of the checkout, which is also the folder of the extension. */
export const repositoryRoot = path.resolve(__dirname, '../..');

/** Git-ignored folder for what the tests install and bundle. */
export const cacheFolder = path.join(repositoryRoot, '.cache');

/** The sample workspace that `npm start` opens and the tests work on, always as a copy. */
export const sampleWorkspace = path.join(repositoryRoot, 'test/fixtures/workspace');

/** What `npm run package` writes, for the tests that install it. */
export function packagedExtension(): string {
  const manifest = readFileSync(path.join(repositoryRoot, 'package.json'), 'utf8');
  const { version } = JSON.parse(manifest) as { readonly version: string };
  return path.join(repositoryRoot, `inference-lens-${process.platform}-${process.arch}-${version}.vsix`);
}
