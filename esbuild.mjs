// Bundles everything that runs: the extension, the command line, the playground's child process and the pages.
//   node esbuild.mjs               all, once
//   node esbuild.mjs --production  all, minified
//   node esbuild.mjs --lens        the command line alone, and only when a source is newer than the bundle
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
} from 'node:fs';
import { join, dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(fileURLToPath(import.meta.url));
const production = process.argv.includes('--production');

/** Loaded from node_modules or from beside the bundle at run time, never bundled: native code, the editor's own API. */
const external = ['vscode', 'onnxruntime-node', '@vscode/tree-sitter-wasm'];

/** Data tables travel as text that is parsed when first asked for: an engine parses JSON several times faster than source. */
const tablesAsText = {
  name: 'tables-as-text',
  setup: (builder) => {
    builder.onLoad({ filter: /[\\/]src[\\/].*\.json$/ }, ({ path }) => ({
      contents: `export default JSON.parse(${JSON.stringify(JSON.stringify(JSON.parse(readFileSync(path, 'utf8'))))});`,
      loader: 'js',
    }));
  },
};

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
  plugins: [tablesAsText],
};
const browser = { ...common, platform: 'browser', format: 'iife', target: 'chrome120' };

/** Minified always: most of what it takes to start is parsing. */
const lens = {
  ...node,
  minify: true,
  entryPoints: { lens: 'src/cli/main.ts' },
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
  {
    ...node,
    entryPoints: { extension: 'src/extension.ts' },
    outdir: 'dist',
    plugins: [tablesAsText, engineApart],
  },
  { ...node, entryPoints: { engine: 'src/editor/engineEntry.ts' }, outdir: 'dist' },
  { ...node, entryPoints: { 'ort-host': 'src/playground/child/main.ts' }, outdir: 'dist' },
  {
    ...browser,
    entryPoints: {
      panel: 'webview/panel/main.ts',
      playground: 'webview/playground/main.ts',
      weights: 'webview/weights/main.ts',
    },
    outdir: 'dist/webview',
  },
];

/** A folder's own time counts as well: it changes when a file in it is deleted or renamed. */
function newest(path) {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (!stat) return 0;
  if (!stat.isDirectory()) return stat.mtimeMs;
  return Math.max(stat.mtimeMs, ...readdirSync(path).map((name) => newest(join(path, name))));
}

/** What the command line's bundle is made of; the lock file stands for the libraries. */
const LENS_SOURCES = ['src', 'package.json', 'package-lock.json', 'esbuild.mjs'];

function lensIsFresh() {
  const bundle = join(root, 'dist/lens.js');
  if (!existsSync(bundle) || GRAMMARS.some((file) => !existsSync(join(root, 'dist/wasm', file))))
    return false;
  const built = statSync(bundle).mtimeMs;
  return LENS_SOURCES.every((path) => newest(join(root, path)) < built);
}

/**
 * Builds the command line beside its place and renames it into it: two runs at once each find a whole bundle, old or new. It
 * is dated at the start of the build, so that a source saved meanwhile makes it stale.
 */
async function buildLens(build) {
  const started = new Date();
  mkdirSync(join(root, 'dist'), { recursive: true });
  const beside = mkdtempSync(join(root, 'dist/.lens-'));
  try {
    await build({ ...lens, outdir: beside });
    for (const name of readdirSync(beside).sort().reverse()) {
      const made = join(beside, name);
      if (name.endsWith('.js')) chmodSync(made, 0o755);
      utimesSync(made, started, started);
      renameSync(made, join(root, 'dist', name));
    }
  } finally {
    rmSync(beside, { recursive: true, force: true });
  }
}

const GRAMMARS = ['tree-sitter.js', 'tree-sitter.wasm', 'tree-sitter-python.wasm', 'tree-sitter-bash.wasm'];

/** Grammars are read from beside the bundle, so that a packaged extension needs no node_modules for them. */
function copyGrammars() {
  const from = join(root, 'node_modules/@vscode/tree-sitter-wasm/wasm');
  const to = join(root, 'dist/wasm');
  mkdirSync(to, { recursive: true });
  for (const file of GRAMMARS) {
    // By way of another name, so that nobody reads half of one.
    const half = join(to, `.${file}.${process.pid}`);
    copyFileSync(join(from, file), half);
    renameSync(half, join(to, file));
  }
}

// The bundler itself is loaded only when there is something to build: a fresh command line starts sooner without it.
const lensOnly = process.argv.includes('--lens');
if (!lensOnly || !lensIsFresh()) {
  const { build } = await import('esbuild');
  copyGrammars();
  await Promise.all([buildLens(build), ...(lensOnly ? [] : all.map((options) => build(options)))]);
}
