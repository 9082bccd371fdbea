import type { Band } from '../../src/units/quantities';
import { logScale } from './logScale';
import type { LogScale } from './logScale';

/** Where a band lies on an axis, in shares of its length. */
export interface BandGeometry {
  /** Left end and width of the soft bar, p10 to p90. */
  start: number;
  width: number;
  /** The tick at p50. */
  tick: number;
}

export function bandGeometry(band: Band, scale: LogScale): BandGeometry {
  const start = scale.at(Math.min(band.p10, band.p50));
  const end = scale.at(Math.max(band.p90, band.p50));
  return { start, width: end - start, tick: scale.at(band.p50) };
}

/** An axis that all these bands share, 1 included, with a little room at both ends. */
export function sharedScale(bands: readonly Band[]): LogScale {
  const values = bands.flatMap((band) => [band.p10, band.p50, band.p90]).filter((value) => value > 0);
  const low = Math.min(1, ...values);
  const high = Math.max(1, ...values);
  return logScale(low / 1.04, Math.max(high * 1.08, low * 2));
}

/**
 * An axis about a band's own middle: from a half to twice of p50, or as much wider as the band needs, in powers of two. Bars of
 * cards drawn on such axes compare: equally wide means equally sure.
 */
export function axisAbout(band: Band): LogScale | null {
  if (!(band.p50 > 0)) return null;
  let factor = 2;
  while (factor < 64 && (band.p90 / band.p50 > factor || band.p50 / band.p10 > factor)) factor *= 2;
  return logScale(band.p50 / factor, band.p50 * factor);
}
