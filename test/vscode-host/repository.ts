import path from 'node:path';

/** Root of the checkout, which is also the folder of the extension. */
export const repositoryRoot = path.resolve(__dirname, '../..');

/** Git-ignored folder for what the tests install and bundle. */
export const cacheFolder = path.join(repositoryRoot, '.cache');

/** The sample workspace that `npm start` opens and the tests work on, always as a copy. */
export const sampleWorkspace = path.join(repositoryRoot, 'test/fixtures/workspace');

/** Where `npm test` leaves the packaged extension that its window tests install. */
export const packagedExtension = path.join(cacheFolder, 'inference-lens.vsix');
