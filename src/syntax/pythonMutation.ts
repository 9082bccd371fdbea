import { shortText, withEntry, type PythonCall, type PythonItem, type PythonValue } from './pythonValue';

/** A list or dictionary after one of its methods was called: `append`, `extend`, `update`, `pop`, … */
export function mutated(
  before: PythonValue | undefined,
  method: string,
  call: PythonCall,
  sometimes: boolean,
): PythonValue | undefined {
  const first = call.positional[0];
  if (before?.kind === 'list') {
    const mark = (item: PythonItem): PythonItem => ({
      ...item,
      conditional: item.conditional || sometimes,
    });
    if (method === 'append' && first !== undefined)
      return { ...before, items: [...before.items, mark(first)] };
    if (method === 'extend' && first?.value.kind === 'list') {
      return {
        ...before,
        items: [...before.items, ...first.value.items.map(mark)],
        open: before.open ?? first.value.open,
      };
    }
    if (method === 'extend')
      return {
        ...before,
        open: before.open ?? (first === undefined ? 'computed' : shortText(first.value)),
      };
    return { ...before, open: before.open ?? 'computed' };
  }
  if (before?.kind !== 'dict') return before;
  if (method === 'pop') {
    const key = first?.value.kind === 'scalar' ? first.value.value : undefined;
    return { ...before, entries: before.entries.filter((entry) => entry.name !== key) };
  }
  if (method === 'setdefault' && first?.value.kind === 'scalar' && typeof first.value.value === 'string') {
    const name = first.value.value;
    const value = call.positional[1];
    if (value === undefined || before.entries.some((entry) => entry.name === name)) return before;
    return withEntry(
      before,
      { ...value, name, valueSpan: value.span, span: { start: first.span.start, end: value.span.end } },
      sometimes,
    );
  }
  const given =
    first?.value.kind === 'dict'
      ? first.value
      : { entries: [], open: first === undefined ? null : shortText(first.value) };
  let result = { ...before, open: before.open ?? given.open ?? call.open };
  for (const entry of [...given.entries, ...call.keywords]) result = withEntry(result, entry, sometimes);
  return result;
}
