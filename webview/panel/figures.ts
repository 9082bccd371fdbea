import type { Bound, Estimate } from '../../src/roofline/estimate';
import type { Band } from '../../src/units/quantities';
import {
  formatBytes,
  formatInteger,
  formatRatio,
  formatSeconds,
  formatSequences,
  formatSignificant,
} from '../../src/units/format';

const BOUND: Record<Bound, string> = {
  compute: 'compute-bound',
  memory: 'bandwidth-bound',
  communication: 'waits for links between devices',
  overhead: 'waits for launches and the host',
};

/** What the figures are made from: advice, or an estimate alone. */
export interface Costed {
  baseline: Estimate;
  scenario: { devices: number };
}

/** One of the four figures on top. */
export interface Figure {
  key: 'firstToken' | 'perToken' | 'throughput' | 'memory';
  label: string;
  value: string;
  /** Our uncertainty about it; null where the figure is reckoned, not predicted. */
  band: Band | null;
  notes: readonly string[];
  /** The figure is a refusal: it does not fit. */
  bad: boolean;
}

/** "83 – 118 ms": a range with its unit once where both ends have the same. */
export function formatRange(low: number, high: number, format: (value: number) => string): string {
  const [from, to] = [format(low), format(high)];
  const unit = / \D+$/.exec(to)?.[0];
  const short = unit !== undefined && from.endsWith(unit) ? from.slice(0, -unit.length) : from;
  return from === to ? to : `${short} – ${to}`;
}

/** "20.8 of 80 GB". */
export function formatOf(part: number, whole: number): string {
  const [a, b] = [formatBytes(part), formatBytes(whole)];
  const unit = / \D+$/.exec(b)?.[0];
  return `${unit !== undefined && a.endsWith(unit) ? a.slice(0, -unit.length) : a} of ${b}`;
}

/** Signed, with a real minus: "−7.1 GB", "+0.9 GB", "0". */
export function formatChange(change: number, format: (value: number) => string): string {
  if (change === 0) return '0';
  return `${change < 0 ? '−' : '+'}${format(Math.abs(change))}`;
}

export function formatTokenRate(value: number): string {
  return `${formatSignificant(value)} tok/s`;
}

/**
 * Throughput of a decode step is sequences over the step's time, so its band is that of the time turned over about the
 * estimate's own figure.
 */
export function throughputBand(estimate: Estimate): Band {
  const { p10, p50, p90 } = estimate.latency.interToken;
  const total = estimate.throughput.total;
  const turned = (seconds: number) => (seconds > 0 ? (total * p50) / seconds : total);
  return { p10: turned(p90), p50: total, p90: turned(p10) };
}

/** The figures of the verdict, in the order of the page: four, or three where a model makes no tokens. */
export function figures(advice: Costed, modelLimit: number | null = null): Figure[] {
  const { baseline: estimate, scenario } = advice;
  const { memory, throughput } = estimate;
  const each = scenario.devices > 1 ? ', each device' : '';
  return [
    ...(throughput.sequences === undefined
      ? tokenTimes(estimate)
      : inputTimes(estimate, throughput.sequences)),
    {
      key: 'memory',
      label: `Memory${each}`,
      value: formatOf(memory.perDevice, memory.capacityPerDevice),
      band: null,
      notes: memoryNotes(estimate, modelLimit),
      bad: !memory.fits,
    },
  ];
}

/** Encoders answer an input at once. */
function inputTimes({ latency, throughput, bound, concurrency }: Estimate, rate: number): Figure[] {
  const answer = latency.endToEnd;
  const turned = (seconds: number): number => (seconds > 0 ? (rate * answer.p50) / seconds : rate);
  return [
    {
      key: 'firstToken',
      label: 'Answer',
      value: formatSeconds(answer.p50),
      band: answer,
      notes: [formatRange(answer.p10, answer.p90, formatSeconds), BOUND[bound.prefill]],
      bad: false,
    },
    {
      key: 'throughput',
      label: 'Throughput',
      value: `${formatSignificant(rate)} inputs/s`,
      band: { p10: turned(answer.p90), p50: rate, p90: turned(answer.p10) },
      notes: [`${formatSignificant(concurrency)} at once`, `reads ${formatTokenRate(throughput.prefill)}`],
      bad: false,
    },
  ];
}

function tokenTimes(estimate: Estimate): Figure[] {
  const { latency, throughput, bound } = estimate;
  return [
    {
      key: 'firstToken',
      label: 'First token',
      value: formatSeconds(latency.timeToFirstToken.p50),
      band: latency.timeToFirstToken,
      notes: [
        formatRange(latency.timeToFirstToken.p10, latency.timeToFirstToken.p90, formatSeconds),
        BOUND[bound.prefill],
      ],
      bad: false,
    },
    {
      key: 'perToken',
      label: 'Per token',
      value: formatSeconds(latency.interToken.p50),
      band: latency.interToken,
      notes: [
        formatRange(latency.interToken.p10, latency.interToken.p90, formatSeconds),
        BOUND[bound.decode],
        `whole answer ${formatSeconds(latency.endToEnd.p50)}`,
      ],
      bad: false,
    },
    {
      key: 'throughput',
      label: 'Throughput',
      value: formatTokenRate(throughput.total),
      band: throughputBand(estimate),
      notes: [
        estimate.concurrency > 1
          ? `${sequences(estimate.concurrency)} · ${formatSignificant(throughput.perSequence)} each`
          : '1 sequence',
        `prompts ${formatTokenRate(throughput.prefill)}`,
      ],
      bad: false,
    },
  ];
}

function memoryNotes({ memory, concurrency }: Estimate, modelLimit: number | null): string[] {
  // What memory would hold past the model's own limit is of no use to anybody.
  const longest =
    memory.maxContext === null
      ? []
      : [`longest ${formatInteger(Math.min(memory.maxContext, modelLimit ?? Infinity))} tokens`];
  if (memory.fits)
    return ['fits', formatSequences(memory.maxConcurrency), ...longest].filter((note) => note !== null);
  if (memory.maxConcurrency < 1) return ['does not fit', 'not even one such sequence would'];
  return [
    'does not fit',
    `${formatInteger(memory.maxConcurrency)} of ${sequences(concurrency)} would`,
    ...longest,
  ];
}

function sequences(count: number): string {
  return `${formatSignificant(count)} ${count === 1 ? 'sequence' : 'sequences'}`;
}

/** "between 1.95× and 3.25×": a band for those who hear it. */
export function spokenBand(band: Band): string {
  return `between ${formatRatio(band.p10)} and ${formatRatio(band.p90)}`;
}
