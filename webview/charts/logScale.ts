/** A logarithmic axis: values in, share of the axis' length out. */
export interface LogScale {
  low: number;
  high: number;
  /** 0 at `low`, 1 at `high`; beyond them clamped, and 0 for what is not above zero. */
  at(value: number): number;
}

/** @throws {RangeError} unless 0 < low < high, both finite. */
export function logScale(low: number, high: number): LogScale {
  if (!(low > 0 && high > low && Number.isFinite(high)))
    throw new RangeError('A log scale needs 0 < low < high.');
  const span = Math.log(high / low);
  return {
    low,
    high,
    at: (value) => (value > 0 ? Math.min(1, Math.max(0, Math.log(value / low) / span)) : 0),
  };
}

/** Powers of ten within the scale, ends included. */
export function decadeTicks(scale: LogScale): number[] {
  const ticks: number[] = [];
  for (let exponent = Math.ceil(Math.log10(scale.low) - 1e-9); ; exponent += 1) {
    const tick = 10 ** exponent;
    if (tick > scale.high * (1 + 1e-9)) return ticks;
    ticks.push(tick);
  }
}

/** What ratios are marked at, from a tenth to a thousand times; between these an axis always has at least two. */
const RATIOS = [
  0.1, 0.2, 0.3, 0.5, 0.7, 1, 1.2, 1.5, 2, 3, 4, 6, 8, 12, 16, 24, 32, 50, 75, 100, 150, 200, 300, 500, 750,
  1000,
];

/** Marks for an axis of ratios: 1 is always among them, at most `most`, the finest that leave room for labels. */
export function ratioTicks(scale: LogScale, most = 5): number[] {
  const inside = RATIOS.filter((ratio) => ratio >= scale.low * 0.999 && ratio <= scale.high * 1.001);
  const gap = 1 / most;
  const kept: number[] = inside.includes(1) ? [1] : [];
  for (const ratio of inside) {
    if (kept.every((other) => Math.abs(scale.at(other) - scale.at(ratio)) >= gap * 0.95)) kept.push(ratio);
  }
  return kept.sort((a, b) => a - b).slice(0, most + 1);
}
