// Packages the extension for this platform: `npm run package` writes inference-lens-<target>-<version>.vsix.
// What goes in is gathered in a folder of its own, so that nothing slips in by accident (an allow-list), and
// onnxruntime-node comes along with this platform's binary alone.
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const stage = join(root, '.cache', 'package');
const target = `${process.platform}-${process.arch}`;

/** What users get, and nothing else. */
const INCLUDED = [
  'dist/extension.js',
  'dist/engine.js',
  'dist/lens.js',
  'dist/ort-host.js',
  'dist/wasm',
  'dist/webview',
  'media',
  'schema',
  'LICENSE',
  'CHANGELOG.md',
  'README.md',
];
/** Parts of onnxruntime-node that run; its installer and typings stay out. */
const RUNTIME = ['package.json', 'dist', `bin/napi-v6/${process.platform}/${process.arch}`];

/** Maps and typings are for developers. */
const isShipped = (file) => !/\.(map|d\.ts)$/.test(file);

execFileSync(process.execPath, ['esbuild.mjs', '--production'], { cwd: root, stdio: 'inherit' });
rmSync(stage, { recursive: true, force: true });
mkdirSync(stage, { recursive: true });
for (const path of INCLUDED) {
  cpSync(join(root, path), join(stage, path), { recursive: true, filter: isShipped });
}

const runtime = join(root, 'node_modules', 'onnxruntime-node');
const common = join(root, 'node_modules', 'onnxruntime-common');
if (existsSync(join(runtime, 'bin/napi-v6', process.platform, process.arch))) {
  for (const path of RUNTIME) {
    cpSync(join(runtime, path), join(stage, 'dist/node_modules/onnxruntime-node', path), {
      recursive: true,
      dereference: true,
    });
  }
  for (const path of ['package.json', 'dist/cjs']) {
    cpSync(join(common, path), join(stage, 'dist/node_modules/onnxruntime-common', path), {
      recursive: true,
      filter: isShipped,
    });
  }
} else {
  console.log(
    `onnxruntime-node has no binary for ${target}: the package gives physics-only advice and no playground.`,
  );
}

// The published manifest names no scripts and no dependencies: everything is bundled or beside the bundle.
const { scripts, dependencies, devDependencies, optionalDependencies, bin, files, ...manifest } = JSON.parse(
  readFileSync(join(root, 'package.json'), 'utf8'),
);
writeFileSync(join(stage, 'package.json'), JSON.stringify(manifest, null, 2));
writeFileSync(join(stage, '.vscodeignore'), '');

const out = join(root, `inference-lens-${target}-${manifest.version}.vsix`);
execFileSync(
  process.execPath,
  [
    join(root, 'node_modules/@vscode/vsce/vsce'),
    'package',
    '--no-dependencies',
    '--target',
    target,
    '--out',
    out,
    '--allow-missing-repository',
    '--no-rewrite-relative-links',
    '--skip-license',
  ],
  { cwd: stage, stdio: 'inherit' },
);
console.log(`${out}: ${(statSync(out).size / 1e6).toFixed(1)} MB`);
