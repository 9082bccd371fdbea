import type { PanelRoofs } from '../../src/protocol/panelProtocol';
import type { RooflinePoint } from '../../src/roofline/estimate';
import { logScale } from './logScale';
import type { LogScale } from './logScale';

/** A roof of one height; formats that share it share the line. */
export interface Roof {
  formats: readonly string[];
  flopPerSecond: number;
  /** FLOP a byte from which on compute limits. */
  ridge: number;
}

/** Roofs from the lowest to the highest; formats that are equally fast are one roof. */
export function roofsOf(roofs: PanelRoofs): Roof[] {
  const byHeight = new Map<number, string[]>();
  for (const { format, flopPerSecond } of roofs.peaks) {
    if (!(flopPerSecond > 0) || !(roofs.bandwidth > 0)) continue;
    byHeight.set(flopPerSecond, [...(byHeight.get(flopPerSecond) ?? []), format]);
  }
  return [...byHeight]
    .sort(([a], [b]) => a - b)
    .map(([flopPerSecond, formats]) => ({ formats, flopPerSecond, ridge: flopPerSecond / roofs.bandwidth }));
}

/**
 * Roofs worth drawing: that of the format that the model is in and everything above, at most `most`. The slow formats (f64, f32)
 * of a device that nobody serves in would only fill the picture.
 */
export function roofsToDraw(all: readonly Roof[], weights: string, most = 3): Roof[] {
  const half = all.findIndex((roof) => roof.formats.some((format) => format === 'bf16' || format === 'f16'));
  const own = all.findIndex((roof) => roof.formats.includes(weights));
  const from = own === -1 ? half : half === -1 ? own : Math.min(own, half);
  return all.slice(Math.max(0, from)).slice(0, most);
}

export interface RooflineAxes {
  /** FLOP a byte. */
  x: LogScale;
  /** FLOP/s. */
  y: LogScale;
}

/** Axes that hold all points, every drawn ridge, and some room; null where there is nothing to draw. */
export function rooflineAxes(
  roofs: readonly Roof[],
  points: readonly Pick<RooflinePoint, 'intensity' | 'attained'>[],
): RooflineAxes | null {
  const real = points.filter((point) => point.intensity > 0 && point.attained > 0);
  const highest = roofs.at(-1);
  if (real.length === 0 || highest === undefined) return null;
  const intensities = real.map((point) => point.intensity);
  const rates = real.map((point) => point.attained);
  return {
    x: logScale(Math.min(1, ...intensities) / 2, Math.max(highest.ridge * 4, Math.max(...intensities) * 6)),
    y: logScale(Math.min(...rates) / 4, Math.max(highest.flopPerSecond, ...rates) * 2.5),
  };
}

/** The line of a roof as points of the unit square, y upwards: along the bandwidth, then level. */
export function roofLine(roof: Roof, bandwidth: number, axes: RooflineAxes): { x: number; y: number }[] {
  const startsAt = Math.min(roof.ridge, Math.max(axes.x.low, axes.y.low / bandwidth));
  return [startsAt, roof.ridge, axes.x.high].map((intensity) => ({
    x: axes.x.at(intensity),
    y: axes.y.at(Math.min(roof.flopPerSecond, intensity * bandwidth)),
  }));
}

/** Radius of a circle whose area is that share of the area of one with the greatest radius, but never too small to see. */
export function radiusOfShare(share: number, greatest: number, least: number): number {
  return Math.max(least, greatest * Math.sqrt(Math.min(1, Math.max(0, share))));
}
