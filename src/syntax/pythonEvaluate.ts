import { MappedText, type Span } from './mappedText';
import { activity, scopeOf, truthOf, type Truth } from './pythonBranches';
import { builtinCall } from './pythonBuiltins';
import { calleeOf, dottedName } from './pythonCallees';
import type { Binding, PythonNames } from './pythonNames';
import { mutated } from './pythonMutation';
import { added, joined, numberLiteral, compared, pythonText } from './pythonOperators';
import { stringPieces } from './pythonStrings';
import { mergedValues, scalar, shortText, unknownValue, withEntry, withNote } from './pythonValue';
import type { PythonCall, PythonEntry, PythonItem, PythonValue } from './pythonValue';
import { childOf, type SyntaxNode } from './treeSitter';

const MAX_STEPS = 200_000;
const MAX_DEPTH = 60;

/** Works out what expressions of one module stand for, without running anything. */
export class PythonEvaluator {
  private steps = 0;
  private readonly values = new Map<SyntaxNode, PythonValue>();
  private readonly made = new Map<SyntaxNode, PythonCall>();
  private depth = 0;
  /** Constructor calls that were spread into another call: `LLM(**asdict(EngineArgs(…)))`. */
  readonly spread = new Set<number>();

  constructor(readonly names: PythonNames) {}

  /** The value of an expression; the same node is worked out once. */
  evaluate(node: SyntaxNode): PythonValue {
    const known = this.values.get(node);
    if (known !== undefined) return known;
    this.steps += 1;
    if (this.steps > MAX_STEPS || this.depth > MAX_DEPTH) return unknownValue('too deep to follow');
    this.values.set(node, unknownValue('defined by itself'));
    this.depth += 1;
    const value = this.expression(node);
    this.depth -= 1;
    this.values.set(node, value);
    return value;
  }

  private expression(node: SyntaxNode): PythonValue {
    switch (node.type) {
      case 'integer':
      case 'float':
        return numberLiteral(this.names.text(node));
      case 'true':
        return scalar(true);
      case 'false':
        return scalar(false);
      case 'none':
        return scalar(null);
      case 'string':
        return this.string(node);
      case 'concatenated_string':
        return joined(
          node.children.filter((child) => child.type === 'string').map((child) => this.string(child)),
        );
      case 'parenthesized_expression':
      case 'await':
      case 'expression_list':
        return node.children.length === 1 && node.children[0] !== undefined
          ? this.evaluate(node.children[0])
          : this.sequence(node);
      case 'list':
      case 'tuple':
      case 'set':
        return this.sequence(node);
      case 'dictionary':
        return this.dictionary(node);
      case 'unary_operator':
      case 'not_operator':
        return this.unary(node);
      case 'binary_operator':
        return this.binary(node);
      case 'boolean_operator':
        return this.boolean(node);
      case 'comparison_operator':
        return this.comparison(node);
      case 'conditional_expression':
        return this.conditional(node);
      case 'named_expression':
        return this.child(node, 'value');
      case 'identifier':
        return this.name(this.names.text(node), node);
      case 'attribute':
        return this.attribute(node);
      case 'subscript':
        return this.subscript(node);
      case 'call':
        return builtinCall(this, node) ?? { kind: 'call', call: this.call(node) };
      default:
        return unknownValue('computed');
    }
  }

  private child(node: SyntaxNode, field: string): PythonValue {
    const child = childOf(node, field);
    return child === undefined ? unknownValue('computed') : this.evaluate(child);
  }

  private string(node: SyntaxNode): PythonValue {
    return joined(
      stringPieces(node, this.names.tree.text).map((piece): PythonValue => {
        if (piece.kind === 'text')
          return { kind: 'scalar', value: piece.text.text, text: piece.text, note: null };
        const value = this.evaluate(piece.node);
        if (!piece.plain) return unknownValue('formatted');
        if (value.kind !== 'scalar') return value.kind === 'unknown' ? value : unknownValue('computed');
        const text = pythonText(value.value);
        return { ...value, value: text, text: MappedText.standingFor(text, spanOf(piece.whole)) };
      }),
    );
  }

  private sequence(node: SyntaxNode): PythonValue {
    const items: PythonItem[] = [];
    let open: string | null = null;
    for (const child of node.children) {
      if (child.type === 'comment') continue;
      if (child.type === 'list_splat') {
        const inner =
          child.children[0] === undefined ? unknownValue('computed') : this.evaluate(child.children[0]);
        if (inner.kind === 'list') items.push(...inner.items);
        open ??= inner.kind === 'list' ? inner.open : shortText(inner);
      } else items.push({ value: this.evaluate(child), span: spanOf(child), conditional: false });
    }
    return { kind: 'list', items, open };
  }

  private dictionary(node: SyntaxNode): PythonValue {
    let dictionary: Extract<PythonValue, { kind: 'dict' }> = { kind: 'dict', entries: [], open: null };
    for (const child of node.children) {
      if (child.type === 'dictionary_splat') {
        const spread = this.spreadDictionary(child);
        for (const entry of spread.entries) dictionary = withEntry(dictionary, entry, false);
        if (spread.open !== null) dictionary = { ...dictionary, open: dictionary.open ?? spread.open };
      } else if (child.type === 'pair') {
        const key = this.child(child, 'key');
        const valueNode = childOf(child, 'value');
        if (key.kind !== 'scalar' || typeof key.value !== 'string' || valueNode === undefined) {
          dictionary = { ...dictionary, open: dictionary.open ?? 'computed' };
          continue;
        }
        dictionary = withEntry(dictionary, this.entry(key.value, child, valueNode), false);
      }
    }
    return dictionary;
  }

  private entry(name: string, whole: SyntaxNode, valueNode: SyntaxNode): PythonEntry {
    const value = this.evaluate(valueNode);
    return { name, value, span: spanOf(whole), valueSpan: spanOf(valueNode), conditional: false };
  }

  /** What `**x` gives: the entries of a dictionary, or the keywords of a call turned into one. */
  private spreadDictionary(node: SyntaxNode): { entries: readonly PythonEntry[]; open: string | null } {
    const inner = node.children[0] === undefined ? unknownValue('computed') : this.evaluate(node.children[0]);
    if (inner.kind === 'dict') return inner;
    if (inner.kind === 'call') return { entries: [], open: `${inner.call.callee}(…)` };
    return { entries: [], open: shortText(inner) };
  }

  /** A call with its arguments evaluated and its callee's imports followed. */
  call(node: SyntaxNode): PythonCall {
    const known = this.made.get(node);
    if (known !== undefined) return known;
    const made = this.arguments(node);
    this.made.set(node, made);
    return made;
  }

  private arguments(node: SyntaxNode): PythonCall {
    const positional: PythonItem[] = [];
    let keywords: Extract<PythonValue, { kind: 'dict' }> = { kind: 'dict', entries: [], open: null };
    const given = childOf(node, 'arguments');
    for (const child of given?.children ?? []) {
      if (child.type === 'keyword_argument') {
        const name = childOf(child, 'name');
        const value = childOf(child, 'value');
        if (name !== undefined && value !== undefined) {
          keywords = withEntry(keywords, this.entry(this.names.text(name), child, value), false);
        }
      } else if (child.type === 'dictionary_splat') {
        const spread = this.spreadDictionary(child);
        for (const entry of spread.entries) keywords = withEntry(keywords, entry, false);
        if (spread.open !== null) keywords = { ...keywords, open: keywords.open ?? spread.open };
      } else if (child.type === 'list_splat') {
        keywords = { ...keywords, open: keywords.open ?? 'more arguments from a list' };
      } else if (child.type !== 'comment') {
        positional.push({ value: this.evaluate(child), span: spanOf(child), conditional: false });
      }
    }
    const end = given?.end ?? node.end;
    return {
      callee: calleeOf(this.names, node),
      positional,
      keywords: keywords.entries,
      open: keywords.open,
      span: spanOf(node),
      argumentsSpan: { start: given?.start ?? end, end },
    };
  }

  private unary(node: SyntaxNode): PythonValue {
    const value = this.child(node, 'argument');
    if (node.type === 'not_operator') {
      const truth = truthOf(value);
      return truth.value === null ? unknownValue('computed') : scalar(!truth.value, truth.note);
    }
    const operator = childOf(node, 'operator');
    if (value.kind !== 'scalar' || typeof value.value !== 'number' || operator === undefined)
      return unknownValue('computed');
    return this.names.text(operator) === '-' ? scalar(-value.value, value.note) : value;
  }

  private binary(node: SyntaxNode): PythonValue {
    const operator = childOf(node, 'operator');
    const left = this.child(node, 'left');
    const right = this.child(node, 'right');
    return added(left, right, operator === undefined ? '' : this.names.text(operator));
  }

  private boolean(node: SyntaxNode): PythonValue {
    const left = this.child(node, 'left');
    const right = this.child(node, 'right');
    const isOr = childOf(node, 'operator')?.type === 'or';
    const truth = truthOf(left);
    if (truth.value !== null) {
      const chosen = truth.value === isOr ? left : right;
      return truth.note === null ? chosen : withNote(chosen, truth.note);
    }
    if (isOr && left.kind === 'unknown')
      return withNote(right, `${left.note}, ${shortText(right)} by default`);
    return isOr && left.kind === 'scalar' ? left : unknownValue('computed');
  }

  private comparison(node: SyntaxNode): PythonValue {
    const [left, right] = [node.children[0], node.children[node.children.length - 1]];
    const operators = node.children.filter((child) => child.field === 'operators');
    if (left === undefined || right === undefined || operators.length !== 1 || operators[0] === undefined)
      return unknownValue('computed');
    if (this.names.text(left) === '__name__') return scalar(true);
    const a = this.evaluate(left);
    const b = this.evaluate(right);
    return compared(a, b, this.names.text(operators[0]));
  }

  private conditional(node: SyntaxNode): PythonValue {
    const [yes, test, no] = node.children.filter((child) => child.type !== 'comment');
    if (yes === undefined || test === undefined || no === undefined) return unknownValue('computed');
    const truth = truthOf(this.evaluate(test));
    if (truth.value !== null) {
      const chosen = this.evaluate(truth.value ? yes : no);
      return truth.note === null ? chosen : withNote(chosen, truth.note);
    }
    const first = this.evaluate(yes);
    const second = this.evaluate(no);
    if (first.kind === 'scalar' && second.kind === 'scalar' && first.value === second.value) return first;
    return unknownValue(`differs by a condition: ${shortText(first)} or ${shortText(second)}`);
  }

  /** Truth of a condition as far as the file shows it. */
  private readonly truth = (condition: SyntaxNode): Truth => truthOf(this.evaluate(condition));

  name(name: string, use: SyntaxNode): PythonValue {
    let scope = scopeOf(use);
    let isOwn = true;
    for (;;) {
      const bindings = this.names.bound(scope, name);
      if (bindings.length > 0 && (isOwn || scope.type !== 'class_definition')) {
        const before =
          isOwn && scope.type !== 'class_definition'
            ? bindings.filter((binding) => binding.at <= use.start)
            : bindings;
        const value = this.fold(before, use);
        if (value !== undefined) return value;
        if (before.length > 0 || scope.parent === null) return unknownValue('not set before its use');
      }
      if (scope.parent === null) break;
      scope = scopeOf(scope);
      isOwn = false;
    }
    const imported = this.names.imports.get(name);
    return unknownValue(imported === undefined ? 'not set in this file' : `from ${imported}`);
  }

  /** The value of an attribute that a class or its methods set: `self.size`, `Settings.size`. */
  member(owner: SyntaxNode, name: string, use: SyntaxNode): PythonValue | undefined {
    return this.fold(this.names.bound(owner, name), use);
  }

  private fold(bindings: readonly Binding[], use: SyntaxNode): PythonValue | undefined {
    let value: PythonValue | undefined;
    for (const binding of bindings) {
      let note: string | null = null;
      const active = activity(binding.statement, use, (condition) => {
        const truth = this.truth(condition);
        note ??= truth.note;
        return truth;
      });
      if (active === 'never') continue;
      const changes = binding.kind === 'item' || binding.kind === 'method' || binding.kind === 'add';
      if (active === 'unless-asked' && value !== undefined && !changes) {
        if (note !== null) value = withNote(value, note);
        continue;
      }
      const sometimes = active === 'sometimes' || active === 'unless-asked';
      const next = this.bound(binding, value, sometimes, active === 'unless-asked' ? note : null);
      if (next === undefined) continue;
      if (sometimes)
        value = binding.kind === 'item' || binding.kind === 'method' ? next : mergedValues(value, next);
      else value = note !== null && !changes ? withNote(next, note) : next;
    }
    return value;
  }

  /** `asked`: what a user would have to ask for to make it so. */
  private bound(
    binding: Binding,
    before: PythonValue | undefined,
    sometimes: boolean,
    asked: string | null,
  ): PythonValue | undefined {
    switch (binding.kind) {
      case 'value':
        return this.evaluate(binding.node);
      case 'add':
        return before === undefined ? undefined : added(before, this.evaluate(binding.node), '+');
      case 'opaque':
        return unknownValue(binding.because);
      case 'parameter':
        return this.parameter(binding);
      case 'item': {
        if (before?.kind !== 'dict') return before;
        const key = this.evaluate(binding.key);
        if (key.kind !== 'scalar' || typeof key.value !== 'string')
          return { ...before, open: before.open ?? 'computed' };
        const name = key.value;
        if (asked !== null && before.entries.some((entry) => entry.name === name)) {
          const noted = before.entries.map((entry) =>
            entry.name === name ? { ...entry, value: withNote(entry.value, asked) } : entry,
          );
          return { ...before, entries: noted };
        }
        return withEntry(before, this.entry(name, binding.whole, binding.node), sometimes);
      }
      case 'method':
        return mutated(before, binding.method, this.call(binding.call), sometimes);
    }
  }

  /** A parameter is its argument where every call in the file gives the same; else its default, which the caller may change. */
  private parameter(binding: Extract<Binding, { kind: 'parameter' }>): PythonValue {
    const holder =
      binding.owner.parent?.parent?.type === 'decorated_definition'
        ? binding.owner.parent.parent
        : binding.owner;
    const owner = holder.parent?.parent;
    const isMethod = owner?.type === 'class_definition';
    const functionName = childOf(binding.owner, 'name');
    const isMaker = isMethod && functionName !== undefined && this.names.text(functionName) === '__init__';
    const nameNode =
      isMaker && owner !== undefined && owner !== null
        ? childOf(owner, 'name')
        : isMethod
          ? undefined
          : functionName;
    const calls = nameNode === undefined ? [] : (this.names.callsTo.get(this.names.text(nameNode)) ?? []);
    const position = binding.index - (isMaker ? 1 : 0);
    const fallback = binding.node === null ? undefined : this.evaluate(binding.node);
    const own = binding.statement;
    const ownName = this.names.text(
      own.type === 'identifier' ? own : (childOf(own, 'name') ?? own.children[0] ?? own),
    );
    const given = calls.slice(0, 8).map((call) => {
      const made = this.call(call);
      return (
        made.keywords.find((entry) => entry.name === ownName)?.value ??
        made.positional[position]?.value ??
        fallback
      );
    });
    given.push(
      ...this.names
        .spawned(nameNode === undefined ? '' : this.names.text(nameNode))
        .flatMap((items) => items[binding.index] ?? [])
        .map((item) => this.evaluate(item)),
    );
    const [first, ...rest] = given;
    if (
      first !== undefined &&
      rest.every((value) => value !== undefined && mergedValues(first, value) === value)
    )
      return first;
    if (fallback !== undefined)
      return withNote(fallback, `from the caller, ${shortText(fallback)} by default`);
    return unknownValue('from the caller');
  }

  private attribute(node: SyntaxNode): PythonValue {
    const object = childOf(node, 'object');
    const attribute = childOf(node, 'attribute');
    if (object === undefined || attribute === undefined) return unknownValue('computed');
    const name = this.names.text(attribute);
    const objectName = this.names.text(object);
    if (object.type === 'identifier') {
      const owner =
        objectName === 'self' || objectName === 'cls'
          ? classAround(node)
          : this.names.classes.get(objectName);
      if (owner !== undefined) return this.member(owner, name, node) ?? unknownValue('not set in this file');
      const option = this.names.options.get(name);
      if (option !== undefined && this.isParsedArguments(object)) return this.option(name);
    }
    const full = dottedName(this.names, node);
    if (full.startsWith('torch.')) return scalar(full.slice('torch.'.length));
    const made = this.evaluate(object);
    if (made.kind === 'call') {
      const owner = this.names.classes.get(made.call.callee);
      const keyword = made.call.keywords.find((entry) => entry.name === name);
      if (keyword !== undefined) return keyword.value;
      if (owner !== undefined) return this.member(owner, name, node) ?? unknownValue('not set in this file');
    }
    return unknownValue(made.kind === 'unknown' ? made.note : `from ${this.names.text(node).slice(0, 60)}`);
  }

  private isParsedArguments(object: SyntaxNode): boolean {
    const value = this.evaluate(object);
    if (value.kind === 'call') {
      const own = this.names.functions.get(value.call.callee);
      if (own !== undefined) return this.names.text(own).includes('parse_args');
      return /(^|\.)parse_(known_)?args$/.test(value.call.callee) || value.call.callee === '';
    }
    return value.kind === 'unknown' && value.note === 'from the caller';
  }

  /** An option of the program's own command line: its default, which the user may change. */
  option(name: string): PythonValue {
    const option = this.names.options.get(name);
    if (option === undefined) return unknownValue('from the command line');
    if (option.action === 'store_true' && option.fallback === null)
      return scalar(false, `from ${option.flag}, off by default`);
    if (option.action === 'store_false' && option.fallback === null)
      return scalar(true, `from ${option.flag}, on by default`);
    const fallback = option.fallback === null ? undefined : this.evaluate(option.fallback);
    if (fallback === undefined || (fallback.kind === 'scalar' && fallback.value === null))
      return scalar(null, `from ${option.flag}`);
    return withNote(fallback, `from ${option.flag}, ${shortText(fallback)} by default`);
  }

  private subscript(node: SyntaxNode): PythonValue {
    const object = childOf(node, 'value');
    const key = this.child(node, 'subscript');
    if (object === undefined) return unknownValue('computed');
    if (dottedName(this.names, object) === 'os.environ' && key.kind === 'scalar')
      return unknownValue(`from environment (${String(key.value)})`);
    const value = this.evaluate(object);
    if (value.kind === 'dict' && key.kind === 'scalar') {
      const entry = value.entries.find((candidate) => candidate.name === key.value);
      return entry !== undefined && !entry.conditional
        ? entry.value
        : unknownValue(value.open ?? 'not in the dictionary');
    }
    if (value.kind === 'list' && key.kind === 'scalar' && typeof key.value === 'number') {
      const item = value.items.at(key.value);
      if (item !== undefined && !item.conditional && value.open === null) return item.value;
    }
    return unknownValue(value.kind === 'unknown' ? value.note : 'computed');
  }
}

function classAround(node: SyntaxNode): SyntaxNode | undefined {
  for (let at = node.parent; at !== null; at = at.parent) if (at.type === 'class_definition') return at;
  return undefined;
}

function spanOf(node: SyntaxNode): Span {
  return { start: node.start, end: node.end };
}
