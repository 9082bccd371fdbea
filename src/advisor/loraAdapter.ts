import { modelAggregate, type LinearBlock } from '../roofline/modelAggregate';
import type { Scenario } from '../roofline/scenario';
import type { Warning } from '../units/quantities';

/** Adapters are kept in 16 bits, whatever the weights. */
const ELEMENT = 2;

/**
 * The scenario with one low-rank adapter on all matrices of attention and feed-forward networks (not of routed experts): two thin matrices of
 * `rank` beside each, so rank × (rows + columns) elements more to keep, to stream and to multiply with.
 *
 * Source: Hu et al., "LoRA: Low-Rank Adaptation of Large Language Models" (2021), section 4.1.
 */
export function withAdapter(scenario: Scenario, rank: number, warnings: Warning[]): Scenario {
  const aggregate = modelAggregate(scenario.model, scenario.setup.weights);
  const sum = (of: (block: LinearBlock) => number, part: 'attention' | 'feedForward'): number =>
    aggregate.groups.reduce((total, group) => total + group.layers * of(group[part]), 0);
  const bytes = (part: 'attention' | 'feedForward'): number => {
    const stored = sum((block) => block.storedBytes, part);
    return stored > 0 ? 1 + (rank * ELEMENT * sum((block) => block.edgeElements, part)) / stored : 1;
  };
  const edges =
    sum((block) => block.edgeElements, 'attention') + sum((block) => block.edgeElements, 'feedForward');
  const elements =
    sum((block) => block.elements, 'attention') + sum((block) => block.elements, 'feedForward');
  if (edges === 0 || elements === 0) {
    warnings.push({
      code: 'lora-no-matrices',
      message: 'Nothing here takes a LoRA adapter: its rank is left out.',
    });
    return scenario;
  }
  warnings.push({
    code: 'lora-kernels-left-out',
    message: `One adapter of rank ${rank} on the matrices of attention and feed-forward: its bytes and FLOP are reckoned. What its small kernels take besides was not measured and is left out; merged into the weights it costs nothing.`,
  });
  const { modifiers } = scenario;
  const flop = 1 + (rank * edges) / elements;
  const most = (factor: number): number => Math.min(1e3, factor);
  return {
    ...scenario,
    modifiers: {
      ...modifiers,
      attentionWeightBytes: most(modifiers.attentionWeightBytes * bytes('attention')),
      feedForwardWeightBytes: most(modifiers.feedForwardWeightBytes * bytes('feedForward')),
      storedWeights: most(modifiers.storedWeights * (1 + (rank * ELEMENT * edges) / aggregate.storedBytes)),
      prefillLinearFlop: most(modifiers.prefillLinearFlop * flop),
      decodeLinearFlop: most(modifiers.decodeLinearFlop * flop),
    },
  };
}
