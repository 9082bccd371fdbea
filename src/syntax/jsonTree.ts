import { printParseErrorCode, visit, type ParseErrorCode } from 'jsonc-parser';

/** Errors that are kept: past this a person reads none of them, and a binary file would yield millions. */
export const MAX_JSON_ERRORS = 100;

export interface JsonError {
  message: string;
  /** 1-based, as is `column`. */
  line: number;
  column: number;
  offset: number;
}

/** A value's place in the text, by offsets. */
export interface JsonNode {
  key: string | number | null;
  keyStart: number;
  keyEnd: number;
  start: number;
  end: number;
  children: JsonNode[];
}

/** The last of equal keys, as the value has it. */
export function childOf(node: JsonNode, step: string | number): JsonNode | null {
  if (typeof step === 'number')
    return node.children[step]?.key === step ? (node.children[step] ?? null) : null;
  return node.children.findLast((each) => each.key === step) ?? null;
}

/** The child whose key or value holds the offset. */
export function childAt(children: readonly JsonNode[], offset: number): JsonNode | null {
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

/** Index of the closing quote, or of the line's end where the string is not closed. */
export function stringEnd(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === 0x5c) at += 1;
    else if (code === 0x22 || code === 0x0a) return at;
  }
  return text.length;
}

/**
 * Where each key and value of a valid JSON text stands: one pass over its characters, several times faster than the
 * fault-tolerant visitor, which is what makes a hover in three megabytes of ignore list instant.
 */
export function treeOfValid(text: string): JsonNode {
  const open: JsonNode[] = [];
  let root: JsonNode | null = null;
  let key: { name: string; start: number; end: number } | null = null;
  let at = 0;
  const add = (start: number, end: number): JsonNode => {
    const node: JsonNode = { key: null, keyStart: -1, keyEnd: -1, start, end, children: [] };
    const parent = open.at(-1);
    if (parent !== undefined) {
      if (key === null) {
        node.key = parent.children.length;
      } else {
        node.key = key.name;
        node.keyStart = key.start;
        node.keyEnd = key.end;
        key = null;
      }
      parent.children.push(node);
    }
    root ??= node;
    return node;
  };
  while (at < text.length) {
    const code = text.charCodeAt(at);
    if (code === 0x22) {
      const end = stringEnd(text, at) + 1;
      const next = skipSpace(text, end);
      if (text.charCodeAt(next) === 0x3a) {
        key = { name: JSON.parse(text.slice(at, end)) as string, start: at, end };
        at = next + 1;
      } else {
        add(at, end);
        at = end;
      }
    } else if (code === 0x7b || code === 0x5b) {
      open.push(add(at, text.length));
      at += 1;
    } else if (code === 0x7d || code === 0x5d) {
      const closed = open.pop();
      if (closed !== undefined) closed.end = at + 1;
      at += 1;
    } else if (code === 0x2c || isSpace(code)) {
      at += 1;
    } else {
      const end = literalEnd(text, at);
      add(at, end);
      at = end;
    }
  }
  return root ?? add(0, text.length);
}

function isSpace(code: number): boolean {
  return code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09;
}

function skipSpace(text: string, from: number): number {
  let at = from;
  while (isSpace(text.charCodeAt(at))) at += 1;
  return at;
}

/** End of a number, `true`, `false` or `null`: what comes next is space, a comma or a closing bracket. */
function literalEnd(text: string, from: number): number {
  let at = from + 1;
  for (; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === 0x2c || code === 0x5d || code === 0x7d || isSpace(code)) break;
  }
  return at;
}

const BARE_WORD = /"(?:[^"\\\n]|\\.)*"|\/\/[^\n]*|\/\*[^]*?\*\/|-?\b(?:NaN|Infinity)\b/g;

/** Reads with jsonc-parser's fault-tolerant visitor, keeping where each key and value stands. */
export class TreeReader {
  value: unknown;
  root: JsonNode | null = null;
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
    const open: { node: JsonNode; container: unknown[] | Record<string, unknown> }[] = [];
    let key: { name: string; start: number; end: number } | null = null;

    const add = (value: unknown, start: number, end: number): JsonNode => {
      const node: JsonNode = { key: null, keyStart: -1, keyEnd: -1, start, end, children: [] };
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
