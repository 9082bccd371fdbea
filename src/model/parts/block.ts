import type { FeedForward, Mixer, WeightTensor } from '../spec';

/** How tokens mix in one block, with the weights that do it. */
export interface MixerBlock {
  mixer: Mixer;
  weights: readonly WeightTensor[];
}

/** What is done to each token in one block, with the weights that do it. */
export interface FeedForwardBlock {
  feedForward: FeedForward;
  weights: readonly WeightTensor[];
}

export const NO_MIXER: MixerBlock = { mixer: { kind: 'none' }, weights: [] };
export const NO_FEED_FORWARD: FeedForwardBlock = { feedForward: { kind: 'none' }, weights: [] };
