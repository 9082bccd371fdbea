import { LIMITS } from './limits';

/**
 * Whether a received value is small and shallow enough to be looked at closely. It stops at the first limit, so its own
 * cost is bounded; arrays are counted before they are entered.
 */
export function withinLimits(value: unknown): boolean {
  let nodes = 0;
  let characters = 0;

  function visit(item: unknown, depth: number): boolean {
    nodes += 1;
    if (nodes > LIMITS.nodes || depth > LIMITS.depth) return false;
    if (typeof item === 'string') {
      characters += item.length;
      return characters <= LIMITS.characters;
    }
    if (typeof item !== 'object' || item === null) return true;
    if (Array.isArray(item)) {
      if (nodes + item.length > LIMITS.nodes) return false;
      return item.every((entry) => visit(entry, depth + 1));
    }
    for (const key in item) {
      characters += key.length;
      if (characters > LIMITS.characters) return false;
      if (!visit((item as Record<string, unknown>)[key], depth + 1)) return false;
    }
    return true;
  }

  return visit(value, 0);
}
