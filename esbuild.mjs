// Bundles everything that runs: the extension, the command line, the playground's child process and the pages.
//   node esbuild.mjs               all, once
//   node esbuild.mjs --production  all, minified
//   node esbuild.mjs --lens        the command line alone, and only when a source is newer than the bundle
import { build } from 'esbuild';
import { copyFileSync, existsSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import { join, dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(fileURLToPath(import.meta.url));
const production = process.argv.includes('--production');

/** Loaded from node_modules or from beside the bundle at run time, never bundled: native code, the editor's own API. */
const external = ['vscode', 'onnxruntime-node', '@vscode/tree-sitter-wasm'];

const common = {
  bundle: true,
  sourcemap: production ? false : 'linked',
  minify: production,
  logLevel: 'warning',
  absWorkingDir: root,
};
const node = {
  ...common,
  platform: 'node',
  format: 'cjs',
  target: 'node20',
  mainFields: ['module', 'main'],
  external,
};
const browser = { ...common, platform: 'browser', format: 'iife', target: 'chrome120' };

const lens = {
  ...node,
  entryPoints: { lens: 'src/cli/main.ts' },
  outdir: 'dist',
  banner: { js: '#!/usr/bin/env node' },
};

/** The engine rooms are a bundle of their own beside the extension's, required when first needed: activation parses none of it. */
const engineApart = {
  name: 'engine-apart',
  setup: (builder) => {
    builder.onResolve({ filter: /\/engineEntry$/ }, ({ kind }) =>
      kind === 'dynamic-import' ? { path: './engine.js', external: true } : undefined,
    );
  },
};

const all = [
  { ...node, entryPoints: { extension: 'src/extension.ts' }, outdir: 'dist', plugins: [engineApart] },
  { ...node, entryPoints: { engine: 'src/editor/engineEntry.ts' }, outdir: 'dist' },
  { ...node, entryPoints: { 'ort-host': 'src/playground/child/main.ts' }, outdir: 'dist' },
  {
    ...browser,
    entryPoints: { panel: 'webview/panel/main.ts', playground: 'webview/playground/main.ts' },
    outdir: 'dist/webview',
  },
];

function newest(path) {
  const stat = statSync(path);
  if (!stat.isDirectory()) return stat.mtimeMs;
  return Math.max(0, ...readdirSync(path).map((name) => newest(join(path, name))));
}

function lensIsFresh() {
  const bundle = join(root, 'dist/lens.js');
  if (!existsSync(bundle)) return false;
  const built = statSync(bundle).mtimeMs;
  return ['src', 'package.json', 'esbuild.mjs'].every((path) => newest(join(root, path)) < built);
}

/** Grammars are read from beside the bundle, so that a packaged extension needs no node_modules for them. */
function copyGrammars() {
  const from = join(root, 'node_modules/@vscode/tree-sitter-wasm/wasm');
  const to = join(root, 'dist/wasm');
  mkdirSync(to, { recursive: true });
  for (const file of [
    'tree-sitter.js',
    'tree-sitter.wasm',
    'tree-sitter-python.wasm',
    'tree-sitter-bash.wasm',
  ]) {
    copyFileSync(join(from, file), join(to, file));
  }
}

if (process.argv.includes('--lens')) {
  if (!lensIsFresh()) {
    copyGrammars();
    await build(lens);
  }
} else {
  copyGrammars();
  await Promise.all([lens, ...all].map((options) => build(options)));
}
