import { scopeOf } from './pythonBranches';
import type { PythonNames } from './pythonNames';
import { childOf, type SyntaxNode } from './treeSitter';

/** The full dotted name that a call calls; '' where it is not a plain name. */
export function calleeOf(names: PythonNames, node: SyntaxNode): string {
  const called = childOf(node, 'function');
  return called === undefined ? '' : dottedName(names, called);
}

export function dottedName(names: PythonNames, node: SyntaxNode, depth = 0): string {
  if (depth > 20) return '';
  if (node.type === 'identifier') return fullName(names, names.text(node), 0);
  if (node.type !== 'attribute') return '';
  const object = childOf(node, 'object');
  const attribute = childOf(node, 'attribute');
  if (object === undefined || attribute === undefined) return '';
  const name = names.text(attribute);
  if (name === 'remote' || name === 'bind') {
    const actor = actorClass(names, object);
    if (actor !== null) return actor;
  }
  const base = dottedName(names, object, depth + 1);
  return base === '' ? '' : `${base}.${name}`;
}

/** `ray.remote(…)(LLM).remote(…)` makes an LLM. */
function actorClass(names: PythonNames, object: SyntaxNode): string | null {
  let at: SyntaxNode | undefined = object;
  if (at.type === 'identifier') {
    const bound = names.bound(names.tree.root, names.text(at)).find((binding) => binding.kind === 'value');
    const scoped = names.bound(scopeOf(object), names.text(at)).find((binding) => binding.kind === 'value');
    const binding = scoped ?? bound;
    if (binding?.kind === 'value') at = binding.node;
    else if (names.classes.has(names.text(at))) return fullName(names, names.text(at), 0);
  }
  while (at.type === 'call') {
    const only: readonly SyntaxNode[] = childOf(at, 'arguments')?.children ?? [];
    if (only.length === 1 && only[0]?.type === 'identifier') return fullName(names, names.text(only[0]), 0);
    const next: SyntaxNode | undefined = childOf(at, 'function');
    const inner: SyntaxNode | undefined = next?.type === 'attribute' ? childOf(next, 'object') : next;
    if (inner === undefined) return null;
    at = inner;
  }
  return null;
}

/** Follows imports, and a class of this file to what it extends. */
function fullName(names: PythonNames, name: string, depth = 0): string {
  const own = names.classes.get(name);
  if (own !== undefined && depth < 5) {
    const base = childOf(own, 'superclasses')?.children.find(
      (child) => child.type === 'identifier' || child.type === 'attribute',
    );
    if (base !== undefined)
      return base.type === 'identifier'
        ? fullName(names, names.text(base), depth + 1)
        : dottedName(names, base, 0);
  }
  const imported = names.imports.get(name);
  if (imported !== undefined) return imported;
  const star = own === undefined && !names.functions.has(name) ? names.starImports[0] : undefined;
  return star === undefined ? name : `${star}.${name}`;
}
