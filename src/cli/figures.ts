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
  const made = throughput.images ?? throughput.videos;
  const verdict = memory.fits
    ? ['fits', formatSequences(memory.maxConcurrency)].filter((part) => part !== null).join(', ')
    : 'does not fit';
  if (made !== undefined) {
    const what = throughput.images === undefined ? 'videos' : 'images';
    const fits = memory.fits ? `fits, up to ${formatInteger(memory.maxConcurrency)} at once` : verdict;
    return [
      `a step       ${bound.decode}-bound`,
      `throughput   ${formatSignificant(made)} ${what}/s`,
      `memory       ${formatBytes(memory.perDevice)} of ${formatBytes(memory.capacityPerDevice)} a device · ${fits}`,
    ];
  }
  const { total, perSequence, prefill, sequences } = throughput;
  const { interToken } = latency;
  const generates = total !== null && total > 0;
  return [
    `first token  ${bandText(latency.timeToFirstToken)} · ${bound.prefill}-bound`,
    ...(generates && interToken ? [`per token    ${bandText(interToken)} · ${bound.decode}-bound`] : []),
    generates
      ? `throughput   ${formatSignificant(total)} tok/s, ${formatSignificant(perSequence ?? 0)} a sequence`
      : `throughput   ${formatSignificant(prefill ?? 0)} prompt tok/s${sequences === undefined ? '' : `, ${formatSignificant(sequences)} sequences/s`}`,
    `memory       ${formatBytes(memory.perDevice)} of ${formatBytes(memory.capacityPerDevice)} a device · ${verdict}`,
  ];
}

/** The question as understood, in a line or two. */
export function scenarioLines(scenario: ScenarioSummary): string[] {
  const load =
    scenario.requestRate === null
      ? `${formatInteger(scenario.concurrency)} at once`
      : `${formatSignificant(scenario.requestRate)} requests/s (${formatSignificant(scenario.concurrency)} at once)`;
  const asked =
    scenario.size === undefined
      ? `${formatInteger(scenario.input)} + ${formatInteger(scenario.output)} tokens`
      : `${scenario.size}${(scenario.frames ?? 1) > 1 ? `, ${formatInteger(scenario.frames ?? 1)} frames` : ''}, ${formatInteger(scenario.steps ?? 0)} steps`;
  const techniques = scenario.techniques.length > 0 ? `, with ${scenario.techniques.join(' + ')}` : '';
  return wrap(
    `${scenario.model} (${scenario.weights}) on ${machine(scenario)}, ${scenario.engine}, ${load}, ${asked}${techniques}`,
    TERMINAL_WIDTH,
  );
}

/** A fleet is named by all of its devices, each with its number; no id of a device has a space. */
function machine({ hardware, devices }: ScenarioSummary): string {
  return hardware.includes(' ') ? hardware : `${devices} × ${hardware}`;
}
