import type { Evidence, Recommendation } from '../../src/advisor/advice';
import type { PanelChoices } from '../../src/protocol/panelProtocol';
import { formatRatio, formatSignificant } from '../../src/units/format';

type Metric = Recommendation['speedup']['metric'];

const METRIC: Record<Metric, string> = {
  endToEnd: 'faster whole answer',
  interToken: 'faster per token',
  timeToFirstToken: 'faster to the first token',
  throughput: 'more tokens a second',
};

export function metricText(metric: Metric): string {
  return METRIC[metric];
}

/** "stack · quantisation, speculation", or the family alone; empty where the catalogue has no name for it. */
export function familyText(techniques: readonly string[], choices: PanelChoices): string {
  const families = techniques.flatMap(
    (id) => choices.techniques.find((each) => each.id === id)?.family ?? [],
  );
  const distinct = [...new Set(families)].map((family) => family.replace(/-/g, ' ')).join(', ');
  return techniques.length > 1 ? ['stack', ...(distinct === '' ? [] : [distinct])].join(' · ') : distinct;
}

export function techniqueTitle(id: string, choices: PanelChoices): string {
  return choices.techniques.find((each) => each.id === id)?.title ?? id;
}

/** What becomes of the output, in two words. */
export function qualityText({ lossless, risk }: Recommendation['quality']): string {
  if (lossless) return 'lossless';
  return risk === 'none' ? 'near lossless' : `${risk} risk`;
}

/** "2 papers · 1 run": runs are measurements that somebody published, or that were made here. */
export function evidenceCount(evidence: readonly Evidence[]): string {
  const papers = new Set(evidence.flatMap((entry) => entry.paper ?? [])).size;
  const measurements = evidence.filter((entry) => entry.paper === null).length;
  const parts = [
    ...(papers > 0 ? [`${papers} ${papers === 1 ? 'paper' : 'papers'}`] : []),
    ...(measurements > 0 ? [`${measurements} ${measurements === 1 ? 'run' : 'runs'}`] : []),
  ];
  return parts.length > 0 ? parts.join(' · ') : 'no evidence';
}

const KNOWN_RESULTS: Readonly<Record<string, string>> = {
  endToEnd: 'whole answer',
  interToken: 'per token',
  timeToFirstToken: 'first token',
  throughput: 'throughput',
  speedup: 'speed-up',
  speedup_latency: 'latency',
  speedup_throughput: 'throughput',
  kernel_speedup: 'kernel alone',
};

/** "1.80× latency" for ratios; a metric that is no ratio keeps its own name: "64.2 accuracy delta". */
export function evidenceResult({ value, metric }: Pick<Evidence, 'value' | 'metric'>): string {
  const known = KNOWN_RESULTS[metric];
  if (known !== undefined) return `${formatRatio(value)} ${known}`;
  return `${formatSignificant(value)} ${metric.replace(/[_-]+/g, ' ')}`;
}

export type Nearness = 'near' | 'related' | 'far';

/** How far evidence is from this case, in a word; the borders are thirds of the way to another world. */
export function nearness(distance: number): Nearness {
  if (distance <= 1 / 3) return 'near';
  return distance <= 2 / 3 ? 'related' : 'far';
}

/** What identifies a recommendation from one answer to the next. */
export function recommendationKey({ techniques }: Pick<Recommendation, 'techniques'>): string {
  return techniques.join('+');
}
