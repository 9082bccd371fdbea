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
  const pool = comparable().get(technique.id) ?? kin(technique);
  const here = caseOf(scenario);
  return pool
    .map((row) => ({ row, distance: distanceOf(row, technique, here) }))
    .sort((a, b) => a.distance - b.distance || (a.row.row ?? 0) - (b.row.row ?? 0))
    .slice(0, Math.max(1, most))
    .map(({ row, distance }) => present(row, distance));
}

/** Rows that say how much better something is, not how fast it is, by technique. */
let byTechnique: ReadonlyMap<string, readonly PerformanceRow[]> | undefined;

function comparable(): ReadonlyMap<string, readonly PerformanceRow[]> {
  if (!byTechnique) {
    const found = new Map<string, PerformanceRow[]>();
    for (const row of [...measurements(), ...performanceRows()]) {
      if (row.unit !== 'x' || row.technique === null || row.metric === 'step') continue;
      const rows = found.get(row.technique);
      if (rows) rows.push(row);
      else found.set(row.technique, [row]);
    }
    byTechnique = found;
  }
  return byTechnique;
}

function kin(technique: Technique): readonly PerformanceRow[] {
  const rows = [...comparable().values()].flat();
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

/** What a scenario is compared by, reckoned once for all rows. */
interface Case {
  billionParameters: number;
  batch: number;
  context: number;
  device: Scenario['device'];
  swaps: boolean;
  plain: boolean;
}

function caseOf(scenario: Scenario): Case {
  const { workload, device } = scenario;
  return {
    billionParameters: totalParameters(scenario.model) / 1e9,
    batch: workload.concurrency,
    context: workload.inputTokens + workload.outputTokens,
    device,
    swaps: weightBytesPerDevice(scenario) > device.memory,
    plain: scenario.setup.engine === 'transformers',
  };
}

function distanceOf(row: PerformanceRow, technique: Technique, here: Case): number {
  const theirContext = row.input === null ? null : row.input + (row.output ?? 0);
  const sum =
    kinship(row, technique) +
    doublings(row.billionParameters, here.billionParameters, FAR.modelDoubling) +
    doublings(row.batch === 'max' ? BATCH_AT_MOST : row.batch, here.batch, FAR.batchDoubling) +
    doublings(theirContext, here.context, FAR.lengthDoubling) +
    hardwareFar(row, here.device) +
    baselineFar(row, here) +
    kindFar(row.kind) +
    (row.metric === 'kernel' ? FAR.kernelOnly : 0) +
    row.inferred.length * FAR.inferredField;
  return Math.min(1, Math.round(sum * 1000) / 1000);
}

function kindFar(kind: PerformanceRow['kind']): number {
  if (kind === 'up-to' || kind === 'high') return FAR.maximum;
  return kind === 'low' ? FAR.range : 0;
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

function hardwareFar(row: PerformanceRow, device: Scenario['device']): number {
  if (row.device === device.id) return 0;
  const theirs = row.device === null ? null : kindOfDevice(row.device);
  if (theirs === null) return row.hardware === '' ? FAR.unknown : FAR.otherKindOfDevice;
  return theirs === kindOf(device.class) ? FAR.otherDevice : FAR.otherKindOfDevice;
}

const kinds = new Map<string, string | null>();

function kindOfDevice(id: string): string | null {
  let kind = kinds.get(id);
  if (kind === undefined) {
    const { device } = findDevice(id);
    kind = device ? kindOf(device.class) : null;
    kinds.set(id, kind);
  }
  return kind;
}

function kindOf(deviceClass: Scenario['device']['class']): string {
  return /gpu/.test(deviceClass) && deviceClass !== 'integrated-gpu' ? 'gpu' : deviceClass;
}

function baselineFar(row: PerformanceRow, here: Case): number {
  const asWeak =
    (row.baselineClass === 'naive' && here.plain) || (row.baselineClass === 'naive-offload' && here.swaps);
  return asWeak ? 0 : BASELINE_FAR[row.baselineClass];
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
