import { writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Metric } from './measuredCases';

/** What one run of `npm run accuracy:engine` printed, for texts that cite it. Shares, not percentages; null: nothing to tell. */
export interface AccuracyFigures {
  date: string;
  command: string;
  /** Median absolute error of each device, then the median over devices. */
  times: {
    metric: Metric;
    engine: string;
    devices: number;
    rows: number;
    hardwareLeftOut: number | null;
    modelsLeftOut: number | null;
    peakRoofline: number | null;
    bandsCover: number | null;
    /** The same for other models on devices that were measured. */
    bandsCoverModels: number | null;
  }[];
  memory: { kind: string; engine: string; hardware: string; rows: number; error: number; content: number }[];
  /** The median over those groups, each alike. */
  memoryOverall: { groups: number; rows: number; error: number; content: number };
  fits: { rows: number; right: number; saidToFitThatDidNot: number };
  /** Median absolute error over servers, with the constants fitted on all and with the server itself left out. */
  serving: {
    kind: 'dense' | 'experts';
    servers: number;
    figure: 'timeToFirstToken' | 'interToken' | 'endToEnd' | 'endToEndP90';
    fitted: number;
    serverLeftOut: number;
  }[];
}

export const FIGURES = path.resolve('scripts/calibration/accuracy.json');

/** Shares to three digits, counts exactly. */
export function writeFigures(figures: AccuracyFigures): void {
  const round = (_key: string, value: unknown): unknown =>
    typeof value === 'number' && !Number.isInteger(value) ? Number(value.toPrecision(3)) : value;
  writeFileSync(FIGURES, `${JSON.stringify(figures, round, 2)}\n`);
}
