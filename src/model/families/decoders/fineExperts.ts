import type { Config } from '../../config';
import type { FamilyContext, FamilyModel } from '../../family';
import type { FeedForwardBlock } from '../../parts/block';
import { expertFeedForward, type Experts } from '../../parts/feedForward';
import { llamaLike, plainFeedForward, type BlockContext, type LlamaLike } from '../../parts/llamaLike';

const EXPERTS = ['num_experts', 'num_local_experts', 'n_routed_experts'];
const SHARED = ['num_shared_experts', 'n_shared_experts'];

/**
 * Many narrow experts: `moe_intermediate_size` wide, the shared ones beside them as one network. `over` says what a
 * family has otherwise.
 */
export function fineExperts(
  config: Config,
  over: Partial<Experts> = {},
): (base: BlockContext) => FeedForwardBlock {
  const width = over.width ?? config.integer('moe_intermediate_size');
  const experts = over.experts ?? config.integer(...EXPERTS);
  const expertsPerToken = over.expertsPerToken ?? config.integer('num_experts_per_tok');
  const sharedWidth = over.sharedWidth ?? config.integerOr(0, ...SHARED) * width;
  return (base) =>
    expertFeedForward({
      module: `${base.path}mlp`,
      hidden: base.sizes.hidden,
      sharedPath: 'shared_experts',
      ...over,
      width,
      experts,
      expertsPerToken,
      sharedWidth,
    });
}

export interface Mixed extends LlamaLike {
  isSparse: (index: number) => boolean;
  experts: (base: BlockContext) => FeedForwardBlock;
}

/** A decoder of which some layers hold experts and the others one network of full width. */
export function mixedDecoder(context: FamilyContext, options: Mixed): FamilyModel {
  const { isSparse, experts, describe, ...rest } = options;
  context.config.understood('intermediate_size');
  return llamaLike(context, {
    ...rest,
    describe: (index) => `${String(isSparse(index))} ${describe?.(index) ?? ''}`,
    feedForward: (index, base) => (isSparse(index) ? experts(base) : plainFeedForward(base, rest)),
  });
}
