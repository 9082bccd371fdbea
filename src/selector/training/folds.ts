/**
 * Folds that keep whole groups together: each group goes, largest first, to the fold with fewest cases so far. Deterministic.
 */
export function groupFolds(keys: readonly string[], folds: number): Int32Array {
  const sizes = new Map<string, number>();
  for (const key of keys) sizes.set(key, (sizes.get(key) ?? 0) + 1);
  const groups = [...sizes].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
  const filled = new Array<number>(Math.max(1, Math.min(folds, groups.length))).fill(0);
  const foldOf = new Map<string, number>();
  for (const [key, size] of groups) {
    const least = filled.indexOf(Math.min(...filled));
    foldOf.set(key, least);
    filled[least] = (filled[least] ?? 0) + size;
  }
  return Int32Array.from(keys, (key) => foldOf.get(key) ?? 0);
}
