import { MappedText, type Span } from './mappedText';
import { FROM_COMMAND_LINE, known, unknown, type Part, type ShellValue } from './shellValues';
import type { SyntaxNode, SyntaxTree } from './treeSitter';

export type Variables = Map<string, ShellValue>;

/** What one node of a word expands to, in order. Unquoted variables may still be split at blanks by the caller. */
export function expandedParts(
  node: SyntaxNode,
  tree: SyntaxTree,
  script: MappedText,
  variables: Variables,
  quoted = false,
): Part[] {
  const source = { tree, script, variables };
  return expand(node, source, quoted);
}

interface Source {
  readonly tree: SyntaxTree;
  readonly script: MappedText;
  readonly variables: Variables;
}

function expand(node: SyntaxNode, source: Source, quoted: boolean): Part[] {
  switch (node.type) {
    case 'word':
    case 'number':
    case 'variable_name':
    case 'special_variable_name':
      return [literal(unescaped(node, source, /[\s\S]/))];
    case 'raw_string':
      return [literal(source.script.slice(node.start + 1, Math.max(node.start + 1, node.end - 1)))];
    case 'ansi_c_string':
      return [literal(ansiString(node, source))];
    case 'string':
    case 'translated_string':
      return quotedString(node, source);
    case 'string_content':
      return [literal(unescaped(node, source, /[$`"\\\n]/))];
    case 'concatenation':
      return concatenation(node, source);
    case 'simple_expansion':
      return variable(nameIn(node, source), source, quoted);
    case 'expansion':
      return expansion(node, source, quoted);
    case 'arithmetic_expansion':
      return [arithmetic(node, source)];
    case 'command_substitution':
      return [{ kind: 'fragment', fragment: unknown('from a command', quoted) }];
    case 'process_substitution':
      return [{ kind: 'fragment', fragment: unknown('from a command') }];
    case 'brace_expression':
      return [literal(source.script.slice(node.start, node.end))];
    default:
      return [{ kind: 'fragment', fragment: unknown('not understood') }];
  }
}

function literal(text: MappedText): Part {
  return { kind: 'fragment', fragment: known(text, true) };
}

/** What stands between quotes: the grammar gives the pieces, blanks between them are text too. */
function quotedString(node: SyntaxNode, source: Source): Part[] {
  const open = source.tree.text[node.start] === '$' ? 2 : 1;
  const inside: Span = { start: node.start + open, end: Math.max(node.start + open, node.end - 1) };
  const parts: Part[] = [literal(source.script.slice(inside.start, inside.start))];
  let at = inside.start;
  for (const child of node.children) {
    if (child.start > at) parts.push(literal(source.script.slice(at, child.start)));
    parts.push(...expand(child, source, true));
    at = child.end;
  }
  if (at < inside.end) parts.push(literal(unescapedText(source.script.slice(at, inside.end), /[$`"\\\n]/)));
  return parts;
}

function concatenation(node: SyntaxNode, source: Source): Part[] {
  const parts: Part[] = [];
  let at = node.start;
  for (const child of node.children) {
    if (child.start > at) parts.push(literal(source.script.slice(at, child.start)));
    parts.push(...expand(child, source, false));
    at = child.end;
  }
  if (at < node.end) parts.push(literal(source.script.slice(at, node.end)));
  return parts;
}

function nameIn(node: SyntaxNode, source: Source): string {
  const name = node.children.find((child) => child.type.endsWith('variable_name'));
  return name === undefined ? '' : source.tree.text.slice(name.start, name.end);
}

function variable(name: string, source: Source, quoted: boolean, subscript: string | null = null): Part[] {
  const value = source.variables.get(name);
  if (value === undefined) return [{ kind: 'fragment', fragment: unknown(notSet(name), quoted) }];
  if (value.kind === 'array') {
    if (subscript === '@' || subscript === '*') return [{ kind: 'words', words: value.words }];
    const at = Number(subscript ?? 0);
    const word = value.words[at];
    if (word === undefined) return [{ kind: 'fragment', fragment: unknown('not in the array', quoted) }];
    return word.map((fragment) => ({ kind: 'fragment', fragment: { ...fragment, quoted } }));
  }
  if (value.fragments.length === 0) {
    return quoted ? [literal(source.script.slice(0, 0))] : [];
  }
  return value.fragments.map((fragment) => ({ kind: 'fragment', fragment: { ...fragment, quoted } }));
}

function notSet(name: string): string {
  if (/^\d+$/.test(name) || name === '@' || name === '*' || name === '#') return FROM_COMMAND_LINE;
  if (name === '?' || name === '$' || name === '!' || name === '_') return 'from the shell';
  return `from environment (${name})`;
}

/** `${NAME}`, `${NAME:-default}`, `${NAME[@]}` and what else may stand in braces. */
function expansion(node: SyntaxNode, source: Source, quoted: boolean): Part[] {
  const subscript = node.children.find((child) => child.type === 'subscript');
  const holder = subscript ?? node;
  const name = nameIn(holder, source);
  const index = subscript?.children.find((child) => child.field === 'index');
  const subscriptText = index === undefined ? null : source.tree.text.slice(index.start, index.end);
  const operator = node.children.find((child) => child.field === 'operator');
  const value = source.variables.get(name);
  if (operator === undefined || name === '') {
    const plain = /^\$\{[A-Za-z_0-9@*]+(\[[^\]]*\])?\}$/.test(source.tree.text.slice(node.start, node.end));
    if (!plain) return [{ kind: 'fragment', fragment: unknown('computed', quoted) }];
    return variable(name, source, quoted, subscriptText);
  }
  const rest = node.children.filter((child) => child.start >= operator.end);
  switch (source.tree.text.slice(operator.start, operator.end)) {
    case ':-':
    case '-':
    case ':=':
    case '=':
      if (value !== undefined) return variable(name, source, quoted, subscriptText);
      return defaulted(name, rest, source, quoted);
    case ':?':
    case '?':
      return variable(name, source, quoted, subscriptText);
    case ':+':
    case '+':
      if (value !== undefined) return rest.flatMap((child) => expand(child, source, quoted));
      return rest
        .flatMap((child) => expand(child, source, quoted))
        .map((part) =>
          part.kind === 'fragment'
            ? { kind: 'fragment', fragment: { ...part.fragment, conditional: true, note: notSet(name) } }
            : part,
        );
    default:
      return [{ kind: 'fragment', fragment: unknown('computed', quoted) }];
  }
}

/** The default of an unset variable: a value, and a note that another one may be given. */
function defaulted(name: string, rest: readonly SyntaxNode[], source: Source, quoted: boolean): Part[] {
  const parts = rest.flatMap((child) => expand(child, source, quoted));
  const text = parts
    .map((part) => (part.kind === 'fragment' ? part.fragment.text?.text : undefined) ?? '')
    .join('');
  const note = `${notSet(name)}, ${text === '' ? 'empty' : text} by default`;
  return parts.map((part) =>
    part.kind === 'fragment'
      ? {
          kind: 'fragment',
          fragment: {
            ...part.fragment,
            quoted: quoted || part.fragment.text === null,
            note: part.fragment.text === null ? part.fragment.note : note,
          },
        }
      : part,
  );
}

/** `$((2 * 4))` of numbers and known variables; anything else is computed when the script runs. */
function arithmetic(node: SyntaxNode, source: Source): Part {
  const value =
    node.children.length === 1 && node.children[0] !== undefined ? number(node.children[0], source, 0) : null;
  if (value === null) return { kind: 'fragment', fragment: unknown('computed', false) };
  return literal(MappedText.standingFor(String(value), source.script.sourceSpan(node)));
}

function number(node: SyntaxNode, source: Source, depth: number): number | null {
  if (depth > 20) return null;
  const text = source.tree.text.slice(node.start, node.end);
  if (node.type === 'number' || node.type === 'word') return /^\d+$/.test(text) ? Number(text) : null;
  if (node.type === 'parenthesized_expression' && node.children[0] !== undefined) {
    return number(node.children[0], source, depth + 1);
  }
  if (node.type === 'variable_name' || node.type === 'simple_expansion') {
    const value = source.variables.get(node.type === 'variable_name' ? text : nameIn(node, source));
    if (value?.kind !== 'text' || value.fragments.length !== 1) return null;
    const held = value.fragments[0]?.text?.text ?? '';
    return /^\d+$/.test(held) ? Number(held) : null;
  }
  if (node.type !== 'binary_expression') return null;
  const [left, operator, right] = ['left', 'operator', 'right'].map((field) =>
    node.children.find((child) => child.field === field),
  );
  if (left === undefined || operator === undefined || right === undefined) return null;
  const a = number(left, source, depth + 1);
  const b = number(right, source, depth + 1);
  if (a === null || b === null) return null;
  switch (source.tree.text.slice(operator.start, operator.end)) {
    case '+':
      return a + b;
    case '-':
      return a - b;
    case '*':
      return a * b;
    case '/':
      return b === 0 ? null : Math.trunc(a / b);
    default:
      return null;
  }
}

function unescaped(node: SyntaxNode, source: Source, escapable: RegExp): MappedText {
  return unescapedText(source.script.slice(node.start, node.end), escapable);
}

/** Takes the backslashes off that a shell takes off; a backslash before a line's end joins the lines. */
function unescapedText(text: MappedText, escapable: RegExp): MappedText {
  if (!text.text.includes('\\')) return text;
  const parts: MappedText[] = [];
  let at = 0;
  for (let index = 0; index < text.text.length - 1; index += 1) {
    if (text.text[index] !== '\\') continue;
    const next = text.text[index + 1] ?? '';
    if (!escapable.test(next)) {
      index += 1;
      continue;
    }
    parts.push(text.slice(at, index));
    at = next === '\n' ? index + 2 : index + 1;
    index += 1;
  }
  parts.push(text.slice(at, text.text.length));
  return MappedText.join(parts);
}

const ANSI_ESCAPES: Readonly<Record<string, string>> = {
  n: '\n',
  t: '\t',
  r: '\r',
  '\\': '\\',
  "'": "'",
  '"': '"',
};

function ansiString(node: SyntaxNode, source: Source): MappedText {
  const inside = source.script.slice(node.start + 2, Math.max(node.start + 2, node.end - 1));
  const parts: MappedText[] = [];
  let at = 0;
  for (let index = 0; index < inside.text.length - 1; index += 1) {
    const escaped = inside.text[index] === '\\' ? ANSI_ESCAPES[inside.text[index + 1] ?? ''] : undefined;
    if (escaped === undefined) continue;
    parts.push(
      inside.slice(at, index),
      MappedText.standingFor(escaped, inside.sourceSpan({ start: index, end: index + 2 })),
    );
    at = index + 2;
    index += 1;
  }
  parts.push(inside.slice(at, inside.text.length));
  return MappedText.join(parts);
}
