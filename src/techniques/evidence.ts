import { findDevice } from '../hardware/catalogue';
import { totalParameters } from '../model/count';
import type { Scenario } from '../roofline/scenario';
import { formatInteger } from '../units/format';
import { allTechniques } from './catalogue';
import { weightBytesPerDevice } from './facts';
import { measurements } from './measurements';
import { findPaper } from './papers';
import { performanceRows, type PerformanceRow } from './performance';
import { sharedTerms } from './terms';
import type { Technique } from './technique';

/** A reported figure and how far its case lies from a scenario; the shape that advice carries. */
export interface EvidenceRow {
  /** Paper id, or null for a measurement. */
  paper: string | null;
  source: string;
  title: string;
  value: number;
  metric: string;
  conditions: string;
  /** 0: this very case; 1: another world. */
  distance: number;
}

/** Distances of what does not match; they add up, and 1 is as far as it goes. Chosen by judgement, not fitted. */
const FAR = {
  otherTechniqueOfFamily: 0.3,
  otherTechniqueOfTerm: 0.5,
  unknown: 0.06,
  /** For each doubling between the two. */
  modelDoubling: 0.04,
  batchDoubling: 0.03,
  lengthDoubling: 0.015,
  /** Most that one of these may add. */
  most: 0.2,
  otherDevice: 0.06,
  otherKindOfDevice: 0.2,
  maximum: 0.08,
  range: 0.03,
  kernelOnly: 0.15,
  inferredField: 0.02,
};

const BASELINE_FAR: Record<PerformanceRow['baselineClass'], number> = {
  engine: 0,
  dense: 0.02,
  method: 0.08,
  unstated: 0.1,
  naive: 0.15,
  'naive-offload': 0.4,
  absolute: 1,
};

/**
 * The reported figures nearest to a scenario for a technique, nearest first, at least one: of the technique itself, else of its
 * family, else of techniques that change the same terms. Weak baselines lie far away unless the scenario is as weak.
 */
export function nearestEvidence(technique: Technique, scenario: Scenario, most: number): EvidenceRow[] {
  const rows = comparable();
  const own = rows.filter((row) => row.technique === technique.id);
  const pool = own.length > 0 ? own : kin(technique, rows);
  return pool
    .map((row) => ({ row, distance: distanceOf(row, technique, scenario) }))
    .sort((a, b) => a.distance - b.distance || (a.row.row ?? 0) - (b.row.row ?? 0))
    .slice(0, Math.max(1, most))
    .map(({ row, distance }) => present(row, distance));
}

let ratios: readonly PerformanceRow[] | undefined;

/** Rows that say how much better something is, not how fast it is. */
function comparable(): readonly PerformanceRow[] {
  ratios ??= [...measurements(), ...performanceRows()].filter(
    (row) => row.unit === 'x' && row.technique !== null && row.metric !== 'step',
  );
  return ratios;
}

function kin(technique: Technique, rows: readonly PerformanceRow[]): readonly PerformanceRow[] {
  const family = rows.filter((row) => row.family === technique.family);
  if (family.length > 0) return family;
  const related = new Set(
    allTechniques()
      .filter((other) => sharedTerms(other, technique).length > 0)
      .map((other) => other.id),
  );
  const ofTerm = rows.filter((row) => row.technique !== null && related.has(row.technique));
  return ofTerm.length > 0 ? ofTerm : rows;
}

function distanceOf(row: PerformanceRow, technique: Technique, scenario: Scenario): number {
  const { workload, model } = scenario;
  const context = workload.inputTokens + workload.outputTokens;
  const rowContext = row.input === null ? null : row.input + (row.output ?? 0);
  const parts = [
    kinship(row, technique),
    doublings(row.billionParameters, totalParameters(model) / 1e9, FAR.modelDoubling),
    doublings(row.batch === 'max' ? BATCH_AT_MOST : row.batch, workload.concurrency, FAR.batchDoubling),
    doublings(rowContext, context, FAR.lengthDoubling),
    hardwareFar(row, scenario),
    baselineFar(row, scenario),
    row.kind === 'up-to' || row.kind === 'high' ? FAR.maximum : row.kind === 'low' ? FAR.range : 0,
    row.metric === 'kernel' ? FAR.kernelOnly : 0,
    row.inferred.length * FAR.inferredField,
  ];
  return Math.min(1, Math.round(parts.reduce((sum, part) => sum + part, 0) * 1000) / 1000);
}

/** “As many as fit” on the devices of these papers: 64 to 256 sequences. */
const BATCH_AT_MOST = 128;

function kinship(row: PerformanceRow, technique: Technique): number {
  if (row.technique === technique.id) return 0;
  return row.family === technique.family ? FAR.otherTechniqueOfFamily : FAR.otherTechniqueOfTerm;
}

function doublings(theirs: number | null, ours: number, each: number): number {
  if (theirs === null || ours <= 0) return FAR.unknown;
  return Math.min(FAR.most, each * Math.abs(Math.log2(theirs / ours)));
}

function hardwareFar(row: PerformanceRow, { device }: Scenario): number {
  if (row.device === device.id) return 0;
  const theirs = row.device === null ? null : findDevice(row.device);
  if (theirs === null || theirs.device === null) {
    return row.hardware === '' ? FAR.unknown : FAR.otherKindOfDevice;
  }
  return kindOf(theirs.device.class) === kindOf(device.class) ? FAR.otherDevice : FAR.otherKindOfDevice;
}

function kindOf(deviceClass: Scenario['device']['class']): string {
  return /gpu/.test(deviceClass) && deviceClass !== 'integrated-gpu' ? 'gpu' : deviceClass;
}

function baselineFar(row: PerformanceRow, scenario: Scenario): number {
  const sameWeakness =
    (row.baselineClass === 'naive' && scenario.setup.engine === 'transformers') ||
    (row.baselineClass === 'naive-offload' && weightBytesPerDevice(scenario) > scenario.device.memory);
  return sameWeakness ? 0 : BASELINE_FAR[row.baselineClass];
}

function present(row: PerformanceRow, distance: number): EvidenceRow {
  const paper = row.paper === null ? null : findPaper(row.paper);
  return {
    paper: row.paper,
    source: paper ? `arXiv:${paper.arxiv}; ${row.source}` : row.source,
    title: paper?.title ?? row.source,
    value: row.value,
    metric: row.metric,
    conditions: conditionsOf(row),
    distance,
  };
}

/** The case in a line: Vicuna-7B on A100 80GB, batch 1, 1,024 + 512 tokens, against HF transformers (weak baseline), up to. */
function conditionsOf(row: PerformanceRow): string {
  const weak = row.baselineClass === 'naive' || row.baselineClass === 'naive-offload';
  const parts = [
    [row.model, row.hardware && `on ${row.hardware}`].filter(Boolean).join(' '),
    row.variant,
    row.devices !== null && row.devices > 1 ? `${row.devices} devices` : '',
    row.batch === null ? '' : row.batch === 'max' ? 'largest batch that fits' : `batch ${row.batch}`,
    row.input === null
      ? ''
      : `${formatInteger(row.input)}${row.output === null ? '' : ` + ${formatInteger(row.output)}`} tokens`,
    row.task,
    row.baseline && `against ${row.baseline}${weak ? ' (weak baseline)' : ''}`,
    row.kind === 'single' || row.kind === 'average' ? '' : row.kind.replace('-', ' '),
  ];
  return parts.filter(Boolean).join(', ');
}
