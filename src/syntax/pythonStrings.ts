import { MappedText } from './mappedText';
import { childOf, type SyntaxNode } from './treeSitter';

/** A string literal in pieces: text, and the expressions of an f-string, `whole` with their braces. */
export type StringPiece =
  | { readonly kind: 'text'; readonly text: MappedText }
  | {
      readonly kind: 'expression';
      readonly node: SyntaxNode;
      readonly whole: SyntaxNode;
      readonly plain: boolean;
    };

const SIMPLE_ESCAPES: Readonly<Record<string, string>> = {
  n: '\n',
  t: '\t',
  r: '\r',
  '\\': '\\',
  "'": "'",
  '"': '"',
  '\n': '',
  a: '\x07',
  b: '\b',
  f: '\f',
  v: '\v',
};

/** The pieces of a `string` node; escapes are what they stand for, and lead back to where they are written. */
export function stringPieces(node: SyntaxNode, source: string): StringPiece[] {
  const start = node.children.find((child) => child.type === 'string_start');
  const prefix = start === undefined ? '' : source.slice(start.start, start.end).toLowerCase();
  const isRaw = prefix.includes('r');
  const pieces: StringPiece[] = [];
  for (const child of node.children) {
    if (child.type === 'string_content') {
      for (const text of contentPieces(child, source, isRaw, prefix.includes('f')))
        pieces.push({ kind: 'text', text });
    } else if (child.type === 'interpolation') {
      const expression = childOf(child, 'expression');
      const plain = child.children.every(
        (part) => part.type !== 'format_specifier' && part.type !== 'type_conversion',
      );
      if (expression !== undefined)
        pieces.push({ kind: 'expression', node: expression, whole: child, plain });
    }
  }
  return pieces;
}

function contentPieces(node: SyntaxNode, source: string, isRaw: boolean, isFormat: boolean): MappedText[] {
  const parts: MappedText[] = [];
  let at = node.start;
  for (const child of node.children) {
    const replaced =
      child.type === 'escape_sequence' && !isRaw
        ? escaped(source.slice(child.start, child.end))
        : child.type === 'escape_interpolation' && isFormat
          ? source.slice(child.start, child.start + 1)
          : null;
    if (replaced === null) continue;
    parts.push(MappedText.of(source, { start: at, end: child.start }));
    parts.push(MappedText.standingFor(replaced, { start: child.start, end: child.end }));
    at = child.end;
  }
  parts.push(MappedText.of(source, { start: at, end: node.end }));
  return parts;
}

function escaped(sequence: string): string {
  const simple = SIMPLE_ESCAPES[sequence[1] ?? ''];
  if (simple !== undefined && sequence.length <= 2) return simple;
  const hexadecimal = /^\\(?:x|u|U)([0-9a-fA-F]+)$/.exec(sequence);
  if (hexadecimal?.[1] !== undefined) {
    const point = Number.parseInt(hexadecimal[1], 16);
    return point <= 0x10ffff ? String.fromCodePoint(point) : sequence;
  }
  const octal = /^\\([0-7]{1,3})$/.exec(sequence);
  if (octal?.[1] !== undefined) return String.fromCodePoint(Number.parseInt(octal[1], 8));
  return sequence.startsWith('\\\r\n') ? '' : sequence;
}
