import assert from 'node:assert/strict';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { ROOMS } from './rooms.mjs';

const ROOT = resolve(__dirname, '../..');

interface Import {
  from: string;
  target: string;
  typeOnly: boolean;
}

const IMPORT =
  /^(?:import|export)\s+(type\s+)?(?:[^'"]*?\s+from\s+)?['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]\s*\)|\brequire\(\s*['"]([^'"]+)['"]\s*\)/gm;

function sources(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory()) return sources(path);
    return /\.ts$/.test(entry.name) && !entry.name.endsWith('.d.ts') ? [path] : [];
  });
}

function importsOf(file: string): Import[] {
  const text = readFileSync(join(ROOT, file), 'utf8');
  return [...text.matchAll(IMPORT)].map((match) => ({
    from: file,
    target: match[2] ?? match[3] ?? match[4] ?? '',
    typeOnly: match[1] !== undefined,
  }));
}

/** `src/roofline/time.ts` → `roofline`; files directly under src are their own room. */
function roomOf(file: string): string | undefined {
  return /^src\/([^/]+)\//.exec(file)?.[1];
}

function resolved(entry: Import): string | undefined {
  if (!entry.target.startsWith('.')) return undefined;
  const path = relative(ROOT, resolve(ROOT, dirname(entry.from), entry.target));
  for (const candidate of [path, `${path}.ts`, `${path}.mjs`]) {
    try {
      if (statSync(join(ROOT, candidate)).isFile()) return candidate;
    } catch {
      // Not this spelling.
    }
  }
  return path;
}

describe('architecture', () => {
  const files = [...sources('src'), ...sources('webview')];
  const imports = files.flatMap(importsOf);

  it('finds the sources and their imports', () => {
    assert.ok(files.length > 10);
    assert.ok(imports.length > 10);
  });

  it('keeps every room on its side of the plan', () => {
    const broken = imports.filter((entry) => {
      const room = roomOf(entry.from);
      const target = resolved(entry);
      const other = target === undefined ? undefined : roomOf(target);
      if (room === undefined || other === undefined || room === other) return false;
      const rule = ROOMS[room];
      assert.ok(rule, `${entry.from}: src/${room} is not on the plan (test/architecture/rooms.mjs)`);
      return !(rule.typesOnly && entry.typeOnly) && !rule.mayImport.includes(other);
    });
    assert.deepEqual(
      broken.map((entry) => `${entry.from} imports ${entry.target}`),
      [],
    );
  });

  it('imports vscode at run time only where the editor is', () => {
    const broken = imports.filter(
      (entry) =>
        entry.target === 'vscode' &&
        !entry.typeOnly &&
        !/^src\/(editor\/|playground\/view\/|extension\.ts)/.test(entry.from),
    );
    assert.deepEqual(
      broken.map((entry) => entry.from),
      [],
    );
  });

  it("loads onnxruntime-node only for our own selector and in the playground's child process", () => {
    const broken = imports.filter(
      (entry) =>
        entry.target === 'onnxruntime-node' &&
        !entry.typeOnly &&
        entry.from !== 'src/selector/onnx.ts' &&
        !entry.from.startsWith('src/playground/child/'),
    );
    assert.deepEqual(
      broken.map((entry) => entry.from),
      [],
    );
  });

  it('keeps the page away from the editor and from node', () => {
    const broken = imports.filter((entry) => {
      if (!entry.from.startsWith('webview/')) return false;
      if (entry.target === 'vscode' || entry.target.startsWith('node:')) return true;
      const target = resolved(entry);
      const room = target === undefined ? undefined : roomOf(target);
      return room !== undefined && !['protocol', 'units'].includes(room) && !entry.typeOnly;
    });
    assert.deepEqual(
      broken.map((entry) => `${entry.from} imports ${entry.target}`),
      [],
    );
  });

  it('has no import cycles', () => {
    const graph = new Map<string, string[]>();
    for (const file of files) graph.set(file, []);
    for (const entry of imports) {
      const target = resolved(entry);
      if (!entry.typeOnly && target !== undefined && graph.has(target)) graph.get(entry.from)?.push(target);
    }
    const done = new Set<string>();
    const path: string[] = [];
    const visit = (file: string): void => {
      const at = path.indexOf(file);
      assert.ok(at === -1, `cycle: ${[...path.slice(at), file].join(' → ')}`);
      if (done.has(file)) return;
      path.push(file);
      for (const next of graph.get(file) ?? []) visit(next);
      path.pop();
      done.add(file);
    };
    for (const file of files) visit(file);
  });

  it('has no barrels, no utils, no types files', () => {
    assert.deepEqual(
      files.filter((file) => /\/(index|types)\.ts$|\/utils?\//.test(file)),
      [],
    );
  });

  it('keeps files to one idea: at most 500 lines', () => {
    const long = files.filter((file) => readFileSync(join(ROOT, file), 'utf8').split('\n').length > 500);
    assert.deepEqual(long, []);
  });

  it('wires and does nothing else in extension.ts: at most 80 lines', () => {
    assert.ok(readFileSync(join(ROOT, 'src/extension.ts'), 'utf8').split('\n').length <= 81);
  });

  it('gives every room a place on the plan', () => {
    const rooms = readdirSync(join(ROOT, 'src'), { withFileTypes: true }).filter((entry) =>
      entry.isDirectory(),
    );
    assert.deepEqual(
      rooms.map((room) => room.name).filter((name) => ROOMS[name] === undefined),
      [],
    );
  });
});
