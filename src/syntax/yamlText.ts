import { MappedText, type Span } from './mappedText';

const ESCAPES: Readonly<Record<string, string>> = {
  '0': '\0',
  a: '\x07',
  b: '\b',
  t: '\t',
  n: '\n',
  v: '\v',
  f: '\f',
  r: '\r',
  e: '\x1b',
  ' ': ' ',
  '"': '"',
  '/': '/',
  '\\': '\\',
};

/**
 * A scalar's characters, each led back to where the source has it. Folding, indentation and escapes change the text; it is lined up with
 * the source again, blanks standing for runs of blanks.
 */
export function alignedText(
  value: string,
  source: string,
  span: Span,
  style: 'plain' | 'quoted' | 'block',
): MappedText {
  const start =
    style === 'quoted' ? span.start + 1 : style === 'block' ? afterHeader(source, span) : span.start;
  const end = style === 'quoted' ? Math.max(start, span.end - 1) : span.end;
  if (source.slice(start, end) === value) return MappedText.of(source, { start, end });
  const isDouble = style === 'quoted' && source[span.start] === '"';
  const parts: MappedText[] = [];
  let at = start;
  let index = 0;
  while (index < value.length && at < end) {
    const escape = isDouble && source[at] === '\\' ? escapeAt(source, at, value, index) : null;
    if (escape !== null) {
      if (escape.taken > 0) {
        parts.push(
          MappedText.standingFor(value.slice(index, index + escape.taken), {
            start: at,
            end: at + escape.length,
          }),
        );
      }
      index += escape.taken;
      at += escape.length;
      continue;
    }
    if (source[at] === value[index] && !isBlank(source[at])) {
      const from = at;
      const first = index;
      // The first is taken whatever it is: a backslash here leads no escape that there is.
      do {
        at += 1;
        index += 1;
      } while (
        at < end &&
        index < value.length &&
        source[at] === value[index] &&
        !isBlank(source[at]) &&
        !(isDouble && source[at] === '\\')
      );
      parts.push(MappedText.standingFor(value.slice(first, index), { start: from, end: at }));
      if (style === 'quoted' && !isDouble && source[at - 1] === "'" && source[at] === "'") at += 1;
      continue;
    }
    const from = at;
    while (at < end && isBlank(source[at])) at += 1;
    const first = index;
    while (index < value.length && isBlank(value[index])) index += 1;
    if (index > first)
      parts.push(MappedText.standingFor(value.slice(first, index), { start: from, end: Math.max(at, from) }));
    if (at === from && index === first) break;
  }
  if (index < value.length) parts.push(MappedText.standingFor(value.slice(index), { start: at, end }));
  return parts.length === 0 ? MappedText.standingFor(value, { start, end }) : MappedText.join(parts);
}

/** `>-` and its line. */
function afterHeader(source: string, span: Span): number {
  const line = source.indexOf('\n', span.start);
  return line === -1 || line >= span.end ? span.end : line + 1;
}

function isBlank(character: string | undefined): boolean {
  return character === ' ' || character === '\n' || character === '\t' || character === '\r';
}

/** A double-quoted escape: how many characters of the value and of the source it takes. */
function escapeAt(
  source: string,
  at: number,
  value: string,
  index: number,
): { taken: number; length: number } | null {
  const next = source[at + 1] ?? '';
  if (next === '\n' || next === '\r') {
    let length = next === '\r' && source[at + 2] === '\n' ? 3 : 2;
    while (source[at + length] === ' ' || source[at + length] === '\t') length += 1;
    return { taken: 0, length };
  }
  const digits = next === 'x' ? 2 : next === 'u' ? 4 : next === 'U' ? 8 : 0;
  if (digits > 0) {
    const point = Number.parseInt(source.slice(at + 2, at + 2 + digits), 16);
    return { taken: point > 0xffff ? 2 : 1, length: 2 + digits };
  }
  const expected = ESCAPES[next];
  return expected !== undefined && value[index] === expected ? { taken: 1, length: 2 } : null;
}
