import type { PythonValue } from './pythonValue';
import { childOf, type SyntaxNode } from './treeSitter';

/** Whether a statement has run by the time an expression is reached. `unless-asked`: not by the defaults of what decides it. */
export type Activity = 'always' | 'by-default' | 'sometimes' | 'unless-asked' | 'never';

/** What decides a branch: its truth, null where the file does not show it, and whether that is only a default. */
export interface Truth {
  readonly value: boolean | null;
  readonly note: string | null;
}

/** Of several branches around a statement the least likely counts. */
const RANK: Readonly<Record<Activity, number>> = {
  always: 0,
  'by-default': 1,
  sometimes: 2,
  'unless-asked': 3,
  never: 4,
};

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
  truth: (condition: SyntaxNode) => Truth,
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
    if (RANK[here] > RANK[result]) result = here;
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

function insideBranch(at: SyntaxNode, branch: SyntaxNode, truth: (condition: SyntaxNode) => Truth): Activity {
  switch (at.type) {
    case 'if_statement': {
      if (branch.field === 'condition') return 'always';
      const condition = childOf(at, 'condition');
      const known = condition === undefined ? { value: null, note: null } : truth(condition);
      if (known.value === null) return 'sometimes';
      const yes: Activity = known.note === null ? 'always' : 'by-default';
      const no: Activity = known.note === null ? 'never' : 'unless-asked';
      if (branch.field === 'consequence') return known.value ? yes : no;
      if (known.value) return no;
      return branch.type === 'else_clause' && at.children.every((child) => child.type !== 'elif_clause')
        ? yes
        : elifActivity(at, branch, truth);
    }
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

/** `elif` runs when its own condition is the first that holds. */
function elifActivity(at: SyntaxNode, branch: SyntaxNode, truth: (condition: SyntaxNode) => Truth): Activity {
  let note: string | null = null;
  for (const clause of at.children.filter((child) => child.type === 'elif_clause')) {
    const condition = childOf(clause, 'condition');
    const known = condition === undefined ? { value: null, note: null } : truth(condition);
    if (known.value === null) return 'sometimes';
    note ??= known.note;
    if (clause === branch)
      return known.value
        ? note === null
          ? 'always'
          : 'by-default'
        : note === null
          ? 'never'
          : 'unless-asked';
    if (known.value) return note === null ? 'never' : 'unless-asked';
  }
  return note === null ? 'always' : 'by-default';
}

/** Python's truth of a value. */
export function truthOf(value: PythonValue): Truth {
  switch (value.kind) {
    case 'scalar':
      return {
        value: value.value !== null && value.value !== false && value.value !== 0 && value.value !== '',
        note: value.note,
      };
    case 'list':
      return { value: value.items.length > 0 ? true : value.open === null ? false : null, note: null };
    case 'dict':
      return { value: value.entries.length > 0 ? true : value.open === null ? false : null, note: null };
    case 'call':
    case 'unknown':
      return { value: null, note: null };
  }
}
