import {
  isAlias,
  isMap,
  isPair,
  isScalar,
  isSeq,
  parseAllDocuments,
  type Document,
  type Node,
  type Scalar,
} from 'yaml';
import { alignedText } from './yamlText';
import type { MappedText, Span } from './mappedText';

/** YAML with its places in the source. Aliases are followed; tags are not applied. */
export type YamlValue =
  | {
      readonly kind: 'map';
      readonly entries: readonly YamlEntry[];
      readonly span: Span;
      readonly flow: boolean;
    }
  | {
      readonly kind: 'list';
      readonly items: readonly YamlValue[];
      readonly span: Span;
      readonly flow: boolean;
    }
  | {
      readonly kind: 'scalar';
      readonly value: string | number | boolean | null;
      /** The characters, with the way back to the source. */
      readonly text: MappedText;
      readonly span: Span;
      readonly style: 'plain' | 'quoted' | 'block';
    };

export interface YamlEntry {
  readonly key: string;
  readonly keySpan: Span;
  readonly value: YamlValue;
}

const MAX_LENGTH = 1_000_000;
const MAX_NODES = 100_000;
const MAX_DEPTH = 100;

/** The documents of a YAML text; what does not parse is left out. Never throws; null where the text is too long. */
export function yamlDocuments(text: string): YamlValue[] | null {
  if (text.length > MAX_LENGTH) return null;
  let documents: readonly Document[];
  try {
    const parsed = parseAllDocuments(text, { uniqueKeys: false, logLevel: 'silent', prettyErrors: false });
    documents = Array.isArray(parsed) ? parsed : [];
  } catch {
    return [];
  }
  const budget = { nodes: MAX_NODES };
  return documents.flatMap((document) => {
    const value = converted(document.contents, document, text, 0, budget);
    return value === undefined ? [] : [value];
  });
}

function converted(
  node: unknown,
  document: Document,
  text: string,
  depth: number,
  budget: { nodes: number },
): YamlValue | undefined {
  budget.nodes -= 1;
  if (depth > MAX_DEPTH || budget.nodes < 0) return undefined;
  if (isAlias(node)) return converted(node.resolve(document), document, text, depth + 1, budget);
  if (isMap(node)) {
    const entries: YamlEntry[] = [];
    for (const pair of node.items) {
      if (!isPair(pair) || !isScalar(pair.key)) continue;
      const value = converted(pair.value, document, text, depth + 1, budget);
      const keySpan = spanOf(pair.key);
      if (value === undefined && pair.value !== null && pair.value !== undefined) continue;
      const key = String(pair.key.value);
      if (key === '<<' && value?.kind === 'map') entries.push(...value.entries);
      else entries.push({ key, keySpan, value: value ?? emptyScalar(text, keySpan) });
    }
    return { kind: 'map', entries, span: spanOf(node), flow: node.flow === true };
  }
  if (isSeq(node)) {
    const items = node.items.flatMap((item) => converted(item, document, text, depth + 1, budget) ?? []);
    return { kind: 'list', items, span: spanOf(node), flow: node.flow === true };
  }
  return isScalar(node) ? scalarValue(node, text) : undefined;
}

function emptyScalar(text: string, at: Span): YamlValue {
  const span = { start: at.end, end: at.end };
  return { kind: 'scalar', value: null, text: alignedText('', text, span, 'plain'), span, style: 'plain' };
}

function scalarValue(node: Scalar, text: string): YamlValue {
  const raw: unknown = node.value;
  const isPlainData =
    typeof raw === 'string' || typeof raw === 'number' || typeof raw === 'boolean' || raw === null;
  const value = isPlainData ? raw : String(raw);
  const span = spanOf(node);
  const style =
    node.type?.startsWith('BLOCK') === true
      ? 'block'
      : node.type?.startsWith('QUOTE') === true
        ? 'quoted'
        : 'plain';
  const characters = typeof value === 'string' ? value : (node.source ?? '');
  return { kind: 'scalar', value, text: alignedText(characters, text, span, style), span, style };
}

function spanOf(node: Node): Span {
  const range = node.range;
  return range === null || range === undefined ? { start: 0, end: 0 } : { start: range[0], end: range[1] };
}

/** The value of a key of a map; of several with the same name the last, as most readers do. */
export function entryOf(value: YamlValue | undefined, key: string): YamlValue | undefined {
  if (value?.kind !== 'map') return undefined;
  for (let index = value.entries.length - 1; index >= 0; index -= 1) {
    if (value.entries[index]?.key === key) return value.entries[index]?.value;
  }
  return undefined;
}

/** The value at the end of a path of keys. */
export function valueAt(value: YamlValue | undefined, ...path: readonly string[]): YamlValue | undefined {
  return path.reduce<YamlValue | undefined>((at, key) => entryOf(at, key), value);
}

export type YamlPlain =
  string | number | boolean | null | readonly YamlPlain[] | { readonly [key: string]: YamlPlain };

/** The value as plain data. */
export function plainYaml(value: YamlValue): YamlPlain {
  switch (value.kind) {
    case 'scalar':
      return value.value;
    case 'list':
      return value.items.map(plainYaml);
    case 'map':
      return Object.fromEntries(value.entries.map((entry) => [entry.key, plainYaml(entry.value)]));
  }
}
