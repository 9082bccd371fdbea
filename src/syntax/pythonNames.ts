import { childOf, type SyntaxNode, type SyntaxTree } from './treeSitter';

/** One place where a name gets, or changes, its value. */
export type Binding = { readonly at: number; readonly statement: SyntaxNode } & (
  | { readonly kind: 'value'; readonly node: SyntaxNode }
  /** `name += node` */
  | { readonly kind: 'add'; readonly node: SyntaxNode }
  /** `name[key] = node` */
  | { readonly kind: 'item'; readonly key: SyntaxNode; readonly node: SyntaxNode; readonly whole: SyntaxNode }
  /** `name.append(…)`, `.extend(…)`, `.update(…)`, `.pop(…)` */
  | { readonly kind: 'method'; readonly method: string; readonly call: SyntaxNode }
  | {
      readonly kind: 'parameter';
      readonly node: SyntaxNode | null;
      readonly owner: SyntaxNode;
      readonly index: number;
    }
  /** Something that is not followed: a loop's variable, a file, an unpacked tuple. */
  | { readonly kind: 'opaque'; readonly because: string }
);

/** An option of the program's own command line (`argparse`). */
export interface CommandLineOption {
  readonly flag: string;
  readonly fallback: SyntaxNode | null;
  readonly action: string | null;
}

const MUTATING = new Set(['append', 'extend', 'insert', 'update', 'pop', 'setdefault']);

/** Who binds which name where, in one pass over a module. */
export class PythonNames {
  /** Name as used → full name: `LLM` → `vllm.LLM`. */
  readonly imports = new Map<string, string>();
  /** Modules of which everything is imported. */
  readonly starImports: string[] = [];
  readonly classes = new Map<string, SyntaxNode>();
  readonly functions = new Map<string, SyntaxNode>();
  /** Calls by the last part of the called name. */
  readonly callsTo = new Map<string, SyntaxNode[]>();
  readonly calls: SyntaxNode[] = [];
  readonly lists: SyntaxNode[] = [];
  readonly options = new Map<string, CommandLineOption>();
  private readonly spawns = new Map<string, (readonly SyntaxNode[])[]>();
  private readonly bindings = new Map<SyntaxNode, Map<string, Binding[]>>();

  constructor(readonly tree: SyntaxTree) {
    this.visit(tree.root, tree.root);
  }

  bound(scope: SyntaxNode, name: string): readonly Binding[] {
    return this.bindings.get(scope)?.get(name) ?? [];
  }

  /** Arguments that a function is given as a process or thread: `Process(target=run, args=(a, b))`. */
  spawned(name: string): readonly (readonly SyntaxNode[])[] {
    return this.spawns.get(name) ?? [];
  }

  text(node: SyntaxNode): string {
    return this.tree.text.slice(node.start, node.end);
  }

  private bind(scope: SyntaxNode, name: string, binding: Binding): void {
    let names = this.bindings.get(scope);
    if (names === undefined) this.bindings.set(scope, (names = new Map()));
    const list = names.get(name);
    if (list === undefined) names.set(name, [binding]);
    else list.push(binding);
  }

  private visit(node: SyntaxNode, scope: SyntaxNode): void {
    let inner = scope;
    switch (node.type) {
      case 'import_statement':
      case 'import_from_statement':
        this.import(node);
        break;
      case 'class_definition':
        this.define(node, scope, this.classes);
        inner = node;
        break;
      case 'function_definition':
        this.define(node, scope, this.functions);
        this.parameters(node);
        inner = node;
        break;
      case 'assignment':
      case 'named_expression':
        this.assign(node, scope);
        break;
      case 'augmented_assignment':
        this.augment(node, scope);
        break;
      case 'for_statement':
      case 'for_in_clause':
        this.opaque(childOf(node, 'left'), node, scope, 'differs by turn of a loop');
        break;
      case 'as_pattern':
        this.opaque(childOf(node, 'alias'), node, scope, 'from a file or a context');
        break;
      case 'call':
        this.call(node, scope);
        break;
      case 'list':
      case 'tuple':
        this.lists.push(node);
        break;
    }
    for (const child of node.children) this.visit(child, inner);
  }

  private define(node: SyntaxNode, scope: SyntaxNode, into: Map<string, SyntaxNode>): void {
    const name = childOf(node, 'name');
    if (name === undefined) return;
    if (scope.type !== 'class_definition') into.set(this.text(name), node);
    this.bind(scope, this.text(name), {
      kind: 'opaque',
      because: 'a definition',
      at: node.start,
      statement: node,
    });
  }

  private import(node: SyntaxNode): void {
    const moduleNode = childOf(node, 'module_name');
    const module = moduleNode === undefined ? null : this.text(moduleNode);
    if (node.children.some((child) => child.type === 'wildcard_import') && module !== null)
      this.starImports.push(module);
    for (const child of node.children) {
      if (child.field !== 'name') continue;
      const nameNode = child.type === 'aliased_import' ? childOf(child, 'name') : child;
      const aliasNode = child.type === 'aliased_import' ? childOf(child, 'alias') : undefined;
      if (nameNode === undefined) continue;
      const name = this.text(nameNode);
      const full = module === null ? name : `${module}.${name}`;
      if (aliasNode !== undefined) this.imports.set(this.text(aliasNode), full);
      else if (module !== null) this.imports.set(name, full);
      else {
        const first = name.split('.')[0] ?? name;
        this.imports.set(first, first);
      }
    }
  }

  private parameters(node: SyntaxNode): void {
    const parameters = childOf(node, 'parameters')?.children ?? [];
    parameters.forEach((parameter, index) => {
      const name =
        parameter.type === 'identifier'
          ? parameter
          : (childOf(parameter, 'name') ?? parameter.children.find((child) => child.type === 'identifier'));
      if (name === undefined) return;
      const isRest =
        parameter.type.endsWith('splat_pattern') ||
        parameter.children[0]?.type.endsWith('splat_pattern') === true;
      this.bind(node, this.text(name), {
        ...(isRest
          ? { kind: 'opaque', because: 'from the caller' }
          : { kind: 'parameter', node: childOf(parameter, 'value') ?? null, owner: node, index }),
        at: parameter.start,
        statement: parameter,
      });
    });
  }

  private assign(node: SyntaxNode, scope: SyntaxNode): void {
    const left = childOf(node, 'left') ?? childOf(node, 'name');
    const right = childOf(node, 'right') ?? childOf(node, 'value');
    if (left === undefined || right === undefined) return;
    const place = { at: node.end, statement: node };
    if (left.type === 'identifier') {
      this.bind(scope, this.text(left), { kind: 'value', node: right, ...place });
    } else if (left.type === 'attribute') {
      const owner = this.selfClass(left, scope);
      const name = childOf(left, 'attribute');
      if (owner !== undefined && name !== undefined) {
        this.bind(owner, this.text(name), { kind: 'value', node: right, ...place });
      }
    } else if (left.type === 'subscript') {
      const object = childOf(left, 'value');
      const key = childOf(left, 'subscript');
      if (object?.type === 'identifier' && key !== undefined) {
        this.bind(scope, this.text(object), { kind: 'item', key, node: right, whole: node, ...place });
      }
    } else if (left.type === 'pattern_list' || left.type === 'tuple_pattern') {
      const values = right.type === 'expression_list' || right.type === 'tuple' ? right.children : [];
      left.children.forEach((target, index) => {
        const value = values.length === left.children.length ? values[index] : undefined;
        if (target.type === 'identifier' && value !== undefined) {
          this.bind(scope, this.text(target), { kind: 'value', node: value, ...place });
        } else this.opaque(target, node, scope, 'unpacked from a call');
      });
    }
  }

  /** The class whose method a `self.name` stands in. */
  private selfClass(attribute: SyntaxNode, scope: SyntaxNode): SyntaxNode | undefined {
    const object = childOf(attribute, 'object');
    if (object === undefined || this.text(object) !== 'self') return undefined;
    let at: SyntaxNode | null = scope;
    while (at !== null && at.type !== 'class_definition') at = at.parent;
    return at ?? undefined;
  }

  private augment(node: SyntaxNode, scope: SyntaxNode): void {
    const left = childOf(node, 'left');
    const right = childOf(node, 'right');
    const operator = childOf(node, 'operator');
    if (left?.type !== 'identifier' || right === undefined || operator === undefined) return;
    const place = { at: node.end, statement: node };
    const adds = this.text(operator) === '+=' || this.text(operator) === '|=';
    this.bind(
      scope,
      this.text(left),
      adds ? { kind: 'add', node: right, ...place } : { kind: 'opaque', because: 'computed', ...place },
    );
  }

  private opaque(
    target: SyntaxNode | undefined,
    statement: SyntaxNode,
    scope: SyntaxNode,
    because: string,
  ): void {
    if (target === undefined) return;
    if (target.type === 'identifier') {
      this.bind(scope, this.text(target), { kind: 'opaque', because, at: target.end, statement });
    }
    for (const child of target.children) this.opaque(child, statement, scope, because);
  }

  private call(node: SyntaxNode, scope: SyntaxNode): void {
    this.calls.push(node);
    const callee = childOf(node, 'function');
    if (callee === undefined) return;
    const nameNode = callee.type === 'attribute' ? childOf(callee, 'attribute') : callee;
    if (nameNode?.type !== 'identifier') return;
    const name = this.text(nameNode);
    this.registerCall(name, node);
    if (name === 'Process' || name === 'Thread' || name === 'spawn') this.spawn(node);
    if (callee.type !== 'attribute') return;
    const made = childOf(callee, 'object');
    if ((name === 'bind' || name === 'remote') && made?.type === 'identifier')
      this.registerCall(this.text(made), node);
    if (name === 'add_argument') this.option(node);
    if (name === 'set_defaults') this.defaults(node);
    const object = childOf(callee, 'object');
    if (MUTATING.has(name) && object?.type === 'identifier') {
      this.bind(scope, this.text(object), {
        kind: 'method',
        method: name,
        call: node,
        at: node.end,
        statement: node,
      });
    }
  }

  private registerCall(name: string, node: SyntaxNode): void {
    const known = this.callsTo.get(name);
    if (known === undefined) this.callsTo.set(name, [node]);
    else known.push(node);
  }

  private spawn(node: SyntaxNode): void {
    const given = childOf(node, 'arguments')?.children ?? [];
    const keyword = (name: string): SyntaxNode | undefined => {
      const found = given.find(
        (child) => child.type === 'keyword_argument' && this.text(childOf(child, 'name') ?? child) === name,
      );
      return found === undefined ? undefined : childOf(found, 'value');
    };
    const target = keyword('target');
    const items = keyword('args');
    if (target?.type !== 'identifier' || items === undefined) return;
    const name = this.text(target);
    this.spawns.set(name, [...(this.spawns.get(name) ?? []), items.children]);
  }

  private option(node: SyntaxNode): void {
    const given = childOf(node, 'arguments')?.children ?? [];
    const flags = given.flatMap((child) =>
      child.type === 'string' ? [plainString(child, this.tree.text)] : [],
    );
    const keyword = (name: string): SyntaxNode | null => {
      const found = given.find(
        (child) => child.type === 'keyword_argument' && this.text(childOf(child, 'name') ?? child) === name,
      );
      return (found === undefined ? undefined : childOf(found, 'value')) ?? null;
    };
    const flag = flags.find((candidate) => candidate.startsWith('--')) ?? flags[0];
    if (flag === undefined) return;
    const destination = keyword('dest');
    const name =
      destination === null
        ? flag.replace(/^-+/, '').replaceAll('-', '_')
        : plainString(destination, this.tree.text);
    const action = keyword('action');
    this.options.set(name, {
      flag,
      fallback: keyword('default') ?? this.options.get(name)?.fallback ?? null,
      action: action?.type === 'string' ? plainString(action, this.tree.text) : null,
    });
  }

  private defaults(node: SyntaxNode): void {
    for (const child of childOf(node, 'arguments')?.children ?? []) {
      const name = child.type === 'keyword_argument' ? childOf(child, 'name') : undefined;
      const value = childOf(child, 'value');
      if (name === undefined || value === undefined) continue;
      const key = this.text(name);
      this.options.set(key, {
        flag: `--${key.replaceAll('_', '-')}`,
        action: null,
        ...this.options.get(key),
        fallback: value,
      });
    }
  }
}

/** The characters between a string's quotes, escapes left as they are. */
function plainString(node: SyntaxNode, text: string): string {
  const contents = node.children.filter((child) => child.type === 'string_content');
  return contents.map((child) => text.slice(child.start, child.end)).join('');
}
