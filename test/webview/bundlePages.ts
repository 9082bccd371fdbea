import { build } from 'esbuild';
import path from 'node:path';

const root = path.resolve(__dirname, '../..');

/** Bundles the pages as `esbuild.mjs` does, in memory: file names as under `dist/webview`, with their text. */
export async function bundlePages(): Promise<ReadonlyMap<string, string>> {
  const result = await build({
    absWorkingDir: root,
    entryPoints: {
      panel: 'webview/panel/main.ts',
      playground: 'webview/playground/main.ts',
      weights: 'webview/weights/main.ts',
    },
    outdir: 'dist/webview',
    bundle: true,
    write: false,
    platform: 'browser',
    format: 'iife',
    target: 'chrome120',
    logLevel: 'error',
  });
  return new Map(result.outputFiles.map((file) => [path.basename(file.path), file.text]));
}
