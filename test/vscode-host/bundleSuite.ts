import { rmSync } from 'node:fs';
import path from 'node:path';
import { build } from 'esbuild';
import { cacheFolder, repositoryRoot } from './repository';

/** A folder under `test/vscode` whose tests run inside the extension host. */
export type SuiteName = 'suite' | 'restricted' | 'bench';

/** Bundles the entry and the tests of a suite, one file each. Resolves with the path to give as `extensionTestsPath`. */
export async function bundleSuite(name: SuiteName): Promise<string> {
  const source = path.join(repositoryRoot, 'test/vscode');
  const outdir = path.join(cacheFolder, 'vscode-suite', name);
  rmSync(outdir, { recursive: true, force: true });
  await build({
    entryPoints: [path.join(source, 'suite/index.ts'), path.join(source, name, '*.test.ts')],
    outdir,
    entryNames: '[name]',
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    sourcemap: 'inline',
    external: ['vscode', 'mocha', 'onnxruntime-node'],
    logLevel: 'warning',
  });
  return path.join(outdir, 'index.js');
}
