import type { ScenarioSummary } from '../advisor/advice';
import type { EstimateAnswer } from '../advisor/estimateAnswer';
import {
  formatBytes,
  formatInteger,
  formatSeconds,
  formatSequences,
  formatSignificant,
} from '../units/format';
import type { Band } from '../units/quantities';
import { wrap, TERMINAL_WIDTH } from './wrap';

export function bandText(band: Band): string {
  return `${formatSeconds(band.p50)}  (${formatSeconds(band.p10)} – ${formatSeconds(band.p90)})`;
}

/** The four figures that open every answer: first token, per token, throughput, memory. */
export function figures(
  answer: Pick<EstimateAnswer, 'latency' | 'throughput' | 'memory' | 'bound'>,
): string[] {
  const { latency, throughput, memory, bound } = answer;
  const verdict = memory.fits
    ? ['fits', formatSequences(memory.maxConcurrency)].filter((part) => part !== null).join(', ')
    : 'does not fit';
  const generates = throughput.total > 0;
  return [
    `first token  ${bandText(latency.timeToFirstToken)} · ${bound.prefill}-bound`,
    ...(generates ? [`per token    ${bandText(latency.interToken)} · ${bound.decode}-bound`] : []),
    generates
      ? `throughput   ${formatSignificant(throughput.total)} tok/s, ${formatSignificant(throughput.perSequence)} a sequence`
      : `throughput   ${formatSignificant(throughput.prefill)} prompt tok/s`,
    `memory       ${formatBytes(memory.perDevice)} of ${formatBytes(memory.capacityPerDevice)} a device · ${verdict}`,
  ];
}

/** The question as understood, in a line or two. */
export function scenarioLines(scenario: ScenarioSummary): string[] {
  const load =
    scenario.requestRate === null
      ? `${formatInteger(scenario.concurrency)} at once`
      : `${formatSignificant(scenario.requestRate)} requests/s (${formatSignificant(scenario.concurrency)} at once)`;
  const techniques = scenario.techniques.length > 0 ? `, with ${scenario.techniques.join(' + ')}` : '';
  return wrap(
    `${scenario.model} (${scenario.weights}) on ${scenario.devices} × ${scenario.hardware}, ${scenario.engine}, ${load}, ${formatInteger(scenario.input)} + ${formatInteger(scenario.output)} tokens${techniques}`,
    TERMINAL_WIDTH,
  );
}
