import { createRequire } from 'node:module';
import { join } from 'node:path';
import type * as TreeSitter from '@vscode/tree-sitter-wasm';

/** A node of a syntax tree, in plain data: it outlives the parser's memory. Named nodes, and unnamed ones that fill a field. */
export interface SyntaxNode {
  readonly type: string;
  /** The field of its parent that it fills: `left`, `arguments`, … */
  readonly field: string | null;
  readonly start: number;
  readonly end: number;
  readonly parent: SyntaxNode | null;
  readonly children: readonly SyntaxNode[];
}

export interface SyntaxTree {
  readonly text: string;
  readonly root: SyntaxNode;
  /** False where a limit was reached: what is in the tree is right, but something may be missing. */
  readonly complete: boolean;
}

/** Longest text that is parsed, in UTF-16 code units: launch code is short, and half a million is parsed in well under a second. */
export const MAX_PARSED_LENGTH = 500_000;
const MAX_NODES = 300_000;
/** Deeper than any program that people write; keeps the readers' recursion far from the stack's end. */
const MAX_DEPTH = 400;
const MAX_PARSE_MILLISECONDS = 1_000;

export interface Grammar {
  /** Null where the text is too long, or took too long. Syntax errors are no reason: the tree then holds `ERROR` nodes. */
  parse(text: string): SyntaxTree | null;
}

type Runtime = typeof TreeSitter;

let runtime: Promise<Runtime> | undefined;

/** The runtime's script lies beside the grammars, so that a package needs no node_modules for it. */
async function startRuntime(wasmDirectory: string): Promise<Runtime> {
  const script = join(wasmDirectory, 'tree-sitter.js');
  const loaded = createRequire(script)(script) as Runtime;
  await loaded.Parser.init({ locateFile: (file) => join(wasmDirectory, file) });
  return loaded;
}

/**
 * The grammars, loaded when first asked for and then kept. `wasmDirectory` holds `tree-sitter.js`, `tree-sitter.wasm` and one
 * `tree-sitter-<language>.wasm` for each language: `node_modules/@vscode/tree-sitter-wasm/wasm`, or `dist/wasm` in a package.
 * The runtime is shared by the whole process; the first directory given is where it is loaded from.
 */
export class Grammars {
  private readonly loaded = new Map<string, Promise<Grammar>>();

  constructor(private readonly wasmDirectory: string) {}

  python(): Promise<Grammar> {
    return this.load('python');
  }

  bash(): Promise<Grammar> {
    return this.load('bash');
  }

  private load(language: string): Promise<Grammar> {
    let grammar = this.loaded.get(language);
    if (grammar === undefined) {
      grammar = this.start(language);
      this.loaded.set(language, grammar);
      grammar.catch(() => this.loaded.delete(language));
    }
    return grammar;
  }

  private async start(language: string): Promise<Grammar> {
    runtime ??= startRuntime(this.wasmDirectory);
    let started: Runtime;
    try {
      started = await runtime;
    } catch (error) {
      runtime = undefined;
      throw error;
    }
    const parser = new started.Parser();
    parser.setLanguage(await started.Language.load(join(this.wasmDirectory, `tree-sitter-${language}.wasm`)));
    return { parse: (text) => parseBounded(parser, text) };
  }
}

function parseBounded(parser: TreeSitter.Parser, text: string): SyntaxTree | null {
  if (text.length > MAX_PARSED_LENGTH) return null;
  const deadline = performance.now() + MAX_PARSE_MILLISECONDS;
  const tree = parser.parse(text, null, { progressCallback: () => performance.now() > deadline });
  if (tree === null) {
    parser.reset();
    return null;
  }
  try {
    return plainTree(tree, text);
  } finally {
    tree.delete();
  }
}

interface Building extends SyntaxNode {
  readonly children: Building[];
}

function plainTree(tree: TreeSitter.Tree, text: string): SyntaxTree {
  const cursor = tree.walk();
  try {
    const root: Building = { ...shape(cursor), parent: null, children: [] };
    let parent = root;
    let depth = 0;
    let nodes = 1;
    let complete = true;
    if (!cursor.gotoFirstChild()) return { text, root, complete };
    for (;;) {
      const field = cursor.currentFieldName;
      let descended = false;
      if (cursor.nodeIsNamed || field !== null) {
        const node: Building = { ...shape(cursor), field, parent, children: [] };
        parent.children.push(node);
        nodes += 1;
        if (nodes > MAX_NODES) return { text, root, complete: false };
        if (depth >= MAX_DEPTH) complete = false;
        else if (cursor.gotoFirstChild()) {
          parent = node;
          depth += 1;
          descended = true;
        }
      }
      while (!descended && !cursor.gotoNextSibling()) {
        if (depth === 0 || !cursor.gotoParent()) return { text, root, complete };
        parent = (parent.parent as Building | null) ?? root;
        depth -= 1;
      }
    }
  } finally {
    cursor.delete();
  }
}

function shape(cursor: TreeSitter.TreeCursor): Omit<SyntaxNode, 'parent' | 'children'> {
  return { type: cursor.nodeType, field: null, start: cursor.startIndex, end: cursor.endIndex };
}

/** The first child that fills a field. */
export function childOf(node: SyntaxNode, field: string): SyntaxNode | undefined {
  return node.children.find((child) => child.field === field);
}

export function textOf(tree: SyntaxTree, node: SyntaxNode): string {
  return tree.text.slice(node.start, node.end);
}
