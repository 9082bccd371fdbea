import { MappedText } from './mappedText';
import { scalar, shortText, unknownValue, withEntry, type PythonValue } from './pythonValue';

/** Longest string that is put together. */
const MAX_TEXT = 100_000;

/** Strings one after the other; unknown as soon as one is, but the front that is known is named. */
export function joined(values: readonly PythonValue[]): PythonValue {
  const parts: MappedText[] = [];
  let note: string | null = null;
  let length = 0;
  for (const value of values) {
    if (value.kind !== 'scalar' || typeof value.value !== 'string') {
      return unknownValue(shortText(value), parts.map((part) => part.text).join(''));
    }
    length += value.value.length;
    if (length > MAX_TEXT) return unknownValue('too long');
    parts.push(value.text ?? MappedText.standingFor(value.value, { start: 0, end: 0 }));
    note ??= value.note;
  }
  const text = MappedText.join(parts);
  return { kind: 'scalar', value: text.text, text, note };
}

export function numberLiteral(text: string): PythonValue {
  const value = Number(text.replaceAll('_', ''));
  return Number.isFinite(value) ? scalar(value) : unknownValue('computed');
}

export function pythonText(value: string | number | boolean | null): string {
  if (value === null) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  return String(value);
}

/** `left operator right` for comparisons of what is known, a note on either kept. */
export function compared(left: PythonValue, right: PythonValue, operator: string): PythonValue {
  if (left.kind !== 'scalar' || right.kind !== 'scalar') return unknownValue('computed');
  const note = left.note ?? right.note;
  switch (operator) {
    case '==':
    case 'is':
      return scalar(left.value === right.value, note);
    case '!=':
    case 'is not':
      return scalar(left.value !== right.value, note);
  }
  if (typeof left.value !== 'number' || typeof right.value !== 'number') return unknownValue('computed');
  switch (operator) {
    case '<':
      return scalar(left.value < right.value, note);
    case '<=':
      return scalar(left.value <= right.value, note);
    case '>':
      return scalar(left.value > right.value, note);
    case '>=':
      return scalar(left.value >= right.value, note);
    default:
      return unknownValue('computed');
  }
}

/** `left operator right` for numbers, strings, lists and dictionaries. */
export function added(left: PythonValue, right: PythonValue, operator: string): PythonValue {
  if (left.kind === 'list' && operator === '+') {
    if (right.kind === 'list')
      return { kind: 'list', items: [...left.items, ...right.items], open: left.open ?? right.open };
    return { ...left, open: left.open ?? shortText(right) };
  }
  if (left.kind === 'dict' && (operator === '|' || operator === '+')) {
    if (right.kind !== 'dict') return { ...left, open: left.open ?? shortText(right) };
    let result = { ...left, open: left.open ?? right.open };
    for (const entry of right.entries) result = withEntry(result, entry, false);
    return result;
  }
  if (left.kind !== 'scalar' || right.kind !== 'scalar') {
    const unknown = left.kind === 'unknown' ? left : right;
    return unknown.kind === 'unknown' ? unknown : unknownValue('computed');
  }
  if (typeof left.value === 'string' && typeof right.value === 'string' && operator === '+')
    return joined([left, right]);
  if (typeof left.value !== 'number' || typeof right.value !== 'number') return unknownValue('computed');
  const value = arithmetic(left.value, right.value, operator);
  return value !== null && Number.isFinite(value)
    ? scalar(value, left.note ?? right.note)
    : unknownValue('computed');
}

function arithmetic(left: number, right: number, operator: string): number | null {
  switch (operator) {
    case '+':
      return left + right;
    case '-':
      return left - right;
    case '*':
      return left * right;
    case '/':
      return left / right;
    case '//':
      return Math.floor(left / right);
    case '%':
      return left - right * Math.floor(left / right);
    case '**':
      return left ** right;
    case '<<':
      return left * 2 ** right;
    default:
      return null;
  }
}
