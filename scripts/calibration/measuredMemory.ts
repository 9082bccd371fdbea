import type { Estimate } from '../../src/roofline/estimate';
import type { Scenario } from '../../src/roofline/scenario';
import { readMeasured } from './readCsv';
import { scenarioOf } from './measuredCases';

/** What a measured peak counts: what the process asked for, or all that the device had in use. */
export type PeakKind = 'allocated' | 'used';

export interface MemoryCase {
  id: string;
  engine: string;
  hardware: string;
  family: string;
  model: string;
  scope: string;
  kind: PeakKind;
  scenario: Scenario;
  measured: number;
}

const BYTES: Readonly<Record<string, number>> = {
  GiB: 2 ** 30,
  'GiB(=MB/1024)': 2 ** 30,
  'GB(=MB/1000)': 1e9,
  GB: 1e9,
  GB_printed: 1e9,
};

const KINDS: Readonly<Record<string, PeakKind>> = {
  torch_max_allocated: 'allocated',
  torch_max_allocated_decode: 'allocated',
  torch_max_allocated_generate: 'allocated',
  torch_max_allocated_sum_gpus: 'allocated',
  'gtt_peak+vram_peak (includes ~0.2GiB desktop)': 'used',
  nvml_used: 'used',
  nvml_used_generate: 'used',
  host_max_rss: 'used',
  mlx_peak_memory: 'allocated',
};

const DROPPED = /kv_pool_preallocated|below_weight|suspect_(?!kernel)|conflicting/;

/** Peak-memory rows of throughput.csv as questions; kinds of peak are kept apart. */
export function measuredMemory(): MemoryCase[] {
  const cases: MemoryCase[] = [];
  for (const row of readMeasured('throughput.csv')) {
    if (row.metric !== 'peak_memory_gb' || DROPPED.test(row.flags ?? '')) continue;
    const kind = KINDS[row.metric_scope ?? ''];
    const unit = BYTES[row.unit ?? ''];
    if (!kind || !unit) continue;
    const input = Number(row.input_tokens || '0');
    const output = Number(row.output_tokens || '0');
    const scenario = scenarioOf(row, input, output);
    if (!scenario) continue;
    cases.push({
      id: row.id ?? '',
      engine: scenario.setup.engine,
      hardware: row.hardware ?? '',
      family: row.hw_family ?? '',
      model: row.arch_key ?? '',
      scope: row.metric_scope ?? '',
      kind,
      scenario,
      measured: Number(row.value) * unit,
    });
  }
  return cases;
}

export function predictedPeak(kind: PeakKind, answer: Estimate): number {
  return kind === 'used' ? answer.memory.total : answer.memory.total - answer.memory.runtime;
}

/** Rows of feasibility.csv as questions: did it fit? */
export function measuredFits(): { scenario: Scenario; fits: boolean; hardware: string; label: string }[] {
  const cases = [];
  for (const row of readMeasured('feasibility.csv')) {
    const scenario = scenarioOf(
      { ...row, technique: row.precision === 'int4' ? 'awq' : '', parallelism: '', flags: '' },
      Number(row.input_tokens || '0'),
      Number(row.output_tokens || '0'),
    );
    if (!scenario) continue;
    cases.push({
      scenario,
      fits: row.fits === '1',
      hardware: row.hardware ?? '',
      label: `${row.engine} ${row.arch_key} ${row.precision} ${row.n_devices}× ${row.input_tokens}+${row.output_tokens} b${row.batch}`,
    });
  }
  return cases;
}
