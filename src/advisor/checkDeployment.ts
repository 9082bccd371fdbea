import { shortName } from '../hardware/shortName';
import type { Deployment } from '../deployment/deployment';
import { estimate } from '../roofline/estimateScenario';
import type { Scenario } from '../roofline/scenario';
import type { Range } from '../syntax/range';
import { formatBytes, formatInteger, formatSignificant } from '../units/format';

/** A change of one setting that would cure a finding. */
export interface SettingFix {
  title: string;
  setting: string;
  value: string | number | boolean;
}

export interface Finding {
  code: 'memory-exceeded' | 'length-exceeds-model';
  severity: 'error' | 'warning' | 'information';
  message: string;
  range: Range;
  fixes: readonly SettingFix[];
}

/** Shorter contexts than this are no use to anybody: below it no length is proposed. */
const SHORTEST_USEFUL_CONTEXT = 1024;
/** Lengths are proposed in round numbers a person would write. */
const ROUND_TO = 1000;

/**
 * Whether a deployment holds what it promises: an engine such as vLLM refuses to start when one sequence of the longest length it was
 * told to accept does not fit beside the weights.
 */
export function checkDeployment(deployment: Deployment, scenario: Scenario): Finding[] {
  const limit = scenario.model.maxContext;
  const longest = scenario.setup.maxModelLength ?? limit;
  if (longest === null) return [];
  const findings: Finding[] = [];
  const lengthSetting = deployment.settings['max_model_len'];
  if (limit !== null && longest > limit) {
    findings.push({
      code: 'length-exceeds-model',
      severity: 'warning',
      message: `The model was made for ${formatInteger(limit)} positions; max_model_len asks for ${formatInteger(longest)} tokens.`,
      range: lengthSetting?.range ?? deployment.range,
      fixes: [
        { title: `Set max_model_len to ${formatInteger(limit)}`, setting: 'max_model_len', value: limit },
      ],
    });
  }
  const { memory } = estimate(withOneSequence(scenario, longest));
  if (memory.fits) return findings;
  return [...findings, memoryFinding(deployment, scenario, longest)];
}

function withOneSequence(scenario: Scenario, tokens: number): Scenario {
  return {
    ...scenario,
    workload: {
      ...scenario.workload,
      concurrency: 1,
      requestRate: null,
      inputTokens: Math.max(1, tokens - 1),
      outputTokens: 1,
      sharedPrefixTokens: 0,
    },
  };
}

function memoryFinding(deployment: Deployment, scenario: Scenario, longest: number): Finding {
  const { memory } = estimate(withOneSequence(scenario, longest));
  const { device, setup, devices } = scenario;
  const share = (bytes: number): string => formatSignificant((bytes * memory.perDevice) / memory.total / 1e9);
  const capacity = formatSignificant(memory.capacityPerDevice / 1e9);
  const usable = formatSignificant((memory.capacityPerDevice * setup.memoryFraction) / 1e9);
  const each = devices > 1 ? `on each of ${devices} devices ` : '';
  const fits = longestThatFits(scenario, longest);
  const setting = deployment.settings['max_model_len'];
  return {
    code: 'memory-exceeded',
    severity: 'error',
    message:
      `Does not fit: ${each}weights ${share(memory.weights)} + runtime and activations ${share(memory.runtime + memory.activations)} + one sequence ${share(memory.kvCache)} GB` +
      ` = ${formatBytes(memory.perDevice)}, the ${shortName(device)} has ${capacity} GB` +
      `${setup.memoryFraction < 1 ? ` (${usable} at gpu_memory_utilization ${setup.memoryFraction})` : ''}.`,
    range: setting?.range ?? deployment.range,
    fixes:
      fits === null
        ? []
        : [{ title: `Set --max-model-len to ${formatInteger(fits)}`, setting: 'max_model_len', value: fits }],
  };
}

/** The longest round length with which one sequence fits; null where not even a short one does. */
function longestThatFits(scenario: Scenario, below: number): number | null {
  let low = 0;
  let high = Math.floor((below - 1) / ROUND_TO);
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (estimate(withOneSequence(scenario, middle * ROUND_TO)).memory.fits) low = middle;
    else high = middle - 1;
  }
  const tokens = low * ROUND_TO;
  return tokens >= SHORTEST_USEFUL_CONTEXT && estimate(withOneSequence(scenario, tokens)).memory.fits
    ? tokens
    : null;
}
