import type { Bytes, Seconds } from './quantities';

const THIN_SPACE = '\u202f';

/** Three significant digits, plain notation, no trailing zeros after the point: 96, 6.14, 0.0312. */
export function formatSignificant(value: number): string {
  if (!Number.isFinite(value)) return '–';
  if (value === 0) return '0';
  const magnitude = Math.floor(Math.log10(Math.abs(value)));
  if (magnitude >= 3) return formatInteger(Number(value.toPrecision(3)));
  const decimals = Math.min(8, Math.max(0, 2 - magnitude));
  const text = value.toFixed(decimals);
  return decimals > 0 ? text.replace(/\.?0+$/, '') : text;
}

/** Whole numbers with a comma every three digits, as the design's pictures write them. */
export function formatInteger(value: number): string {
  return Math.round(value)
    .toString()
    .replace(/\B(?=(\d{3})+$)/g, ',');
}

/** From here on three significant digits round up to the next unit: 999.6 MB is 1 GB. */
const ROUNDS_UP = 0.9995;

const DECIMAL = ['', 'k', 'M', 'G', 'T', 'P', 'E'] as const;

/** 8.03 B parameters, 1.24 T: counts as people in the field write them. */
export function formatCount(value: number): string {
  const steps = [
    [1e12, 'T'],
    [1e9, 'B'],
    [1e6, 'M'],
    [1e3, 'k'],
  ] as const;
  for (const [size, suffix] of steps) {
    if (Math.abs(value) >= ROUNDS_UP * size)
      return `${formatSignificant(value / size)}${THIN_SPACE}${suffix}`;
  }
  return formatInteger(value);
}

/** Decimal units: GB = 10^9 bytes. */
export function formatBytes(value: Bytes): string {
  return scaled(value, 'B');
}

/** Binary units, for the cache of one token, which is a power of two in most models: 128 KiB. */
export function formatBinaryBytes(value: Bytes): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'] as const;
  let step = 0;
  let rest = value;
  while (rest >= 1024 && step < units.length - 1) {
    rest /= 1024;
    step += 1;
  }
  return `${formatSignificant(rest)} ${units[step] ?? 'B'}`;
}

/** 96 ms, 4.2 s, 12 µs. */
export function formatSeconds(value: Seconds): string {
  if (!Number.isFinite(value)) return '–';
  if (value < 0) return `−${formatSeconds(-value)}`;
  if (value >= 120) return `${formatSignificant(value / 60)} min`;
  if (value >= ROUNDS_UP) return `${formatSignificant(value)} s`;
  if (value >= ROUNDS_UP * 1e-3) return `${formatSignificant(value * 1e3)} ms`;
  return `${formatSignificant(value * 1e6)} µs`;
}

/** `up to 177 such sequences`; nothing where memory sets no limit. Counts past a billion are no limit that anybody meets. */
export function formatSequences(most: number): string | null {
  if (most > 1e9) return null;
  return `up to ${formatInteger(most)} such ${most === 1 ? 'sequence' : 'sequences'}`;
}

/** 3.35 TB/s, 989 TFLOP/s: a number with an SI prefix and any unit. */
export function formatRate(value: number, unit: string): string {
  return scaled(value, unit);
}

export function formatPercent(share: number): string {
  return `${formatSignificant(share * 100)} %`;
}

/** 2.60×: ratios keep two decimals below ten, so that rows compare. */
export function formatRatio(value: number): string {
  return `${value < 10 ? value.toFixed(2) : formatSignificant(value)}×`;
}

function scaled(value: number, unit: string): string {
  let step = 0;
  let rest = Math.abs(value);
  while (rest >= ROUNDS_UP * 1000 && step < DECIMAL.length - 1) {
    rest /= 1000;
    step += 1;
  }
  const prefix = DECIMAL[step] ?? '';
  return `${value < 0 ? '−' : ''}${formatSignificant(rest)} ${prefix}${unit}`;
}
