import {
  childAt,
  childOf,
  stringEnd,
  treeOfValid,
  TreeReader,
  type JsonError,
  type JsonNode,
} from './jsonTree';
import { LineIndex, type Range } from './range';

/** Longest text that is read, in UTF-16 units: the longest config seen has 3.2 million; beyond this it is not a config. */
export const MAX_JSON_LENGTH = 16 * 1024 * 1024;

/** Deepest nesting that is read. Real configs stay under 10; the library's parser recurses once a level. */
export const MAX_JSON_DEPTH = 200;

export type { JsonError } from './jsonTree';

export type JsonPath = readonly (string | number)[];

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

class LazyDocument implements JsonDocument {
  private lines: LineIndex | undefined;

  constructor(
    private readonly text: string,
    readonly value: unknown,
    readonly errors: readonly JsonError[],
    private root?: JsonNode | null,
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
    for (const step of path) node = node === null ? null : childOf(node, step);
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

  private tree(): JsonNode | null {
    // Only a text that the strict parser took is left without its tree, so that the fast walk may trust it.
    if (this.root === undefined) this.root = treeOfValid(this.text);
    return this.root;
  }
}
