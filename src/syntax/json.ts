import { printParseErrorCode, visit, type ParseErrorCode } from 'jsonc-parser';
import { LineIndex, type Range } from './range';

/** Longest text that is read, in UTF-16 units: the longest config seen has 3.2 million; beyond this it is not a config. */
export const MAX_JSON_LENGTH = 16 * 1024 * 1024;

/** Deepest nesting that is read. Real configs stay under 10; the library's parser recurses once a level. */
export const MAX_JSON_DEPTH = 200;

/** Errors that are kept: past this a person reads none of them, and a binary file would yield millions. */
export const MAX_JSON_ERRORS = 100;

export type JsonPath = readonly (string | number)[];

export interface JsonError {
  message: string;
  /** 1-based, as is `column`. */
  line: number;
  column: number;
  offset: number;
}

export interface JsonRanges {
  /** The key with its quotes; null for the root and for elements of a list. */
  key: Range | null;
  value: Range;
}

/** A text read as JSON. Ranges are worked out when the first is asked for, and kept. */
export interface JsonDocument {
  /** Plain value; undefined where nothing could be read. What stands before and after a syntax error is kept. */
  value: unknown;
  errors: readonly JsonError[];
  valueAt(path: JsonPath): unknown;
  /** Null where the text has no such path. */
  rangeOf(path: JsonPath): JsonRanges | null;
  /** Path of the innermost key or value that holds the offset; null outside all of them. */
  pathAt(offset: number): JsonPath | null;
}

interface Node {
  key: string | number | null;
  keyStart: number;
  keyEnd: number;
  start: number;
  end: number;
  children: Node[];
}

/**
 * Reads JSON as it is found in model folders: byte-order mark, comments, trailing commas, bare `NaN` and `Infinity`
 * are no errors. Never throws; what cannot be read is told in `errors`.
 */
export function readJson(text: string): JsonDocument {
  if (text.length > MAX_JSON_LENGTH) {
    return unread(`longer than ${String(MAX_JSON_LENGTH / 1024 / 1024)} million characters`);
  }
  const plain = text.charCodeAt(0) === 0xfeff ? ` ${text.slice(1)}` : text;
  if (plain.startsWith('version https://git-lfs')) {
    return unread('a Git LFS pointer, not the file itself: fetch it with "git lfs pull"');
  }
  if (nestingDepth(plain) > MAX_JSON_DEPTH) {
    return unread(`nested deeper than ${String(MAX_JSON_DEPTH)} levels`);
  }
  const strict = parseStrictly(plain);
  if (strict !== undefined) return new LazyDocument(plain, strict.value, []);
  const tolerant = new TreeReader(plain);
  return new LazyDocument(plain, tolerant.value, tolerant.errors, tolerant.root);
}

function unread(why: string): JsonDocument {
  return {
    value: undefined,
    errors: [{ message: `Not read: ${why}.`, line: 1, column: 1, offset: 0 }],
    valueAt: () => undefined,
    rangeOf: () => null,
    pathAt: () => null,
  };
}

/** The built-in parser is an order of magnitude faster, and nearly every file is plain JSON. */
function parseStrictly(text: string): { value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) as unknown };
  } catch {
    return undefined;
  }
}

/** Depth of brackets outside strings, counted without recursion; stops one past the limit. */
function nestingDepth(text: string): number {
  let depth = 0;
  let deepest = 0;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === 0x22) {
      at = stringEnd(text, at);
    } else if (code === 0x5b || code === 0x7b) {
      depth += 1;
      if (depth > deepest) deepest = depth;
      if (deepest > MAX_JSON_DEPTH) return deepest;
    } else if (code === 0x5d || code === 0x7d) {
      depth -= 1;
    }
  }
  return deepest;
}

/** Index of the closing quote, or of the line's end where the string is not closed. */
function stringEnd(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === 0x5c) at += 1;
    else if (code === 0x22 || code === 0x0a) return at;
  }
  return text.length;
}

class LazyDocument implements JsonDocument {
  private lines: LineIndex | undefined;

  constructor(
    private readonly text: string,
    readonly value: unknown,
    readonly errors: readonly JsonError[],
    private root?: Node | null,
  ) {}

  valueAt(path: JsonPath): unknown {
    let value = this.value;
    for (const step of path) {
      if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return undefined;
      value = (value as Record<string | number, unknown>)[step];
    }
    return value;
  }

  rangeOf(path: JsonPath): JsonRanges | null {
    let node = this.tree();
    for (const step of path) node = node === null ? null : child(node, step);
    if (node === null) return null;
    this.lines ??= new LineIndex(this.text);
    return {
      key: node.keyStart < 0 ? null : this.lines.range(node.keyStart, node.keyEnd - node.keyStart),
      value: this.lines.range(node.start, node.end - node.start),
    };
  }

  pathAt(offset: number): JsonPath | null {
    let node = this.tree();
    if (node === null || offset < node.start || offset > node.end) return null;
    const path: (string | number)[] = [];
    for (;;) {
      const next = childAt(node.children, offset);
      if (next === null || next.key === null) return path;
      path.push(next.key);
      node = next;
    }
  }

  private tree(): Node | null {
    this.root ??= new TreeReader(this.text).root;
    return this.root;
  }
}

/** The last of equal keys, as the value has it. */
function child(node: Node, step: string | number): Node | null {
  if (typeof step === 'number')
    return node.children[step]?.key === step ? (node.children[step] ?? null) : null;
  return node.children.findLast((each) => each.key === step) ?? null;
}

function childAt(children: readonly Node[], offset: number): Node | null {
  let low = 0;
  let high = children.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const node = children[middle];
    if (node === undefined) return null;
    if (offset < (node.keyStart < 0 ? node.start : node.keyStart)) high = middle - 1;
    else if (offset > node.end) low = middle + 1;
    else return node;
  }
  return null;
}

const BARE_WORD = /"(?:[^"\\\n]|\\.)*"|\/\/[^\n]*|\/\*[^]*?\*\/|-?\b(?:NaN|Infinity)\b/g;

/** Reads with jsonc-parser's fault-tolerant visitor, keeping where each key and value stands. */
class TreeReader {
  value: unknown;
  root: Node | null = null;
  readonly errors: JsonError[] = [];

  constructor(text: string) {
    const bareWords = new Map<number, number>();
    // Same length, so that every offset stays: a number that the grammar knows stands in for the bare word.
    const masked = text.replace(BARE_WORD, (word: string, at: number) => {
      if (!/^-?[NI]/.test(word)) return word;
      bareWords.set(at, Number(word));
      return '0'.padEnd(word.length);
    });
    this.read(masked, bareWords);
  }

  private read(text: string, bareWords: ReadonlyMap<number, number>): void {
    const open: { node: Node; container: unknown[] | Record<string, unknown> }[] = [];
    let key: { name: string; start: number; end: number } | null = null;

    const add = (value: unknown, start: number, end: number): Node => {
      const node: Node = { key: null, keyStart: -1, keyEnd: -1, start, end, children: [] };
      const parent = open.at(-1);
      if (parent === undefined) {
        if (this.root === null) {
          this.root = node;
          this.value = value;
        }
      } else if (Array.isArray(parent.container)) {
        node.key = parent.container.length;
        parent.container.push(value);
        parent.node.children.push(node);
      } else if (key !== null) {
        node.key = key.name;
        node.keyStart = key.start;
        node.keyEnd = key.end;
        setOwn(parent.container, key.name, value);
        parent.node.children.push(node);
        key = null;
      }
      return node;
    };
    const close = (offset: number, length: number): void => {
      const top = open.pop();
      if (top !== undefined) top.node.end = offset + length;
    };

    visit(
      text,
      {
        onObjectBegin: (offset) => {
          const container: Record<string, unknown> = {};
          open.push({ container, node: add(container, offset, text.length) });
        },
        onObjectProperty: (name, start, length) => {
          key = { name, start, end: start + length };
        },
        onObjectEnd: close,
        onArrayBegin: (offset) => {
          const container: unknown[] = [];
          open.push({ container, node: add(container, offset, text.length) });
        },
        onArrayEnd: close,
        onLiteralValue: (value: unknown, offset, length) => {
          add(bareWords.get(offset) ?? value, offset, offset + length);
        },
        onError: (error, offset, _length, line, character) => {
          if (this.errors.length >= MAX_JSON_ERRORS) return;
          this.errors.push({ message: explain(error), line: line + 1, column: character + 1, offset });
        },
      },
      { allowTrailingComma: true, disallowComments: false },
    );
  }
}

/** `__proto__` as a key must be a key, not a prototype. */
function setOwn(container: Record<string, unknown>, name: string, value: unknown): void {
  Object.defineProperty(container, name, { value, writable: true, enumerable: true, configurable: true });
}

/** InvalidCommentToken → "invalid comment token". */
function explain(code: ParseErrorCode): string {
  return printParseErrorCode(code)
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .toLowerCase();
}
