import type { FamilyContext, FamilyModel } from '../../family';
import { groupedAttention } from '../../parts/groupedAttention';
import { denseFeedForward } from '../../parts/feedForward';
import { planLayers } from '../../parts/foldLayers';
import { transformerSizes } from '../../parts/sizes';
import { lookup, matrix, norm } from '../../parts/tensors';

/** True for the heads that draft tokens for a larger model, whatever `model_type` they borrow. */
export function isDraft(architecture: string, keys: (key: string) => boolean): boolean {
  return (
    /eagle|draft|medusa|mlpspeculator|hydra|(^|[a-z])mtp/i.test(architecture) ||
    keys('draft_vocab_size') ||
    keys('eagle_config') ||
    keys('medusa_num_heads') ||
    keys('dflash_config')
  );
}

/**
 * A draft head of the EAGLE-3 build: one matrix that joins three of the target's layers, one block on twice the width, a
 * head over the draft's vocabulary. Other builds are recognised as drafts and counted so for want of better: never exact.
 */
export function draft(context: FamilyContext): FamilyModel {
  const { config, notes } = context;
  const sizes = transformerSizes(config);
  const { hidden } = sizes;
  const target = config.optional('target_hidden_size') ?? hidden;
  const vocabulary = config.optional('draft_vocab_size') ?? sizes.vocabulary;
  const width = config.integer('intermediate_size');
  config.understood(
    'eagle_config',
    'dflash_config',
    'medusa_num_heads',
    'medusa_num_layers',
    'block_size',
    'num_target_layers',
    'target_layer_ids',
    'sliding_window',
    'use_sliding_window',
    'max_window_layers',
    'layer_types',
    'mlp_bias',
    'attention_bias',
    'tie_word_embeddings',
    'num_draft_layers',
    'mask_token_id',
  );
  notes.doubt(
    'draft-head',
    'This is a draft head for speculative decoding, not a language model; whether it brings its own embedding is up to the tool that made it.',
  );
  const path = 'layers.{layer}.';
  return {
    kind: 'draft',
    hidden,
    vocabulary,
    maxContext: config.optional('max_position_embeddings') ?? null,
    layers: planLayers(
      sizes.layers,
      (index) => String(index === 0),
      (index) => ({
        mixer: {
          ...groupedAttention({
            module: `${path}self_attn`,
            hidden,
            queryHeads: sizes.heads,
            kvHeads: sizes.kvHeads,
            headDim: sizes.headDim,
          }),
          weights: [
            ...matrix(
              `${path}self_attn.q_proj`,
              sizes.heads * sizes.headDim,
              index === 0 ? 2 * hidden : hidden,
              'attention',
            ),
            ...matrix(
              `${path}self_attn.k_proj`,
              sizes.kvHeads * sizes.headDim,
              index === 0 ? 2 * hidden : hidden,
              'attention',
            ),
            ...matrix(
              `${path}self_attn.v_proj`,
              sizes.kvHeads * sizes.headDim,
              index === 0 ? 2 * hidden : hidden,
              'attention',
            ),
            ...matrix(`${path}self_attn.o_proj`, hidden, sizes.heads * sizes.headDim, 'attention'),
          ],
        },
        feedForward: denseFeedForward({ module: `${path}mlp`, hidden, width }),
        others: ['input_layernorm', 'hidden_norm', 'post_attention_layernorm'].flatMap((name) =>
          norm(path + name, hidden, 'rms'),
        ),
      }),
    ),
    outside: [
      lookup('embed_tokens', sizes.vocabulary, hidden),
      ...matrix('fc', hidden, 3 * target, 'other'),
      ...norm('norm', hidden, 'rms'),
      ...matrix('lm_head', vocabulary, hidden, 'head'),
    ],
    tiedHead: false,
  };
}
