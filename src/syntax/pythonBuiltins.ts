import { MappedText } from './mappedText';
import { calleeOf } from './pythonCallees';
import type { PythonEvaluator } from './pythonEvaluate';
import { joined } from './pythonOperators';
import { plainPython, scalar, shortText, unknownValue, withNote } from './pythonValue';
import type { PythonCall, PythonItem, PythonValue } from './pythonValue';
import { childOf, type SyntaxNode } from './treeSitter';

/** Calls whose result the file shows: conversions, joins, dictionaries made by `dict`, and reads of the environment. */
export function builtinCall(evaluator: PythonEvaluator, node: SyntaxNode): PythonValue | undefined {
  const callee = calleeOf(evaluator.names, node);
  const method = methodOf(evaluator, node);
  const reader = READERS[callee] ?? (method === null ? undefined : METHODS[method]);
  if (reader === undefined) return undefined;
  return reader(evaluator, evaluator.call(node), node);
}

type Reader = (evaluator: PythonEvaluator, call: PythonCall, node: SyntaxNode) => PythonValue | undefined;

function methodOf(evaluator: PythonEvaluator, node: SyntaxNode): string | null {
  const called = childOf(node, 'function');
  const attribute = called?.type === 'attribute' ? childOf(called, 'attribute') : undefined;
  return attribute === undefined ? null : evaluator.names.text(attribute);
}

function objectOf(evaluator: PythonEvaluator, node: SyntaxNode): PythonValue {
  const called = childOf(node, 'function');
  const object = called === undefined ? undefined : childOf(called, 'object');
  return object === undefined ? unknownValue('computed') : evaluator.evaluate(object);
}

const fromEnvironment: Reader = (_, call) => {
  const name = call.positional[0]?.value;
  const variable = name?.kind === 'scalar' ? String(name.value) : 'a variable';
  const fallback =
    call.positional[1]?.value ?? call.keywords.find((entry) => entry.name === 'default')?.value;
  if (fallback === undefined || (fallback.kind === 'scalar' && fallback.value === null)) {
    return unknownValue(`from environment (${variable})`);
  }
  return withNote(fallback, `from environment (${variable}), ${shortText(fallback)} by default`);
};

function converted(
  convert: (value: string | number | boolean | null) => string | number | boolean | null,
): Reader {
  return (_, call) => {
    const given = call.positional[0]?.value;
    if (given === undefined || call.positional.length > 1) return undefined;
    if (given.kind !== 'scalar') return given.kind === 'unknown' ? given : unknownValue('computed');
    const value = convert(given.value);
    if (value === null || (typeof value === 'number' && !Number.isFinite(value)))
      return unknownValue('computed');
    return { kind: 'scalar', value, text: typeof value === 'string' ? given.text : null, note: given.note };
  };
}

function asText(value: string | number | boolean | null): string {
  if (value === null) return 'None';
  return typeof value === 'boolean' ? (value ? 'True' : 'False') : String(value);
}

const dictionary: Reader = (_, call) => {
  const first = call.positional[0]?.value;
  const base =
    first?.kind === 'dict' ? first : { entries: [], open: first === undefined ? null : shortText(first) };
  const own = new Set(call.keywords.map((entry) => entry.name));
  return {
    kind: 'dict',
    entries: [...base.entries.filter((entry) => !own.has(entry.name)), ...call.keywords],
    open: base.open ?? call.open,
  };
};

/** `asdict(EngineArgs(…))`, `vars(parser.parse_args())`. */
const fields: Reader = (evaluator, call) => {
  const object = call.positional[0]?.value;
  if (object === undefined) return undefined;
  if (object.kind === 'dict') return object;
  if (object.kind !== 'call') return unknownValue(shortText(object));
  if (/(^|\.)parse_(known_)?args$/.test(object.call.callee) || object.call.callee === '')
    return parsedOptions(evaluator);
  evaluator.spread.add(object.call.span.start);
  const first = object.call.positional[0];
  const model = first === undefined ? [] : [{ ...first, name: 'model', valueSpan: first.span }];
  return { kind: 'dict', entries: [...model, ...object.call.keywords], open: object.call.open };
};

/** Every option of the program's command line with a default, as one dictionary. */
function parsedOptions(evaluator: PythonEvaluator): PythonValue {
  const entries = [...evaluator.names.options].flatMap(([name, option]) => {
    const value = evaluator.option(name);
    if (option.fallback === null || value.kind === 'unknown') return [];
    const span = { start: option.fallback.start, end: option.fallback.end };
    return [{ name, value, span, valueSpan: span, conditional: false }];
  });
  return { kind: 'dict', entries, open: 'from the command line' };
}

const joinedList: Reader = (evaluator, call, node) => {
  const separator = objectOf(evaluator, node);
  const list = call.positional[0]?.value;
  if (separator.kind !== 'scalar' || list?.kind !== 'list' || list.open !== null) return undefined;
  const blank: PythonValue = {
    ...separator,
    text: MappedText.standingFor(String(separator.value), call.argumentsSpan),
  };
  if (list.items.some((item) => item.conditional)) return unknownValue('differs by branch');
  return joined(list.items.flatMap((item, index) => (index === 0 ? [item.value] : [blank, item.value])));
};

/** `"a b".split()` and `shlex.split("a b")`: words between blanks; quotes inside are left to a shell. */
function splitText(value: PythonValue | undefined): PythonValue | undefined {
  if (value?.kind !== 'scalar' || typeof value.value !== 'string' || /["'\\]/.test(value.value))
    return undefined;
  const text = value.text;
  const items: PythonItem[] = [...value.value.matchAll(/\S+/g)].map((match) => {
    const word = text?.slice(match.index, match.index + match[0].length) ?? null;
    const span = word?.sourceSpan({ start: 0, end: match[0].length }) ?? { start: 0, end: 0 };
    return {
      value: { kind: 'scalar', value: match[0], text: word, note: value.note },
      span,
      conditional: false,
    };
  });
  return { kind: 'list', items, open: null };
}

const READERS: Readonly<Record<string, Reader>> = {
  'os.environ.get': fromEnvironment,
  'os.getenv': fromEnvironment,
  int: converted((value) =>
    typeof value === 'string' ? Number.parseInt(value, 10) : Math.trunc(Number(value)),
  ),
  float: converted((value) => (value === '' ? null : Number(value))),
  bool: converted((value) => value !== null && value !== '' && value !== 0 && value !== false),
  str: converted(asText),
  dict: dictionary,
  'dataclasses.asdict': fields,
  vars: fields,
  list: (_, call) => (call.positional[0]?.value.kind === 'list' ? call.positional[0].value : undefined),
  'shlex.split': (_, call) => splitText(call.positional[0]?.value),
  'json.dumps': (_, call) => {
    const value = call.positional[0]?.value;
    const plain = value === undefined ? undefined : plainPython(value);
    return plain === undefined ? unknownValue('computed') : scalar(JSON.stringify(plain));
  },
};

const METHODS: Readonly<Record<string, Reader>> = {
  join: joinedList,
  split: (evaluator, call, node) =>
    call.positional.length === 0 ? splitText(objectOf(evaluator, node)) : undefined,
  strip: (evaluator, _, node) => objectOf(evaluator, node),
  copy: (evaluator, _, node) => {
    const object = objectOf(evaluator, node);
    return object.kind === 'dict' || object.kind === 'list' ? object : undefined;
  },
};
