/** Bins a feature is cut into at most: as many thresholds less one are tried at each node. */
export const MOST_BINS = 32;

/**
 * Rows of features with each feature cut into bins at quantiles, worked out once and shared by every fit on part of the rows (folds):
 * the cuts know nothing of the targets.
 */
export interface BinnedRows {
  count: number;
  /** Thresholds between bins, by feature, in single precision as the exported model keeps them. */
  cuts: readonly Float32Array[];
  /** Bin of each row, by feature. */
  bins: readonly Uint8Array[];
}

export function binRows(rows: readonly (readonly number[])[]): BinnedRows {
  const width = rows[0]?.length ?? 0;
  const cuts: Float32Array[] = [];
  const bins: Uint8Array[] = [];
  const column = new Float64Array(rows.length);
  for (let feature = 0; feature < width; feature++) {
    rows.forEach((row, index) => (column[index] = row[feature] ?? 0));
    const cut = quantileCuts(column);
    cuts.push(cut);
    bins.push(Uint8Array.from(column, (value) => binOf(cut, value)));
  }
  return { count: rows.length, cuts, bins };
}

/** Thresholds half-way between neighbouring values, at most `MOST_BINS - 1`. */
function quantileCuts(values: Float64Array): Float32Array {
  const distinct = [...new Set(values)].sort((a, b) => a - b);
  const between = distinct.slice(1).map((value, index) => Math.fround(((distinct[index] ?? 0) + value) / 2));
  if (between.length < MOST_BINS) return Float32Array.from(between);
  return Float32Array.from(
    { length: MOST_BINS - 1 },
    (_, cut) => between[Math.floor(((cut + 1) * between.length) / MOST_BINS)] ?? 0,
  );
}

/** The first cut that the value does not exceed; one past the last where it exceeds all. */
function binOf(cuts: Float32Array, value: number): number {
  let low = 0;
  let high = cuts.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (value <= (cuts[middle] ?? 0)) high = middle;
    else low = middle + 1;
  }
  return low;
}
