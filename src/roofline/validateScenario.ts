import type { Scenario } from './scenario';
import { ScenarioError } from './scenarioError';

/** Past these, a question is a slip of the keyboard: no deployment is near them. */
const MOST_TOKENS = 1e8;
const MOST_SEQUENCES = 1e6;
/** One request in eleven days. */
const LEAST_RATE = 1e-6;
const MOST_DEVICES = 65536;

/**
 * Refuses nonsense before anything is reckoned.
 *
 * @throws ScenarioError with a code by kind of fault and a message for a person.
 */
export function validateScenario(scenario: Scenario): void {
  const { model, workload, device, devices, setup } = scenario;
  if (!model.groups.some((group) => group.indices.length > 0)) {
    throw new ScenarioError('no-layers', `${model.name || 'The model'} has no layers.`);
  }
  length('input', workload.inputTokens, 0);
  length('output', workload.outputTokens, 0);
  length('shared prefix', workload.sharedPrefixTokens, 0);
  if (
    !Number.isInteger(workload.concurrency) ||
    workload.concurrency < 1 ||
    workload.concurrency > MOST_SEQUENCES
  ) {
    throw new ScenarioError(
      'bad-batch',
      `Concurrency is ${workload.concurrency}; it must be a whole number from 1 to ${MOST_SEQUENCES}.`,
    );
  }
  const rate = workload.requestRate;
  if (rate !== null && !(rate >= LEAST_RATE && rate <= 1e6)) {
    throw new ScenarioError(
      'bad-rate',
      `The request rate is ${rate}; it must be above 0 (a millionth at the least) and at most 1,000,000 a second.`,
    );
  }
  if (!Number.isInteger(workload.images) || workload.images < 0 || workload.images > 1e5) {
    throw new ScenarioError(
      'bad-length',
      `${workload.images} images in a prompt; it must be a whole number from 0 to 100,000.`,
    );
  }
  if (!Number.isInteger(devices) || devices < 1 || devices > MOST_DEVICES) {
    throw new ScenarioError(
      'bad-devices',
      `${devices} devices; it must be a whole number from 1 to ${MOST_DEVICES}.`,
    );
  }
  if (!(device.memory > 0) || !(device.bandwidth > 0)) {
    throw new ScenarioError('bad-device', `${device.name} has no memory size or bandwidth.`);
  }
  if (!(setup.memoryFraction > 0 && setup.memoryFraction <= 1)) {
    throw new ScenarioError(
      'bad-setup',
      `The memory fraction is ${setup.memoryFraction}; it must be above 0 and at most 1.`,
    );
  }
  if (!(setup.maxSequences >= 1) || !(setup.maxBatchedTokens >= 1)) {
    throw new ScenarioError('bad-setup', 'The engine must take at least one sequence and one token a step.');
  }
  if (setup.maxModelLength !== null) length('longest sequence', setup.maxModelLength, 1);
  for (const [name, value] of Object.entries(scenario.modifiers)) {
    if (typeof value === 'number' && !(value >= 0 && value <= 1e3)) {
      throw new ScenarioError('bad-modifier', `The factor ${name} is ${value}; it must be from 0 to 1,000.`);
    }
  }
  const speculation = scenario.modifiers.speculation;
  if (
    speculation &&
    !(speculation.draftTokens >= 1 && speculation.tokensPerPass >= 1 && speculation.draftCost >= 0)
  ) {
    throw new ScenarioError(
      'bad-modifier',
      'Speculation drafts at least one token and emits at least one a pass.',
    );
  }
}

/**
 * Refuses what is known of models that make tokens only: techniques, and searches over their settings.
 *
 * @throws ScenarioError `unsupported-kind` for networks that make pictures.
 */
export function refusePictures({ model }: Scenario): void {
  if (model.kind !== 'diffusion') return;
  throw new ScenarioError(
    'unsupported-kind',
    'No technique was measured on networks that make pictures or videos: there is no advice on them. Their time and memory are what estimate gives.',
  );
}

function length(name: string, value: number, least: number): void {
  if (Number.isInteger(value) && value >= least && value <= MOST_TOKENS) return;
  throw new ScenarioError(
    'bad-length',
    `The ${name} length is ${value} tokens; it must be a whole number from ${least} to ${MOST_TOKENS}.`,
  );
}
