import type { Engine } from '../deployment/engine';
import type { Bytes } from '../units/quantities';
import type { Lengths } from './lengths';
import type { ModelAggregate } from './modelAggregate';
import { mostStepTokens } from './phase';
import type { Placement } from './placement';
import { isUncut } from './promptPieces';
import { workingMemory } from './runtimeMemory';
import type { Scenario } from './scenario';
import { isPlainScheme, schemeOf } from './tensorStorage';
import { workingElement } from './workingElement';

/** Engines that run a whole prompt at once, however long; the others cut it at `maxBatchedTokens`. */
const WHOLE_PROMPT: ReadonlySet<Engine> = new Set<Engine>(['transformers', 'onnxruntime', 'openvino']);

/** Engines that take no more room than the sequences at hand fill; serving engines set theirs aside for the largest step. */
const AS_LONG_AS_NEEDED: ReadonlySet<Engine> = new Set<Engine>(['llama.cpp', 'mlx']);

/**
 * Bytes of a score of attention that is not fused: written in the compute format and softmaxed in 32 bits; in llama.cpp's one
 * buffer of 32 bits.
 */
const SCORE_WIDTH = 4;

/**
 * The largest transient of a step on one device: a layer at work (residual, norm, projections, the widest matrix pair, scores where
 * attention is not fused, a matrix that is unpacked before it is multiplied), or the logits after the last layer, whichever is
 * more, for they are not there together. It never falls when tokens or sequences are added.
 */
export function activationPeak(
  scenario: Scenario,
  model: ModelAggregate,
  placement: Placement,
  lengths: Lengths,
  sequences: number,
): Bytes {
  const { engine } = scenario.setup;
  const { tensor, pipeline } = placement;
  const element = workingElement(scenario);
  const own = workingMemory(engine);
  const tokens = stepTokens(scenario, lengths, sequences);
  const hidden = 4 * scenario.model.hiddenSize * tokens * element;
  const wide = (widestPair(scenario, model) * tokens * element) / tensor;
  const unpacked = own.unpacks && isQuantised(scenario) ? (model.largestMatrix * element) / tensor : 0;
  const layer = hidden + wide + scoreBytes(scenario, lengths, sequences, tokens, element) / tensor + unpacked;
  const logits = hidden + logitBytes(scenario, sequences, tokens, element);
  const least =
    (own.layerBytes * model.layers + own.plainShare * model.elements * element) / (tensor * pipeline) +
    unpacked;
  return own.libraryBytes + Math.max(layer, logits, least);
}

function isQuantised({ model, setup }: Scenario): boolean {
  const scheme = schemeOf(model, setup.weights);
  return scheme !== null && !isPlainScheme(scheme);
}

/** Tokens that one step takes at the most. */
function stepTokens(scenario: Scenario, lengths: Lengths, sequences: number): number {
  const { engine } = scenario.setup;
  if (WHOLE_PROMPT.has(engine)) return sequences * lengths.prompt;
  const most = mostStepTokens(scenario);
  if (!AS_LONG_AS_NEEDED.has(engine)) return isUncut(scenario.setup) ? Math.max(most, lengths.prompt) : most;
  // llama.cpp plans its buffers for a step as long as the whole context allows.
  const held = engine === 'llama.cpp' ? lengths.prompt + lengths.output : lengths.prompt;
  return Math.min(most, sequences * held);
}

function scoreBytes(
  scenario: Scenario,
  lengths: Lengths,
  sequences: number,
  tokens: number,
  element: Bytes,
): Bytes {
  const { engine, attention } = scenario.setup;
  if (attention !== 'eager') return 0;
  if (WHOLE_PROMPT.has(engine)) {
    return sequences * lengths.prompt * lengths.prompt * heads(scenario) * (SCORE_WIDTH + element);
  }
  return engine === 'llama.cpp'
    ? tokens * sequences * (lengths.prompt + lengths.output) * heads(scenario) * SCORE_WIDTH
    : 0;
}

/**
 * Logits of the tokens that an engine keeps them for, in the formats that it keeps them in. Sources: ggml-org/llama.cpp
 * src/llama-context.cpp (buffers are planned for a step that puts out every token, in 32 bits); transformers since 4.45 computes
 * those of the last token only (`logits_to_keep`; before, those of all tokens, in both formats, of which the memory at the least
 * stands for what short prompts need), and copies them to 32 bits to choose by; ml-explore/mlx-lm and exported graphs put them out
 * for every token of a step, in the compute format; serving engines for each sequence, in 32 bits.
 */
function logitBytes(scenario: Scenario, sequences: number, tokens: number, element: Bytes): Bytes {
  const { setup, model } = scenario;
  switch (setup.engine) {
    case 'llama.cpp':
      return tokens * model.vocabularySize * 4;
    case 'transformers':
      return sequences * model.vocabularySize * (element + 4);
    case 'mlx':
    case 'onnxruntime':
    case 'openvino':
      return tokens * model.vocabularySize * element;
    default:
      return Math.min(setup.maxSequences, tokens) * model.vocabularySize * 4;
  }
}

/** Elements a token of the widest pair of matrices of a layer. */
function widestPair(scenario: Scenario, model: ModelAggregate): number {
  const { hiddenSize } = scenario.model;
  let widest = 0;
  for (const group of model.groups) {
    const { feedForward, expert, experts, attention } = group;
    const ffn = feedForward.matrices > 0 ? feedForward.edgeElements - hiddenSize * feedForward.matrices : 0;
    const routed = experts ? (expert.edgeElements - hiddenSize * expert.matrices) * experts.perToken : 0;
    widest = Math.max(widest, ffn + routed, attention.edgeElements / 2);
  }
  return widest;
}

function heads(scenario: Scenario): number {
  let most = 0;
  for (const group of scenario.model.groups) {
    const mixer = group.layer.mixer;
    if (mixer.kind === 'attention') most = Math.max(most, mixer.queryHeads);
  }
  return most;
}
