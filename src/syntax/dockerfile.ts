import { DockerfileParser, Keyword, type Instruction } from 'dockerfile-ast';
import { MappedText, type Span } from './mappedText';
import { LineIndex } from './range';

/** `CMD`, `ENTRYPOINT` or `RUN`. */
export interface DockerInstruction {
  readonly keyword: 'CMD' | 'ENTRYPOINT' | 'RUN';
  /** Exec form: the strings of the JSON array, with their quotes in `span`. Null in shell form. */
  readonly words: readonly { readonly text: MappedText; readonly span: Span }[] | null;
  /** Shell form: what the shell is given. Null in exec form. */
  readonly script: MappedText | null;
  readonly span: Span;
  /** Inside the brackets of the exec form. */
  readonly listSpan: Span | null;
}

/** One build stage: `FROM` up to the next. */
export interface DockerStage {
  readonly image: string;
  readonly imageSpan: Span;
  /** `AS name`, or null. */
  readonly name: string | null;
  readonly instructions: readonly DockerInstruction[];
  /** `ENV` and `ARG` values; null where `ARG` has no default. */
  readonly variables: ReadonlyMap<string, { readonly text: MappedText | null; readonly span: Span }>;
}

const MAX_LENGTH = 500_000;

/** The stages of a Dockerfile with what they start. Never throws; an empty list where it is no Dockerfile, or too long. */
export function dockerStages(text: string): DockerStage[] {
  if (text.length > MAX_LENGTH) return [];
  try {
    return stages(text);
  } catch {
    // The library has no error of its own for odd input: what it cannot read is no Dockerfile.
    return [];
  }
}

interface BuildingStage extends DockerStage {
  readonly instructions: DockerInstruction[];
  readonly variables: Map<string, { text: MappedText | null; span: Span }>;
}

function stages(text: string): DockerStage[] {
  const lines = new LineIndex(text);
  const found: BuildingStage[] = [];
  const offset = (position: { line: number; character: number }): number =>
    lines.offset({ line: position.line + 1, column: position.character + 1 });
  const spanOf = (range: {
    start: { line: number; character: number };
    end: { line: number; character: number };
  }): Span => ({
    start: offset(range.start),
    end: offset(range.end),
  });
  for (const instruction of DockerfileParser.parse(text).getInstructions()) {
    const keyword = instruction.getKeyword();
    if (keyword === Keyword.FROM) {
      const words = instruction.getArguments().filter((argument) => !argument.getValue().startsWith('--'));
      const image = words[0];
      if (image === undefined) continue;
      const isNamed = words[1]?.getValue().toLowerCase() === 'as';
      found.push({
        image: image.getValue(),
        imageSpan: spanOf(image.getRange()),
        name: isNamed ? (words[2]?.getValue() ?? null) : null,
        instructions: [],
        variables: new Map(),
      });
      continue;
    }
    const stage = found[found.length - 1];
    if (stage === undefined) continue;
    if (keyword === Keyword.ENV || keyword === Keyword.ARG) setVariables(instruction, stage, text, spanOf);
    if (keyword !== 'CMD' && keyword !== 'ENTRYPOINT' && keyword !== 'RUN') continue;
    const argumentsRange = instruction.getArgumentsRange();
    if (argumentsRange === null) continue;
    const span = spanOf(argumentsRange);
    const form = execForm(text, span);
    stage.instructions.push({
      keyword,
      words: form,
      script: form === null ? joinedLines(text, span) : null,
      span: spanOf(instruction.getRange()),
      listSpan: form === null ? null : span,
    });
  }
  return found;
}

function setVariables(
  instruction: Instruction,
  stage: BuildingStage,
  text: string,
  spanOf: (range: ReturnType<Instruction['getRange']>) => Span,
): void {
  for (const argument of instruction.getArguments()) {
    const span = spanOf(argument.getRange());
    const written = text.slice(span.start, span.end);
    const equals = written.indexOf('=');
    if (equals === -1) {
      if (instruction.getKeyword() === Keyword.ARG) stage.variables.set(written, { text: null, span });
      continue;
    }
    const quote = written[equals + 1];
    const isQuoted =
      (quote === '"' || quote === "'") && written.length > equals + 2 && written.endsWith(quote);
    const start = span.start + equals + (isQuoted ? 2 : 1);
    const value = MappedText.of(text, { start, end: Math.max(start, isQuoted ? span.end - 1 : span.end) });
    stage.variables.set(written.slice(0, equals), { text: value, span });
  }
}

/** The strings of `["a", "b"]`, continuation lines and comments between them allowed; null where it is something else. */
function execForm(text: string, span: Span): { text: MappedText; span: Span }[] | null {
  const words: { text: MappedText; span: Span }[] = [];
  let at = span.start;
  if (text[at] !== '[') return null;
  at += 1;
  let isExpectingComma = false;
  while (at < span.end) {
    const character = text[at];
    if (character === ']') return text.slice(at + 1, span.end).trim() === '' ? words : null;
    if (character === '"' && !isExpectingComma) {
      const end = stringEnd(text, at, span.end);
      if (end === null) return null;
      words.push({ text: jsonString(text, at, end), span: { start: at, end } });
      at = end;
      isExpectingComma = true;
    } else if (character === ',' && isExpectingComma) {
      isExpectingComma = false;
      at += 1;
    } else if (character === '#') {
      at = lineEnd(text, at);
    } else if (character === '\\' || character === '`' || (character !== undefined && /\s/.test(character))) {
      at += 1;
    } else return null;
  }
  return null;
}

function lineEnd(text: string, at: number): number {
  const line = text.indexOf('\n', at);
  return line === -1 ? text.length : line;
}

function stringEnd(text: string, start: number, limit: number): number | null {
  for (let at = start + 1; at < limit; at += 1) {
    if (text[at] === '\\') at += 1;
    else if (text[at] === '"') return at + 1;
  }
  return null;
}

const JSON_ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', b: '\b', f: '\f' };

function jsonString(text: string, start: number, end: number): MappedText {
  const parts: MappedText[] = [];
  let from = start + 1;
  for (let at = from; at < end - 1; at += 1) {
    if (text[at] !== '\\') continue;
    const next = text[at + 1] ?? '';
    const length = next === 'u' ? 6 : 2;
    const stands =
      next === 'u'
        ? String.fromCharCode(Number.parseInt(text.slice(at + 2, at + 6), 16) || 0)
        : (JSON_ESCAPES[next] ?? next);
    parts.push(
      MappedText.of(text, { start: from, end: at }),
      MappedText.standingFor(stands, { start: at, end: at + length }),
    );
    at += length - 1;
    from = at + 1;
  }
  parts.push(MappedText.of(text, { start: from, end: Math.max(from, end - 1) }));
  return MappedText.join(parts);
}

/** Shell form as Docker gives it to the shell: continuation lines joined, comment lines between them left out. */
function joinedLines(text: string, span: Span): MappedText {
  const parts: MappedText[] = [];
  let at = span.start;
  while (at < span.end) {
    const end = Math.min(lineEnd(text, at) + 1, span.end);
    if (at === span.start || !/^\s*#/.test(text.slice(at, end)))
      parts.push(MappedText.of(text, { start: at, end }));
    at = end;
  }
  return MappedText.join(parts);
}
