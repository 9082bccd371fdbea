import { pythonCalls } from '../syntax/pythonCalls';
import type { PythonCall, PythonEntry, PythonValue } from '../syntax/pythonValue';
import { plainPython } from '../syntax/pythonValue';
import type { Deployment, SettingValue } from './deployment';
import type { Construction, EngineReader } from './engines/engineReader';
import { ENGINE_READERS } from './engines/readers';
import { FoundSettings } from './foundSettings';
import { optionValue } from './options';
import { deploymentsInCommand, deploymentsInScript, type CommandContext } from './readCommands';

/** The launches in a Python module: engines made by a call, and servers started as commands. */
export function readPython(
  text: string,
  context: CommandContext,
): { deployments: Deployment[]; complete: boolean } {
  const reading = pythonCalls(text, context.python, (callee) => readerOf(callee) !== undefined);
  const deployments = reading.calls.flatMap((call) => {
    const reader = readerOf(call.callee);
    return reader === undefined ? [] : [deploymentOfCall(call, reader, text, context)];
  });
  for (const command of reading.commands)
    deployments.push(...deploymentsInCommand(command, 'python-list', context));
  for (const script of reading.scripts)
    deployments.push(...deploymentsInScript(script, 'inline', context).deployments);
  return { deployments, complete: reading.complete };
}

function readerOf(callee: string): EngineReader | undefined {
  return ENGINE_READERS.find((reader) => reader.construction(callee) !== null);
}

function deploymentOfCall(
  call: PythonCall,
  reader: EngineReader,
  text: string,
  context: CommandContext,
): Deployment {
  const found = new FoundSettings();
  const construction = reader.construction(call.callee);
  if (construction === null || construction.nested !== null)
    return nestedDeployment(call, construction, reader, found, text, context);
  call.positional.forEach((item, index) => {
    const name = construction.positional[index];
    if (name !== undefined) readEntry({ ...item, name, valueSpan: item.span }, reader, found);
  });
  for (const entry of call.keywords) readEntry(entry, reader, found);
  if (call.open !== null) found.note('settings', `more ${call.open}`);
  reader.settle(found);
  const writing = { form: 'python-keywords' as const, at: lastArgumentEnd(call, text) };
  return found.deployment(reader.engine, call.span, context.lines, reader.parallel, writing);
}

/** A wrapper's call: the settings are a dictionary among its keywords, the model is named beside it. */
function nestedDeployment(
  call: PythonCall,
  construction: Construction | null,
  reader: EngineReader,
  found: FoundSettings,
  text: string,
  context: CommandContext,
): Deployment {
  const own: PythonValue = { kind: 'dict', entries: call.keywords, open: call.open };
  const settings = entryAt(own, [construction?.nested ?? '']);
  const entries = settings?.value.kind === 'dict' ? settings.value.entries : [];
  for (const entry of entries) readEntry(entry, reader, found);
  if (settings?.value.kind === 'dict' && settings.value.open !== null)
    found.note('settings', `more ${settings.value.open}`);
  if (settings?.value.kind === 'unknown') found.note('settings', settings.value.note);
  const model = construction?.model.flatMap((path) => entryAt(own, path) ?? [])[0];
  if (model !== undefined) readEntry({ ...model, name: 'model' }, reader, found);
  reader.settle(found);
  const inside = entries.filter(
    (entry) => entry.span.start >= call.span.start && entry.span.end <= call.span.end,
  );
  const last = inside
    .filter((entry) => text[entry.span.start] === '"' || text[entry.span.start] === "'")
    .at(-1);
  const writing = last === undefined ? null : { form: 'python-dictionary' as const, at: last.span.end };
  return found.deployment(reader.engine, call.span, context.lines, reader.parallel, writing);
}

function entryAt(value: PythonValue, path: readonly string[]): PythonEntry | undefined {
  const [name, ...rest] = path;
  const entry =
    value.kind === 'dict' ? value.entries.find((candidate) => candidate.name === name) : undefined;
  return entry === undefined || rest.length === 0 ? entry : entryAt(entry.value, rest);
}

function readEntry(entry: PythonEntry, reader: EngineReader, found: FoundSettings): void {
  const option = reader.options().named(entry.name);
  const name = option?.name ?? entry.name;
  if (entry.conditional) {
    found.note(name, 'only in a branch');
    return;
  }
  const value = settingOf(entry.value, name, found);
  if (value === undefined) return;
  const isText =
    typeof value === 'string' && option !== undefined && (option.type === 'json' || option.type === 'size');
  found.set(name, isText ? optionValue(option.type, value) : value, entry.span, entry.valueSpan);
}

/** The value as plain data; parts that the file does not show are noted and left out. */
function settingOf(value: PythonValue, name: string, found: FoundSettings): SettingValue | undefined {
  switch (value.kind) {
    case 'scalar':
      if (value.note !== null) found.note(name, value.note);
      return value.value === null && value.note !== null ? undefined : value.value;
    case 'unknown':
      found.note(name, value.note);
      return undefined;
    case 'list': {
      const plain = plainPython(value);
      if (plain === undefined) found.note(name, value.open ?? 'in part computed');
      return plain;
    }
    case 'dict':
      return entriesOf(value.entries, value.open, name, found);
    case 'call': {
      const text = value.call.positional[0]?.value;
      if (
        value.call.callee.endsWith('.from_cli') &&
        text?.kind === 'scalar' &&
        typeof text.value === 'string'
      ) {
        return optionValue('json', text.value);
      }
      if (value.call.positional.length > 0 || !/(^|\.)[A-Z]\w*$/.test(value.call.callee)) {
        found.note(name, `from ${value.call.callee === '' ? 'a call' : value.call.callee}`);
        return undefined;
      }
      return entriesOf(value.call.keywords, value.call.open, name, found);
    }
  }
}

function entriesOf(
  entries: readonly PythonEntry[],
  open: string | null,
  name: string,
  found: FoundSettings,
): Readonly<Record<string, SettingValue>> {
  const result: Record<string, SettingValue> = {};
  for (const entry of entries) {
    const label = `${name}.${entry.name}`;
    if (entry.conditional) {
      found.note(label, 'only in a branch');
      continue;
    }
    const part = settingOf(entry.value, label, found);
    if (part !== undefined) result[entry.name] = part;
  }
  if (open !== null) found.note(name, `more ${open}`);
  return result;
}

/** After the last argument, its comma not counted; inside the parentheses where there is none. */
function lastArgumentEnd(call: PythonCall, text: string): number {
  const { start, end } = call.argumentsSpan;
  const inside = [...call.positional, ...call.keywords]
    .map((item) => item.span.end)
    .filter((at) => at > start && at < end);
  if (inside.length > 0 && call.open === null) return Math.max(...inside);
  let at = text[end - 1] === ')' ? end - 1 : end;
  while (at > start + 1 && /[\s,]/.test(text[at - 1] ?? '')) at -= 1;
  return at;
}
