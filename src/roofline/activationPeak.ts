import type { Engine } from '../deployment/engine';
import type { Bytes } from '../units/quantities';
import { elementBytes } from '../units/numberFormat';
import type { Lengths } from './lengths';
import type { ModelAggregate } from './modelAggregate';
import { mostStepTokens } from './phase';
import type { Placement } from './placement';
import { workspaceShare } from './runtimeMemory';
import type { Scenario } from './scenario';
import { isPlainScheme, schemeOf } from './tensorStorage';

/** Engines that run a whole prompt at once, however long; the others cut it at `maxBatchedTokens`. */
const WHOLE_PROMPT: ReadonlySet<Engine> = new Set<Engine>(['transformers', 'onnxruntime', 'openvino']);

/**
 * Up to this length a prompt's logits are counted for every token, as a plain forward pass keeps them; past it only for the last,
 * as today's generation loops do, without which long prompts would not fit at all.
 */
const FORWARD_LOGITS = 512;

/**
 * The largest transient of a step on one device: hidden vectors (residual, norm, projections), the widest matrix pair of a
 * layer, and the logits in 32 bits. Serving engines set this aside for their largest step before they size the cache.
 */
export function activationPeak(
  scenario: Scenario,
  model: ModelAggregate,
  placement: Placement,
  lengths: Lengths,
  sequences: number,
): Bytes {
  const { setup } = scenario;
  const element = elementBytes(scenario.model.format);
  const whole = WHOLE_PROMPT.has(setup.engine);
  const tokens = whole ? sequences * lengths.prompt : mostStepTokens(scenario);
  let widest = 0;
  for (const group of model.groups) {
    const ffn =
      group.feedForward.matrices > 0
        ? group.feedForward.edgeElements - scenario.model.hiddenSize * group.feedForward.matrices
        : 0;
    const experts = group.experts
      ? (group.expert.edgeElements - scenario.model.hiddenSize * group.expert.matrices) *
        group.experts.perToken
      : 0;
    widest = Math.max(widest, ffn + experts, group.attention.edgeElements / 2);
  }
  const hidden = 4 * scenario.model.hiddenSize * tokens * element;
  const wide = (widest * tokens * element) / placement.tensor;
  const scores =
    setup.attention === 'eager' && whole
      ? sequences * lengths.prompt * lengths.prompt * heads(scenario) * 6
      : 0;
  const logitRows =
    setup.engine === 'llama.cpp'
      ? tokens
      : whole
        ? sequences * (lengths.prompt <= FORWARD_LOGITS ? lengths.prompt : 1)
        : Math.min(setup.maxSequences, tokens);
  // In the compute format and once more in 32 bits, in which the choice is made.
  const logits = logitRows * scenario.model.vocabularySize * (whole ? element + 4 : 4);
  const scheme = schemeOf(scenario.model, setup.weights);
  const workspace =
    (workspaceShare(setup.engine, scheme && !isPlainScheme(scheme) ? scheme.id : null) * model.storedBytes) /
    (placement.tensor * placement.pipeline);
  return workspace + (whole ? hidden + wide + scores + logits : Math.max(hidden + wide, hidden + logits));
}

function heads(scenario: Scenario): number {
  let most = 0;
  for (const group of scenario.model.groups) {
    const mixer = group.layer.mixer;
    if (mixer.kind === 'attention') most = Math.max(most, mixer.queryHeads);
  }
  return most;
}
