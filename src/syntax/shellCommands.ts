import type { Command, EnvironmentEntry } from './commandWord';
import { MappedText, type Span } from './mappedText';
import { expandedParts, type Variables } from './shellExpansion';
import {
  arrayValue,
  commandWord,
  FROM_COMMAND_LINE,
  merged,
  plainText,
  splitWords,
  textValue,
  unknown,
} from './shellValues';
import type { Fragment, ShellValue } from './shellValues';
import { childOf, type Grammar, type SyntaxNode, type SyntaxTree } from './treeSitter';

/** A script with more commands than this is generated, or hostile. */
const MAX_COMMANDS = 5_000;
const MAX_CALL_DEPTH = 8;

export interface ShellScript {
  readonly commands: readonly Command[];
  /** Here-documents: often a second script, or a file that the script writes. */
  readonly documents: readonly MappedText[];
  /** False where the text was too long or a limit was reached. */
  readonly complete: boolean;
}

/** Variables that are set before the script starts: `ENV` and `ARG` in a Dockerfile, `environment:` in a compose file. */
export type GivenVariables = ReadonlyMap<string, MappedText | null>;

/**
 * The simple commands of a shell script with their words as the started program would see them: quotes taken off, continuation
 * lines joined, variables and arrays filled in from the assignments above. Nothing is run: what comes from the environment, the
 * command line or another program is unknown, with the reason. Comments are no commands.
 */
export function shellCommands(
  script: MappedText,
  grammar: Grammar,
  given: GivenVariables = new Map(),
): ShellScript {
  const tree = grammar.parse(script.text);
  if (tree === null) return { commands: [], documents: [], complete: false };
  const walk = new ScriptWalk(tree, script);
  const variables: Variables = new Map();
  for (const [name, text] of given) {
    if (text !== null)
      variables.set(name, textValue([{ text, note: null, quoted: false, conditional: false }]));
  }
  walk.run(tree.root, variables);
  walk.runUncalled(variables);
  return { commands: walk.commands, documents: walk.documents, complete: tree.complete && !walk.cut };
}

class ScriptWalk {
  readonly commands: Command[] = [];
  readonly documents: MappedText[] = [];
  cut = false;
  private readonly functions = new Map<string, SyntaxNode>();
  private readonly called = new Set<string>();
  private readonly exported = new Map<string, EnvironmentEntry>();
  private depth = 0;

  constructor(
    private readonly tree: SyntaxTree,
    private readonly script: MappedText,
  ) {}

  /** Functions that nothing calls are part of the file all the same. */
  runUncalled(variables: Variables): void {
    for (const [name, body] of this.functions) if (!this.called.has(name)) this.run(body, new Map(variables));
  }

  run(node: SyntaxNode, variables: Variables): void {
    if (this.commands.length >= MAX_COMMANDS) {
      this.cut = true;
      return;
    }
    switch (node.type) {
      case 'comment':
        return;
      case 'variable_assignment':
        return this.assign(node, variables);
      case 'declaration_command':
        return this.declare(node, variables);
      case 'command':
        return this.command(node, variables);
      case 'function_definition':
        return this.define(node);
      case 'if_statement':
      case 'case_statement':
        return this.branches(node, variables);
      case 'for_statement':
        return this.loop(node, variables);
      case 'while_statement':
      case 'c_style_for_statement':
        return this.maybe(node.children, variables);
      case 'list':
        return this.list(node, variables);
      case 'subshell':
      case 'pipeline':
        return this.runAll(node.children, new Map(variables));
      case 'redirected_statement':
      case 'heredoc_redirect':
        return this.redirected(node, variables);
      default:
        this.runAll(node.children, variables);
    }
  }

  private runAll(nodes: readonly SyntaxNode[], variables: Variables): void {
    for (const node of nodes) this.run(node, variables);
  }

  private redirected(node: SyntaxNode, variables: Variables): void {
    for (const child of node.children) {
      if (child.type === 'heredoc_body') this.documents.push(this.script.slice(child.start, child.end));
      else if (child.type !== 'file_redirect') this.run(child, variables);
    }
  }

  /** Runs nodes on a copy, and keeps what both ways have in common. */
  private maybe(nodes: readonly SyntaxNode[], variables: Variables): void {
    const inside: Variables = new Map(variables);
    this.runAll(nodes, inside);
    mergeInto(variables, inside);
  }

  private branches(node: SyntaxNode, variables: Variables): void {
    const before: Variables = new Map(variables);
    const outcomes: Variables[] = [];
    const own: SyntaxNode[] = [];
    let exhaustive = false;
    for (const child of node.children) {
      const alternative =
        child.type === 'elif_clause' || child.type === 'else_clause' || child.type === 'case_item';
      if (!alternative) {
        own.push(child);
        continue;
      }
      exhaustive ||= child.type === 'else_clause';
      const inside: Variables = new Map(before);
      this.runAll(child.children, inside);
      outcomes.push(inside);
    }
    if (node.type === 'if_statement') {
      const inside: Variables = new Map(before);
      this.runAll(own, inside);
      outcomes.unshift(inside);
    }
    if (!exhaustive) outcomes.unshift(before);
    const [first, ...rest] = outcomes;
    if (first === undefined) return;
    for (const outcome of rest) mergeInto(first, outcome);
    variables.clear();
    for (const [name, value] of first) variables.set(name, value);
  }

  private loop(node: SyntaxNode, variables: Variables): void {
    const name = childOf(node, 'variable');
    const values = node.children.filter((child) => child.field === 'value');
    const inside: Variables = new Map(variables);
    if (name !== undefined) {
      const only =
        values.length === 1 && values[0] !== undefined ? this.value(values[0], variables) : undefined;
      inside.set(this.text(name), only ?? textValue([unknown('differs by turn of a loop')]));
    }
    const body = childOf(node, 'body');
    if (body !== undefined) this.run(body, inside);
    mergeInto(variables, inside);
  }

  /** `a && b`: what follows runs only sometimes, but a chain of `&&` is how people write a sequence. */
  private list(node: SyntaxNode, variables: Variables): void {
    const [first, second] = node.children;
    if (first !== undefined) this.run(first, variables);
    if (second === undefined || first === undefined) return;
    const isOr = this.tree.text.slice(first.end, second.start).includes('||');
    if (isOr || isTest(first)) this.maybe([second], variables);
    else this.run(second, variables);
  }

  private declare(node: SyntaxNode, variables: Variables): void {
    const exports = this.tree.text.startsWith('export', node.start);
    for (const child of node.children) {
      if (child.type === 'variable_assignment') this.assign(child, variables);
      if (!exports) continue;
      const name = child.type === 'variable_assignment' ? childOf(child, 'name') : child;
      if (name !== undefined && (name.type === 'variable_name' || name.type === 'word'))
        this.export(this.text(name), child, variables);
    }
  }

  private export(name: string, node: SyntaxNode, variables: Variables): void {
    const value = variables.get(name);
    const text = value?.kind === 'text' ? plainText(value.fragments) : null;
    this.exported.set(name, { value: text, span: this.script.sourceSpan(node) });
  }

  private assign(node: SyntaxNode, variables: Variables): void {
    const nameNode = childOf(node, 'name');
    if (nameNode?.type !== 'variable_name') return;
    const name = this.text(nameNode);
    const valueNode = childOf(node, 'value');
    const value = valueNode === undefined ? textValue([]) : this.value(valueNode, variables);
    const appends = this.tree.text.slice(nameNode.end, valueNode?.start ?? node.end).startsWith('+=');
    variables.set(name, appends ? appended(variables.get(name), value) : value);
    if (this.exported.has(name)) this.export(name, node, variables);
  }

  private value(node: SyntaxNode, variables: Variables): ShellValue {
    if (node.type === 'array') {
      return arrayValue(
        node.children
          .filter((child) => child.type !== 'comment')
          .flatMap((child) => this.words(child, variables).words),
      );
    }
    const fragments: Fragment[] = [];
    for (const part of expandedParts(node, this.tree, this.script, variables)) {
      if (part.kind === 'fragment') fragments.push({ ...part.fragment, quoted: false });
      else {
        part.words.forEach((word, index) => {
          const blank = MappedText.standingFor(' ', this.script.sourceSpan(node));
          if (index > 0) fragments.push({ text: blank, note: null, quoted: false, conditional: false });
          fragments.push(...word);
        });
      }
    }
    return textValue(fragments);
  }

  private words(node: SyntaxNode, variables: Variables): { words: Fragment[][]; split: boolean } {
    return splitWords(expandedParts(node, this.tree, this.script, variables));
  }

  private command(node: SyntaxNode, variables: Variables): void {
    const environment = new Map(this.exported);
    const words: Command['words'][number][] = [];
    for (const child of node.children) {
      if (child.type === 'variable_assignment') {
        const name = childOf(child, 'name');
        const value = childOf(child, 'value');
        if (name === undefined) continue;
        const set = value === undefined ? textValue([]) : this.value(value, variables);
        const text = set.kind === 'text' ? plainText(set.fragments) : null;
        environment.set(this.text(name), { value: text, span: this.script.sourceSpan(child) });
      } else if (child.type === 'comment') {
        continue;
      } else if (child.type === 'file_redirect' || child.type === 'herestring_redirect') {
        continue;
      } else {
        const inner = child.type === 'command_name' ? (child.children[0] ?? child) : child;
        const { words: expanded, split } = this.words(inner, variables);
        const span = this.script.sourceSpan(inner);
        for (const word of expanded) words.push(commandWord(word, split ? null : span, this.text(inner)));
      }
    }
    this.commands.push({ words, environment, span: this.script.sourceSpan(trimmed(node, this.tree.text)) });
    const called = words[0]?.value;
    const body = called === undefined || called === null ? undefined : this.functions.get(called);
    if (body !== undefined && called !== undefined && called !== null)
      this.call(called, body, words.slice(1), variables);
  }

  private define(node: SyntaxNode): void {
    const name = childOf(node, 'name');
    const body = childOf(node, 'body');
    if (name !== undefined && body !== undefined) this.functions.set(this.text(name), body);
  }

  private call(name: string, body: SyntaxNode, given: Command['words'], variables: Variables): void {
    this.called.add(name);
    if (this.depth >= MAX_CALL_DEPTH) return;
    const inside: Variables = new Map(variables);
    for (const key of [...inside.keys()]) if (/^\d+$/.test(key)) inside.delete(key);
    given.forEach((word, index) => {
      const fragment: Fragment =
        word.value === null || word.mapped === null
          ? unknown(word.note ?? FROM_COMMAND_LINE)
          : { text: word.mapped, note: word.note, quoted: false, conditional: word.conditional };
      inside.set(String(index + 1), textValue([fragment]));
    });
    this.depth += 1;
    this.run(body, inside);
    this.depth -= 1;
    for (const [key, value] of inside) if (!/^\d+$/.test(key)) variables.set(key, value);
  }

  private text(node: SyntaxNode): string {
    return this.tree.text.slice(node.start, node.end);
  }
}

function appended(before: ShellValue | undefined, value: ShellValue): ShellValue {
  if (before?.kind === 'array') {
    return arrayValue([...before.words, ...(value.kind === 'array' ? value.words : [value.fragments])]);
  }
  if (value.kind === 'array') return value;
  return textValue([...(before?.fragments ?? []), ...value.fragments]);
}

function mergeInto(variables: Variables, other: Variables): void {
  for (const name of new Set([...variables.keys(), ...other.keys()])) {
    const value = merged(variables.get(name), other.get(name));
    if (value === undefined) variables.delete(name);
    else variables.set(name, value);
  }
}

function isTest(node: SyntaxNode): boolean {
  return node.type === 'test_command' || node.type === 'negated_command';
}

/** A command without the blanks and continuation signs that the grammar counts to it at the end. */
function trimmed(node: SyntaxNode, text: string): Span {
  let end = node.end;
  while (end > node.start && /[\s\\]/.test(text[end - 1] ?? '')) end -= 1;
  return { start: node.start, end };
}
