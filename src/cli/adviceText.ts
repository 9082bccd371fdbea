import type { Advice, Recommendation } from '../advisor/advice';
import { formatBytes, formatRatio, formatSignificant } from '../units/format';
import { bandBar } from './bandBar';
import { figures, scenarioLines } from './figures';
import { table } from './table';
import { warningLines } from './warningLines';
import { page, paragraph } from './wrap';

const BAR_WIDTH = 24;
/** What bar, gain, memory and quality leave of a terminal's width. */
const TITLE_WIDTH = 32;
/** A little below no gain at all, so that bands that reach below it show. */
const AXIS_FROM = 0.8;
const AXIS_LEAST = 2;

const METRIC: Record<Recommendation['speedup']['metric'], string> = {
  endToEnd: 'end to end',
  interToken: 'per token',
  timeToFirstToken: 'first token',
  throughput: 'throughput',
};

/** Advice for a terminal: the four figures, then a row for each recommendation; the evidence and the refusals when asked for. */
export function adviceText(advice: Advice, verbose: boolean): string {
  return page([
    ...scenarioLines(advice.scenario),
    ...figures(advice.baseline),
    '',
    ...(advice.recommendations.length === 0 ? [nothing(advice)] : [rows(advice.recommendations)]),
    ...(verbose ? advice.recommendations.flatMap(detail) : []),
    '',
    ...(verbose
      ? [
          'not recommended here, and why',
          ...advice.rejected.flatMap((entry) => paragraph(`  ${entry.technique}: `, entry.reason)),
          '',
          ...refusedStacks(advice),
          ...paragraph('learned part: ', advice.selector.method),
        ]
      : [
          `${advice.rejected.length} techniques are not recommended here; --verbose says why, and shows the evidence`,
        ]),
    ...warningLines(advice.warnings),
  ]);
}

function refusedStacks({ refusedStacks: refused }: Advice): string[] {
  if (refused.length === 0) return [];
  return [
    'cannot be had together, and why',
    ...refused.flatMap((entry) => paragraph(`  ${entry.techniques.join(' + ')}: `, entry.reason)),
    '',
  ];
}

function nothing({ baseline }: Advice): string {
  return baseline.memory.fits
    ? 'nothing in the catalogue would help here'
    : 'nothing in the catalogue makes it fit here: more devices, or a smaller model';
}

function rows(recommendations: readonly Recommendation[]): string {
  const most = Math.max(AXIS_LEAST, ...recommendations.map((entry) => entry.speedup.p90));
  const metric = recommendations[0]?.speedup.metric ?? 'endToEnd';
  return table(
    [
      '',
      'technique',
      `${AXIS_FROM}× … ${formatRatio(most)}`.padEnd(BAR_WIDTH),
      METRIC[metric],
      'memory',
      'quality',
    ],
    recommendations.map((entry) => [
      String(entry.rank),
      entry.title,
      bandBar(entry.speedup, { from: AXIS_FROM, to: most }, BAR_WIDTH),
      formatRatio(entry.speedup.p50),
      signedBytes(entry.memoryChange),
      entry.quality.lossless ? 'lossless' : `${entry.quality.risk} risk`,
    ]),
    [undefined, TITLE_WIDTH],
  ).trimEnd();
}

function signedBytes(change: number): string {
  if (change === 0) return '0';
  return `${change < 0 ? '−' : '+'}${formatBytes(Math.abs(change))}`;
}

function detail(entry: Recommendation): string[] {
  const { p10, p50, p90 } = entry.speedup;
  return [
    '',
    ...paragraph(`${entry.rank} `, entry.title),
    `  ${formatRatio(p50)} (${formatRatio(p10)} – ${formatRatio(p90)}) ${METRIC[entry.speedup.metric]}`,
    ...paragraph('  ', entry.why),
    // Settings and commands are copied: they stay in one line, however long.
    ...entry.settings.map((setting) => `  setting: ${setting.setting}`),
    ...entry.needs.flatMap((need) => paragraph('  needs: ', need)),
    ...paragraph('  quality: ', entry.quality.note),
    ...entry.evidence.flatMap((item) =>
      paragraph(
        '  evidence: ',
        `${formatSignificant(item.value)}× ${METRIC_OF_EVIDENCE[item.metric] ?? item.metric}: ${item.title}; ${item.conditions} (distance ${item.distance.toFixed(2)})`,
      ),
    ),
    ...(entry.benchmark === null ? [] : [`  to narrow the band: ${entry.benchmark}`]),
    ...(entry.decision === null
      ? []
      : [
          ...paragraph('  its band overlaps that of ', `${entry.decision.title}, the next in rank`),
          `  to decide between them: ${entry.decision.command}`,
        ]),
  ];
}

const METRIC_OF_EVIDENCE: Readonly<Record<string, string>> = METRIC;
