import { unknownWord, type Command, type CommandWord } from './commandWord';
import type { MappedText, Span } from './mappedText';
import { scopeOf } from './pythonBranches';
import { calleeOf } from './pythonCallees';
import { PythonEvaluator } from './pythonEvaluate';
import { PythonNames } from './pythonNames';
import { childOf, type Grammar, type SyntaxNode } from './treeSitter';
import type { PythonCall, PythonItem, PythonValue } from './pythonValue';

export interface PythonReading {
  /** The calls that were wanted, in the order of the text. */
  readonly calls: readonly PythonCall[];
  /** Commands that the program starts, given as lists of words. */
  readonly commands: readonly Command[];
  /** Text that the program gives to a shell. */
  readonly scripts: readonly MappedText[];
  /** False where the text was too long or a limit was reached. */
  readonly complete: boolean;
}

const STARTS_LIST = new Set([
  'run',
  'Popen',
  'call',
  'check_call',
  'check_output',
  'create_subprocess_shell',
]);
const STARTS_SHELL = new Set(['os.system', 'os.popen']);

/**
 * Calls to the names that `wanted` accepts (full names, imports and subclasses followed), and the commands that the module starts, with
 * argument values as far as the file shows them. Nothing is run. Comments and docstrings are no code.
 */
export function pythonCalls(
  text: string,
  grammar: Grammar,
  wanted: (callee: string) => boolean,
): PythonReading {
  const tree = grammar.parse(text);
  if (tree === null) return { calls: [], commands: [], scripts: [], complete: false };
  const names = new PythonNames(tree);
  const evaluator = new PythonEvaluator(names);
  const calls: PythonCall[] = [];
  const commands: Command[] = [];
  const scripts: MappedText[] = [];
  for (const node of names.lists) {
    const value = listAt(evaluator, node);
    if (value.kind === 'list' && value.items.length >= 2) commands.push(commandOf(value, spanOf(node)));
  }
  for (const node of names.calls) {
    const callee = calleeOf(names, node);
    if (wanted(callee)) calls.push(evaluator.call(node));
    else if (callee.startsWith('subprocess.') || callee.startsWith('asyncio.') || STARTS_SHELL.has(callee)) {
      started(evaluator, node, callee, commands, scripts);
    }
  }
  return {
    calls: calls.filter((call) => !evaluator.spread.has(call.span.start)),
    commands: longestEach(commands),
    scripts,
    complete: tree.complete,
  };
}

/** A list literal; one that a name is given counts with what is added to it later. */
function listAt(evaluator: PythonEvaluator, node: SyntaxNode): PythonValue {
  const left =
    node.parent?.type === 'assignment' && node.field === 'right' ? childOf(node.parent, 'left') : undefined;
  if (left?.type !== 'identifier') return evaluator.evaluate(node);
  const scope = scopeOf(node);
  const end: SyntaxNode = {
    type: 'identifier',
    field: null,
    start: scope.end,
    end: scope.end,
    parent: scope,
    children: [],
  };
  const later = evaluator.name(evaluator.names.text(left), end);
  const own = evaluator.evaluate(node);
  return later.kind === 'list' &&
    own.kind === 'list' &&
    later.items[0]?.span.start === own.items[0]?.span.start
    ? later
    : own;
}

function started(
  evaluator: PythonEvaluator,
  node: SyntaxNode,
  callee: string,
  commands: Command[],
  scripts: MappedText[],
): void {
  const call = evaluator.call(node);
  const method = callee.slice(callee.lastIndexOf('.') + 1);
  if (method === 'create_subprocess_exec') {
    commands.push({ words: call.positional.map(wordOf), environment: new Map(), span: call.span });
    return;
  }
  if (!STARTS_LIST.has(method) && !STARTS_SHELL.has(callee)) return;
  const first = call.positional[0]?.value ?? call.keywords.find((entry) => entry.name === 'args')?.value;
  if (first?.kind === 'list') commands.push(commandOf(first, call.span));
  else if (first?.kind === 'scalar' && first.text !== null) scripts.push(first.text);
}

function commandOf(list: Extract<PythonValue, { kind: 'list' }>, span: Span): Command {
  const words = list.items.map(wordOf);
  if (list.open !== null) words.push(unknownWord(list.open, '…', { start: span.end, end: span.end }));
  return { words, environment: new Map(), span };
}

function wordOf(item: PythonItem): CommandWord {
  const { value, span, conditional } = item;
  if (value.kind === 'scalar' && value.value !== null) {
    const text = String(value.value);
    return { value: text, known: text, mapped: value.text, note: value.note, raw: text, span, conditional };
  }
  const note = value.kind === 'unknown' ? value.note : 'computed';
  const front = value.kind === 'unknown' ? (value.front ?? '') : '';
  return { ...unknownWord(note, note, span), known: front, conditional };
}

/** One command for each place where words start: the list and the call that is given it are the same command. */
function longestEach(commands: readonly Command[]): Command[] {
  const best = new Map<number, Command>();
  for (const command of commands) {
    const at = command.words[0]?.span.start;
    if (at === undefined) continue;
    const before = best.get(at);
    if (before === undefined || command.words.length > before.words.length) best.set(at, command);
  }
  return [...best.values()];
}

function spanOf(node: SyntaxNode): Span {
  return { start: node.start, end: node.end };
}
