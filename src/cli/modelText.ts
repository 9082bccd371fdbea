import type { Advice, Recommendation } from '../advisor/advice';
import type { EstimateAnswer } from '../advisor/estimateAnswer';
import type { Inspection } from '../advisor/inspection';
import {
  formatBinaryBytes,
  formatBytes,
  formatInteger,
  formatRatio,
  formatSeconds,
  formatSignificant,
} from '../units/format';
import type { Band, Warning } from '../units/quantities';
import { bandBar, table } from './table';

const BAR_WIDTH = 28;

export function inspectionText({ model, warnings }: Inspection): string {
  const parts = Object.entries(model.parametersByPart).filter(([, count]) => count > 0);
  return [
    `${model.name} · ${model.architecture}${model.exact ? '' : ' · not exact, see below'}`,
    `${formatInteger(model.totalParameters)} parameters, ${formatInteger(model.activeParameters)} active a token`,
    ...parts.map(([part, count]) => `  ${part.padEnd(12)} ${formatInteger(count)}`),
    `weights ${formatBytes(model.weightBytes)} as ${model.weightFormat}`,
    `KV cache ${formatBinaryBytes(model.kvCacheBytesPerToken)} a token (${model.attention}), ${model.layers} layers`,
    ...(model.stateBytesPerSequence > 0
      ? [`state ${formatBytes(model.stateBytesPerSequence)} a sequence`]
      : []),
    ...(model.maxContext === null ? [] : [`context up to ${formatInteger(model.maxContext)} tokens`]),
    ...warningLines(warnings),
    '',
  ].join('\n');
}

function bandText(band: Band, format: (value: number) => string): string {
  return `${format(band.p50)}  (${format(band.p10)} – ${format(band.p90)})`;
}

/** The four figures that open every answer: first token, per token, throughput, memory. */
function figures(answer: Pick<EstimateAnswer, 'latency' | 'throughput' | 'memory' | 'bound'>): string[] {
  const { latency, throughput, memory, bound } = answer;
  const verdict = memory.fits
    ? `fits, up to ${formatInteger(memory.maxConcurrency)} such sequences`
    : 'does not fit';
  return [
    `first token  ${bandText(latency.timeToFirstToken, formatSeconds)} · ${bound.prefill}-bound`,
    `per token    ${bandText(latency.interToken, formatSeconds)} · ${bound.decode}-bound`,
    `throughput   ${formatSignificant(throughput.total)} tok/s, ${formatSignificant(throughput.perSequence)} a sequence`,
    `memory       ${formatBytes(memory.perDevice)} of ${formatBytes(memory.capacityPerDevice)} a device · ${verdict}`,
  ];
}

export function estimateText(answer: EstimateAnswer): string {
  const { scenario, calibration } = answer;
  return [
    scenarioLine(scenario),
    ...figures(answer),
    `end to end   ${bandText(answer.latency.endToEnd, formatSeconds)} · calibration: ${calibration.basis}, ${calibration.rows} rows`,
    ...(answer.terms
      ? [
          '',
          table(
            ['term', 'time', 'bytes', 'formula'],
            answer.terms.map((term) => [
              term.id,
              formatSeconds(term.seconds),
              formatBytes(term.bytes),
              term.formula,
            ]),
          ).trimEnd(),
        ]
      : []),
    ...warningLines(answer.warnings),
    '',
  ].join('\n');
}

function scenarioLine(scenario: Advice['scenario']): string {
  const load =
    scenario.requestRate === null ? `${scenario.concurrency} at once` : `${scenario.requestRate} requests/s`;
  return `${scenario.model} (${scenario.weights}) on ${scenario.devices} × ${scenario.hardware}, ${scenario.engine}, ${load}, ${scenario.input} + ${scenario.output} tokens`;
}

export function adviceText(advice: Advice, verbose: boolean): string {
  const most = Math.max(2, ...advice.recommendations.map((entry) => entry.speedup.p90));
  const axis = { from: 0.8, to: most };
  return [
    scenarioLine(advice.scenario),
    ...figures(advice.baseline),
    '',
    advice.recommendations.length === 0
      ? 'nothing in the catalogue would help here'
      : table(
          [
            '',
            'technique',
            `${axis.from}× … ${formatRatio(most)}`.padEnd(BAR_WIDTH),
            'gain',
            'memory',
            'quality',
          ],
          advice.recommendations.map((entry) => [
            String(entry.rank),
            entry.title,
            bandBar(entry.speedup, axis, BAR_WIDTH),
            formatRatio(entry.speedup.p50),
            signedBytes(entry.memoryChange),
            entry.quality.lossless ? 'lossless' : `${entry.quality.risk} risk`,
          ]),
        ).trimEnd(),
    ...(verbose ? advice.recommendations.flatMap(detail) : []),
    '',
    ...(verbose
      ? ['not here, and why', ...advice.rejected.map((entry) => `  ${entry.technique}: ${entry.reason}`)]
      : [
          `${advice.rejected.length} techniques do not help here; --verbose says why, and shows the evidence`,
        ]),
    ...warningLines(advice.warnings),
    '',
  ].join('\n');
}

function signedBytes(change: number): string {
  if (change === 0) return '0';
  return `${change < 0 ? '−' : '+'}${formatBytes(Math.abs(change))}`;
}

function detail(entry: Recommendation): string[] {
  return [
    '',
    `${entry.rank} ${entry.title}`,
    `  ${entry.why}`,
    ...entry.settings.map((setting) => `  setting: ${setting.setting} (${setting.engine})`),
    ...entry.needs.map((need) => `  needs: ${need}`),
    `  quality: ${entry.quality.note}`,
    ...entry.evidence.map(
      (item) =>
        `  evidence: ${item.title}: ${formatSignificant(item.value)} ${item.metric}, ${item.conditions} (distance ${item.distance.toFixed(2)})`,
    ),
    ...(entry.benchmark === null ? [] : [`  to narrow the band: ${entry.benchmark}`]),
  ];
}

function warningLines(warnings: readonly Warning[]): string[] {
  return warnings.length === 0 ? [] : ['', ...warnings.map((warning) => `warning: ${warning.message}`)];
}
