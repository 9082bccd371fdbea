/** The value below which a share of the weight lies. */
export function weightedQuantile(
  values: ArrayLike<number>,
  weights: ArrayLike<number>,
  share: number,
): number {
  const order = Array.from({ length: values.length }, (_, index) => index).sort(
    (a, b) => (values[a] ?? 0) - (values[b] ?? 0),
  );
  let total = 0;
  for (const index of order) total += weights[index] ?? 0;
  let seen = 0;
  for (const index of order) {
    seen += weights[index] ?? 0;
    if (seen >= share * total) return values[index] ?? 0;
  }
  return values[order.at(-1) ?? 0] ?? 0;
}
