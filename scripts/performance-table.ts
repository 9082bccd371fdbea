/**
 * Carries the figures of ../shared/papers/results.csv over into src/techniques/performance.json (speed, memory, energy, cost) and
 * src/techniques/qualityResults.json (quality, kept apart): numbers, names and sources, no sentences. Run with `npx tsx scripts/performance-table.ts`;
 * says so and changes nothing where the table is not at hand.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type {
  BaselineClass,
  PerformanceMetric,
  PerformanceRow,
  ValueKind,
} from '../src/techniques/performance';
import { deviceOf, familyOf, techniqueOf } from './performanceNames';

const ROOT = join(import.meta.dirname ?? __dirname, '..');
const SOURCE = join(ROOT, '../shared/papers/results.csv');
const SPEED_ROWS = new Set(['relative-speed', 'absolute-speed', 'memory', 'energy-cost']);
/** Costs of training and of human labellers: no inference in them. */
const NOT_INFERENCE = new Set(['beyond-memorization', 'loram']);

/** Comma-separated values with double quotes (RFC 4180) into one record a row. */
function readCsv(content: string): Record<string, string>[] {
  const rows: string[][] = [[]];
  let cell = '';
  let quoted = false;
  for (let at = 0; at < content.length; at++) {
    const character = content[at] ?? '';
    if (quoted) {
      if (character !== '"') cell += character;
      else if (content[at + 1] === '"') {
        cell += '"';
        at++;
      } else quoted = false;
    } else if (character === '"') quoted = true;
    else if (character === ',' || character === '\n') {
      rows.at(-1)?.push(cell);
      cell = '';
      if (character === '\n') rows.push([]);
    } else if (character !== '\r') cell += character;
  }
  const [header = [], ...body] = rows;
  return body
    .filter((row) => row.length === header.length)
    .map((row) => Object.fromEntries(header.map((name, index) => [name, row[index] ?? ''])));
}

const number = (text: string | undefined): number | null => {
  const value = Number(text);
  return text === undefined || text === '' || !Number.isFinite(value) ? null : value;
};

const CLASSES: Record<string, BaselineClass> = {
  'naive (HF/PyTorch/autoregressive)': 'naive',
  'naive offload': 'naive-offload',
  'serving/edge engine': 'engine',
  'own uncompressed/dense': 'dense',
  'other method': 'method',
  'absolute-value': 'absolute',
  unstated: 'unstated',
};

const KINDS: Record<string, ValueKind> = {
  single: 'single',
  best: 'up-to',
  average: 'average',
  'up to': 'up-to',
  'range low': 'low',
  'range high': 'high',
  approx: 'approximate',
  'approx (order of magnitude)': 'approximate',
  'at least': 'at-least',
  'at least (over)': 'at-least',
  'at least (order of magnitude)': 'at-least',
  'at most': 'at-most',
};

/** Latency of a phase under the metric's name; unknown phases are whole answers. */
function latencyMetric(phase: string): PerformanceMetric {
  if (phase === 'decode') return 'interToken';
  return phase === 'prefill' ? 'timeToFirstToken' : 'endToEnd';
}

const METRIC: Record<string, PerformanceMetric> = {
  speedup_throughput: 'throughput',
  tokens_per_s: 'throughput',
  tokens_per_s_per_gpu: 'throughput',
  images_per_s: 'throughput',
  frames_per_s: 'throughput',
  optimal_tokens_per_s_per_gpu: 'throughput',
  prefill_tokens_per_s: 'prefillThroughput',
  ttft_s: 'timeToFirstToken',
  ttft_reduction: 'timeToFirstToken',
  prefill_latency_s: 'timeToFirstToken',
  prefill_latency_min: 'timeToFirstToken',
  prefill_s_per_batch: 'timeToFirstToken',
  latency_s_per_token: 'interToken',
  latency_ms_per_token: 'interToken',
  decode_ms_per_token: 'interToken',
  latency_reduction_per_token: 'interToken',
  latency_s: 'endToEnd',
  kernel_speedup: 'kernel',
  ffn_step2_time_us: 'kernel',
  iteration_latency_ms: 'step',
  io_latency_ms_per_token: 'step',
  prefill_ms_per_token: 'step',
  image_encode_s: 'step',
  speedup_drafting_stage: 'step',
  decode_to_prefill_cost_ratio: 'step',
  memory_reduction: 'memory',
  memory_reduction_params: 'memory',
  memory_reduction_activation: 'memory',
  gpu_memory_gb: 'memory',
  gpu_memory_needed_gb: 'memory',
  memory_gb_per_device: 'memory',
  peak_memory_mb: 'memory',
  peak_memory_gb: 'memory',
  model_size_reduction: 'memory',
  kv_budget_reduction: 'memory',
  memory_bandwidth_gb_s: 'memory',
  fits_in_memory: 'fits',
  energy_j_per_token: 'energy',
  energy_reduction: 'energy',
  energy_efficiency: 'energy',
  cost_reduction: 'cost',
  cost_efficiency: 'cost',
  cost_ratio: 'cost',
  training_cost_reduction: 'cost',
  training_cost_tokens_b: 'cost',
  throughput_per_dollar: 'cost',
  tail_latency_reduction: 'tailLatency',
  p99_over_mean_latency: 'tailLatency',
  sustained_request_rate: 'requestRate',
};

type Measured = Pick<PerformanceRow, 'value' | 'unit'>;

/** Into ratios above 1 for better, or SI. Null for what has no place in the table: a saving in bytes or seconds without its whole. */
function measured(row: Record<string, string>): Measured | null {
  const value = number(row.value);
  if (value === null) return null;
  const reduction = /reduction/.test(row.metric ?? '');
  switch (row.unit) {
    case 'x':
      return { value, unit: 'x' };
    case '% gain':
      return { value: round(1 + value / 100), unit: 'x' };
    case '%':
      return reduction && value < 100 ? { value: round(1 / (1 - value / 100)), unit: 'x' } : null;
    case 's':
      return reduction ? null : { value, unit: 's' };
    case 'min':
      return { value: value * 60, unit: 's' };
    case 'ms':
      return { value: round(value / 1e3), unit: 's' };
    case 'us':
      return { value: round(value / 1e6), unit: 's' };
    case 'GB':
      return reduction ? null : { value: Math.round(value * 1e9), unit: 'bytes' };
    case 'MB':
      return { value: Math.round(value * 1e6), unit: 'bytes' };
    case 'GB/s':
      return { value: Math.round(value * 1e9), unit: 'bytes/s' };
    case 'tok/s':
      return { value, unit: 'tokens/s' };
    case 'img/s':
      return { value, unit: 'images/s' };
    case 'FPS':
      return { value, unit: 'frames/s' };
    case 'J':
      return { value, unit: 'J' };
    case 'B tokens':
      return { value: value * 1e9, unit: 'tokens' };
    case 'bool':
      return { value, unit: 'yes/no' };
    default:
      return null;
  }
}

function round(value: number): number {
  return Number(value.toPrecision(6));
}

/** The place of the figure; where it was read only in a copy or in notes, that is a secondary source and said so. */
function sourceOf(row: Record<string, string>): string {
  const cleaned = (row.source ?? '')
    .replace(/\s*\((full text in (a repo|repos)|copy|copies|repo|page)\)/g, '')
    .replace(/, (?:full text in a repo|via notes(?: on the paper)?)|\(notes on the paper\)/g, ' (secondary)')
    .trim();
  return cleaned === 'abstract' ? `${row.paper_id}, abstract` : cleaned;
}

function convert(row: Record<string, string>): PerformanceRow | null {
  const what = measured(row);
  const metric =
    row.metric === 'speedup_latency' || row.metric === 'latency_reduction'
      ? latencyMetric(row.phase ?? '')
      : METRIC[row.metric ?? ''];
  if (!what || !metric) return null;
  return {
    row: number(row.row_id),
    paper: row.is_seed_paper === 'yes' ? (row.paper_id ?? '') : null,
    technique: techniqueOf(row),
    family: familyOf(row),
    variant: row.variant ?? '',
    model: row.model ?? '',
    billionParameters: number(row.params_b),
    device: deviceOf(row.hardware ?? ''),
    hardware: row.hardware ?? '',
    devices: number(row.n_devices),
    batch: row.batch === 'max' ? 'max' : number(row.batch),
    input: number(row.input_len),
    output: number(row.output_len),
    task: row.task_dataset ?? '',
    baseline: (row.baseline ?? '').replace('(absolute)', '').replace(/^\(absolute, (.*)\)$/, '$1'),
    baselineClass: CLASSES[row.baseline_class ?? ''] ?? 'unstated',
    metric,
    ...what,
    kind: KINDS[row.value_kind ?? ''] ?? 'single',
    source: sourceOf(row),
    derived: row.confidence === 'derived',
    inferred: (row.inferred_fields ?? '')
      .split(/,|\(|\)/)
      .map((field) => field.trim())
      .filter((field) => /^(batch|hardware|model|model sizes|params_b|input_len)$/.test(field)),
  };
}

function quality(row: Record<string, string>) {
  return {
    row: number(row.row_id),
    paper: row.is_seed_paper === 'yes' ? (row.paper_id ?? '') : null,
    technique: techniqueOf(row),
    family: familyOf(row),
    variant: row.variant ?? '',
    model: row.model ?? '',
    billionParameters: number(row.params_b),
    task: row.task_dataset ?? '',
    metric: row.metric ?? '',
    value: number(row.value),
    unit: row.unit ?? '',
    source: sourceOf(row),
  };
}

/** One row a line, so that a change shows as one. */
function write(file: string, records: readonly object[]): void {
  const columns = Object.keys(records[0] ?? {});
  const lines = records.map((record) => `    ${JSON.stringify(Object.values(record))}`);
  const body = `{\n  "columns": ${JSON.stringify(columns)},\n  "rows": [\n${lines.join(',\n')}\n  ]\n}\n`;
  writeFileSync(join(ROOT, 'src/techniques', file), body);
  console.log(`${file}: ${records.length} rows`);
}

if (!existsSync(SOURCE)) {
  console.log(`${SOURCE} is not there: nothing changed.`);
} else {
  const rows = readCsv(readFileSync(SOURCE, 'utf8'));
  const speed = rows.filter(
    (row) =>
      SPEED_ROWS.has(row.row_type ?? '') &&
      !NOT_INFERENCE.has(row.paper_id ?? '') &&
      row.phase !== 'training',
  );
  const converted = speed.map(convert).filter((row) => row !== null);
  write('performance.json', converted);
  write('qualityResults.json', rows.filter((row) => row.row_type === 'quality').map(quality));
  console.log(`${speed.length - converted.length} of ${speed.length} rows have no place in the table`);
}
