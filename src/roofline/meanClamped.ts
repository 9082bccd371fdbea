/**
 * Mean of min(x, limit) for x spread evenly over [from, to]: the keys that a query sees while a context grows, when a
 * layer looks back at `limit` tokens at most. All in tokens; `limit` undefined means no window.
 */
export function meanClamped(from: number, to: number, limit: number | undefined): number {
  if (limit === undefined || to <= limit) return (from + to) / 2;
  if (from >= limit) return limit;
  const below = ((from + limit) / 2) * (limit - from);
  return (below + limit * (to - limit)) / (to - from);
}
