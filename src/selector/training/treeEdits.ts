import type { TreeNode } from './boostedTrees';

export function leaf(value: number): TreeNode {
  return { kind: 'leaf', value: Math.fround(value) };
}

/** The tree where the feature, which is 0 or 1, is 1; nothing where it is 0. */
export function gated(feature: number, tree: TreeNode): TreeNode {
  return { kind: 'branch', feature, threshold: 0.5, left: leaf(0), right: tree };
}

/** The tree with each answer multiplied. */
export function scaled(tree: TreeNode, by: number): TreeNode {
  return tree.kind === 'leaf'
    ? leaf(tree.value * by)
    : { ...tree, left: scaled(tree.left, by), right: scaled(tree.right, by) };
}

/** The tree where the feature, which is 0 or 1, is 0; nothing where it is 1. */
export function unless(feature: number, tree: TreeNode): TreeNode {
  return { kind: 'branch', feature, threshold: 0.5, left: tree, right: leaf(0) };
}
