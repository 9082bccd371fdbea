import type { PythonValue } from './pythonValue';
import { childOf, type SyntaxNode } from './treeSitter';

/** Whether a statement has run by the time an expression is reached. */
export type Activity = 'always' | 'sometimes' | 'never';

const SCOPES = new Set(['module', 'function_definition', 'class_definition', 'lambda']);

/** The function, class or module that a node stands in. */
export function scopeOf(node: SyntaxNode): SyntaxNode {
  let at = node.parent;
  while (at !== null && at.parent !== null && !SCOPES.has(at.type)) at = at.parent;
  return at ?? node;
}

/**
 * Whether `statement` has run when `use` is evaluated, as far as the branches above it tell. `truth` says what a condition is, or null
 * where the file does not show it.
 */
export function activity(
  statement: SyntaxNode,
  use: SyntaxNode,
  truth: (condition: SyntaxNode) => boolean | null,
): Activity {
  const above = new Map<SyntaxNode, SyntaxNode>();
  let below = use;
  for (let at = use.parent; at !== null; at = at.parent) {
    above.set(at, below);
    below = at;
  }
  let result: Activity = 'always';
  let branch = statement;
  for (let at = statement.parent; at !== null && !SCOPES.has(at.type); at = at.parent) {
    const shared = above.get(at);
    const here =
      shared === undefined
        ? insideBranch(at, branch, truth)
        : shared === branch
          ? 'always'
          : apart(at, branch, shared);
    if (here === 'never') return 'never';
    if (here === 'sometimes') result = 'sometimes';
    branch = at;
  }
  return result;
}

/** Both stand below `at`, in different parts of it. */
function apart(at: SyntaxNode, branch: SyntaxNode, use: SyntaxNode): Activity {
  if (at.type === 'if_statement') {
    const inTest = (node: SyntaxNode): boolean => node.field === 'condition';
    return inTest(branch) || inTest(use) ? 'always' : 'never';
  }
  if (at.type === 'try_statement' && branch.type === 'except_clause')
    return use.type === 'finally_clause' ? 'sometimes' : 'never';
  return 'always';
}

function insideBranch(
  at: SyntaxNode,
  branch: SyntaxNode,
  truth: (condition: SyntaxNode) => boolean | null,
): Activity {
  switch (at.type) {
    case 'if_statement': {
      if (branch.field === 'condition') return 'always';
      const condition = childOf(at, 'condition');
      const known = condition === undefined ? null : truth(condition);
      if (known === null) return 'sometimes';
      if (branch.field === 'consequence') return known ? 'always' : 'never';
      if (known) return 'never';
      return branch.type === 'else_clause' && at.children.every((child) => child.type !== 'elif_clause')
        ? 'always'
        : 'sometimes';
    }
    case 'elif_clause':
    case 'except_clause':
    case 'for_statement':
    case 'while_statement':
    case 'case_clause':
    case 'conditional_expression':
      return 'sometimes';
    default:
      return 'always';
  }
}

/** Python's truth of a value; null where it is not known. */
export function truthOf(value: PythonValue): boolean | null {
  switch (value.kind) {
    case 'scalar':
      return value.note === null
        ? value.value !== null && value.value !== false && value.value !== 0 && value.value !== ''
        : null;
    case 'list':
      return value.items.length > 0 ? true : value.open === null ? false : null;
    case 'dict':
      return value.entries.length > 0 ? true : value.open === null ? false : null;
    case 'call':
    case 'unknown':
      return null;
  }
}
