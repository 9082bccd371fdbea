import { LineIndex, type Range } from '../syntax/range';
import type { Deployment, SettingValue, WritingForm } from './deployment';
import { ENGINE_READERS } from './engines/readers';
import type { EngineOption } from './options';

/** A change of a text: what stands at `range` becomes `newText`. */
export interface TextEdit {
  range: Range;
  newText: string;
}

/**
 * The edit that gives a deployment's setting a value, in the notation that the file uses: in place where the setting is written, else after
 * the last setting. Null where it cannot be done safely: the place is not known, or the value would have to be quoted inside quotes.
 */
export function setSetting(
  text: string,
  deployment: Deployment,
  name: string,
  value: SettingValue,
): TextEdit | null {
  const writing = deployment.writing;
  if (writing === undefined) return null;
  const option = ENGINE_READERS.find((reader) => reader.engine === deployment.engine)
    ?.options()
    .named(name);
  const lines = new LineIndex(text);
  const written = deployment.settings[option?.name ?? name];
  const setting: Setting = { name: option?.name ?? name, type: option?.type, value, form: writing.form };
  if (written === undefined) return added(text, lines, setting, lines.offset(writing.insertAt));
  return replaced(text, lines, setting, written.range, written.valueRange, written.value);
}

interface Setting {
  readonly name: string;
  readonly type: EngineOption['type'] | undefined;
  readonly value: SettingValue;
  readonly form: WritingForm;
}

function at(lines: LineIndex, start: number, end: number, newText: string): TextEdit {
  return { range: { start: lines.position(start), end: lines.position(end) }, newText };
}

function replaced(
  text: string,
  lines: LineIndex,
  setting: Setting,
  range: Range,
  valueRange: Range,
  before: SettingValue,
): TextEdit | null {
  const start = lines.offset(valueRange.start);
  const end = lines.offset(valueRange.end);
  const now = text.slice(start, end);
  if (setting.form.startsWith('python-') && setting.form !== 'python-list')
    return at(lines, start, end, pythonLiteral(setting.value));
  if (setting.form === 'yaml-map') return replacedInMap(text, lines, setting, range, start, end);
  const flagStart = lines.offset(range.start);
  const flagEnd = lines.offset(range.end);
  const isBare = flagStart === start && flagEnd === end;
  if (typeof setting.value === 'boolean' || isBare) {
    const words = flagWords(setting);
    const rendered = words === null ? null : renderedWords(words, setting.form, text, flagStart);
    return rendered === null ? null : at(lines, flagStart, flagEnd, rendered);
  }
  const plain = wordText(setting.value);
  if (plain === null) return null;
  if (now === String(before) || isSafe(now)) {
    const isQuoted = /["']/.test(text[start - 1] ?? '') && text[start - 1] === text[end];
    if (isSafe(plain)) return at(lines, start, end, plain);
    return isQuoted && text[start - 1] === "'" && !plain.includes("'") && setting.form === 'shell'
      ? at(lines, start, end, plain)
      : null;
  }
  const quoted = quotedWord(plain, setting.form);
  return quoted === null ? null : at(lines, start, end, quoted);
}

/** `no-enable-x: true` keeps its key; its value turns round. */
function replacedInMap(
  text: string,
  lines: LineIndex,
  setting: Setting,
  range: Range,
  start: number,
  end: number,
): TextEdit | null {
  const keyStart = lines.offset(range.start);
  const key = text.slice(keyStart, start).replace(/[:\s]+$/, '');
  const isNegated = /^["']?no[-_]/.test(key) && !setting.name.startsWith('no_');
  const value = isNegated && typeof setting.value === 'boolean' ? !setting.value : setting.value;
  const rendered = yamlScalar(value);
  if (rendered === null) return null;
  return start <= keyStart || start === end
    ? at(lines, keyStart, end, `${key}: ${rendered}`)
    : at(lines, start, end, rendered);
}

function added(text: string, lines: LineIndex, setting: Setting, place: number): TextEdit | null {
  if (setting.form.startsWith('python-') && setting.form !== 'python-list')
    return addedKeyword(text, lines, setting, place);
  if (setting.form === 'yaml-map') {
    const rendered = yamlScalar(setting.value);
    if (rendered === null) return null;
    const indent = indentation(text, place);
    return at(lines, place, place, `\n${indent}${setting.name.replaceAll('_', '-')}: ${rendered}`);
  }
  const words = flagWords(setting);
  if (words === null) return null;
  const rendered = renderedWords(words, setting.form, text, place);
  return rendered === null ? null : at(lines, place, place, separator(text, place, setting.form) + rendered);
}

/** `, name=value` on the same line, or a line of its own where the arguments have lines of their own. */
function addedKeyword(text: string, lines: LineIndex, setting: Setting, place: number): TextEdit {
  const literal = pythonLiteral(setting.value);
  const isKeyword = setting.form === 'python-keywords';
  const argument = isKeyword ? `${setting.name}=${literal}` : `"${setting.name}": ${literal}`;
  const before = text[place - 1];
  if (before === '(') return at(lines, place, place, argument);
  const lineStart = text.lastIndexOf('\n', place - 1) + 1;
  const isAlone =
    /^[ \t]*$/.test(text.slice(place).split('\n', 1)[0]?.replace(/^,/, '').replace(/#.*$/, '') ?? '') &&
    !text.slice(lineStart, place).includes('(');
  if (!isAlone) return at(lines, place, place, `, ${argument}`);
  const hasComma = text[place] === ',';
  const insertAt = hasComma ? place + 1 : place;
  const newText = `${hasComma ? '' : ','}\n${indentation(text, place)}${argument}${hasComma ? ',' : ''}`;
  return at(lines, insertAt, insertAt, newText);
}

/** The words that say a setting: `--x 4`, `--x`, `--no-x`. Null where the engine has no words for it. */
function flagWords(setting: Setting): string[] | null {
  const flag = `--${setting.name.replaceAll('_', '-')}`;
  if (setting.value === true) return [flag];
  if (setting.value === false) {
    if (setting.type === 'switch') return null;
    return [`--no-${flag.slice(2)}`];
  }
  const plain = wordText(setting.value);
  return plain === null ? null : [flag, plain];
}

function wordText(value: SettingValue): string | null {
  if (value === null) return null;
  if (typeof value === 'object') return JSON.stringify(value);
  return String(value);
}

/** Characters that mean themselves in a shell, in YAML and between any quotes. */
function isSafe(text: string): boolean {
  return /^[A-Za-z0-9_./:@+-]+$/.test(text);
}

function quotedWord(word: string, form: WritingForm): string | null {
  switch (form) {
    case 'python-list':
    case 'json-list':
      return JSON.stringify(word);
    case 'yaml-list':
      return /^[A-Za-z-][A-Za-z0-9_./-]*$/.test(word) && !/^(true|false|null|yes|no|on|off)$/i.test(word)
        ? word
        : yamlQuoted(word);
    case 'shell':
      return isSafe(word) ? word : word.includes("'") ? null : `'${word}'`;
    default:
      return isSafe(word) ? word : null;
  }
}

function yamlQuoted(word: string): string {
  return word.includes('"') && !word.includes("'") ? `'${word}'` : JSON.stringify(word);
}

function renderedWords(
  words: readonly string[],
  form: WritingForm,
  text: string,
  place: number,
): string | null {
  const quoted = words.map((word) => quotedWord(word, form));
  if (quoted.some((word) => word === null)) return null;
  if (form === 'python-list' || form === 'json-list') return quoted.join(', ');
  if (form === 'yaml-list') return quoted.join(`\n${indentation(text, place)}- `);
  return quoted.join(' ');
}

/** What stands between the last word and a new one. */
function separator(text: string, place: number, form: WritingForm): string {
  const indent = indentation(text, place);
  const lineStart = text.lastIndexOf('\n', place - 1) + 1;
  const isOwnLine = lineStart > 0 && /^[ \t]+["']?-/.test(text.slice(lineStart, place));
  switch (form) {
    case 'python-list':
      return isOwnLine ? `,\n${indent}` : ', ';
    case 'json-list':
      return ', ';
    case 'yaml-list':
      return `\n${indent}- `;
    case 'shell':
      return /\\\r?\n[ \t]*$/.test(text.slice(0, lineStart + indent.length)) ? ` \\\n${indent}` : ' ';
    case 'yaml-folded':
      return isOwnLine ? `\n${indent}` : ' ';
    default:
      return ' ';
  }
}

/** The blanks that the line of a place starts with. */
function indentation(text: string, place: number): string {
  const start = text.lastIndexOf('\n', place - 1) + 1;
  return /^[ \t]*/.exec(text.slice(start, place))?.[0] ?? '';
}

function pythonLiteral(value: SettingValue): string {
  if (value === null) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (typeof value === 'number') return String(value);
  if (typeof value === 'string') return JSON.stringify(value);
  if (Array.isArray(value)) return `[${(value as readonly SettingValue[]).map(pythonLiteral).join(', ')}]`;
  const entries = Object.entries(value as Readonly<Record<string, SettingValue>>);
  return `{${entries.map(([key, entry]) => `${JSON.stringify(key)}: ${pythonLiteral(entry)}`).join(', ')}}`;
}

function yamlScalar(value: SettingValue): string | null {
  if (value === null) return null;
  if (typeof value === 'object') return `'${JSON.stringify(value).replaceAll("'", "''")}'`;
  if (typeof value !== 'string') return String(value);
  return /^[A-Za-z][A-Za-z0-9_./-]*$/.test(value) && !/^(true|false|null|yes|no|on|off)$/i.test(value)
    ? value
    : JSON.stringify(value);
}
