import type { Config } from '../../config';
import type { Family, FamilyModel } from '../../family';
import { encoderStack } from '../../parts/encoderStack';
import { denseFeedForward } from '../../parts/feedForward';
import { groupedAttention } from '../../parts/groupedAttention';
import { llamaLike } from '../../parts/llamaLike';
import { transformerSizes } from '../../parts/sizes';
import { matrix, norm, vector } from '../../parts/tensors';
import { encoderModel } from '../../parts/vitStack';
import { ReadFailure } from '../../readFailure';
import { joined } from './wrapper';

/** CLIP ViT-L/14 at 336 pixels, 23 layers of it: the file does not say so, the class holds it fixed. */
const VIT = { hidden: 1024, layers: 23, heads: 16, width: 4096, positions: 577, pixels: 588 };

/** Rows beside the vocabulary for the tokens that stand for pictures; they have no row in the head. */
const MORE_TOKENS = 128;

/** Positions that one crop of 24 × 24 patches becomes, four pooled into one. */
const CROP_TOKENS = 144;

/** Layers of the tower whose outputs are put side by side. */
const TAKEN_LAYERS = 2;

function tower(): FamilyModel {
  const p = 'model.vision_backbone.image_vit.';
  return encoderModel(
    VIT.hidden,
    encoderStack({
      path: `${p}transformer.resblocks.{layer}.`,
      layers: VIT.layers,
      hidden: VIT.hidden,
      heads: VIT.heads,
      width: VIT.width,
      qkvBias: true,
      outBias: true,
      mlpBias: true,
      attention: 'attention',
      attentionNames: { query: 'wq', key: 'wk', value: 'wv', output: 'wo' },
      feedForward: 'feed_forward',
      feedForwardNames: { up: 'w1', down: 'w2' },
      blockNorms: ['attention_norm', 'ffn_norm'],
    }),
    [
      vector(`${p}class_embedding`, VIT.hidden, 'embedding'),
      vector(`${p}positional_embedding`, [VIT.positions, VIT.hidden], 'embedding'),
      ...matrix(`${p}patch_embedding`, VIT.hidden, VIT.pixels, 'embedding'),
      ...norm(`${p}pre_ln`, VIT.hidden, 'layer'),
    ],
  );
}

function language(config: Config, context: Parameters<Family>[0], width: number): FamilyModel {
  const sizes = transformerSizes(config);
  const rows = config.optional('embedding_size') ?? sizes.vocabulary;
  const bias = config.flag(false, 'qkv_bias');
  const normed = config.flag(false, 'attention_layer_norm');
  const model = llamaLike(
    { ...context, architecture: 'ForCausalLM' },
    {
      sizes: { ...sizes, vocabulary: rows },
      prefix: 'model.transformer.',
      layersName: 'blocks',
      embedding: 'wte',
      finalNorm: 'ln_f',
      blockNorms: ['attn_norm', 'ff_norm'],
      attention: (_, base) =>
        groupedAttention({
          module: base.path.replace(/\.$/, ''),
          hidden: sizes.hidden,
          queryHeads: sizes.heads,
          kvHeads: sizes.kvHeads,
          headDim: sizes.headDim,
          qkvBias: bias,
          qkNorm: normed ? 'full' : 'none',
          fused: 'att_proj',
          names: { output: 'attn_out' },
        }),
      feedForward: (_, base) =>
        denseFeedForward({
          module: base.path.replace(/\.$/, ''),
          hidden: sizes.hidden,
          width,
          fused: 'ff_proj',
          names: { down: 'ff_out' },
        }),
    },
  );
  const more = vector('model.transformer.wte.new_embedding', [MORE_TOKENS, sizes.hidden], 'embedding');
  return { ...model, outside: [...model.outside, more] };
}

/**
 * Molmo: `intermediate_size` is both projections together; the tower is fixed by the class. Held to the published
 * count of allenai/Molmo-7B-D-0924, 8,021,025,280 parameters in its own index.
 */
export const molmo: Family = (context) => {
  const { config } = context;
  const both = config.integer('intermediate_size');
  if (both % 2 !== 0)
    throw new ReadFailure('contradiction', 'intermediate_size is odd; it is two projections.');
  if (config.says('moe_num_experts', 'vision_backbone'))
    throw new ReadFailure('unsupported', 'This form of Molmo (experts, or a tower of its own) is not known.');
  if (config.text('layer_norm_type') !== undefined && config.text('layer_norm_type') !== 'rms')
    context.notes.doubt('unknown-key', 'Norms of another kind than the published models have.');
  config.understood('norm_after', 'use_position_ids', 'weight_tying', 'max_position_embeddings', 'clip_qkv');
  const width = both / 2;
  const text = language(config, context, width);
  const eye = tower();
  const wide = TAKEN_LAYERS * VIT.hidden;
  const p = 'model.vision_backbone.';
  return joined(
    { text, tower: eye },
    {
      outputTokens: CROP_TOKENS,
      projector: [
        ...['wq', 'wk', 'wv'].flatMap((name) =>
          matrix(`${p}image_pooling_2d.${name}`, VIT.hidden, wide, 'vision', { bias: true }),
        ),
        ...matrix(`${p}image_pooling_2d.wo`, VIT.hidden, VIT.hidden, 'vision', { bias: true }),
        ...matrix(`${p}image_projector.w1`, width, VIT.hidden, 'vision'),
        ...matrix(`${p}image_projector.w2`, text.hidden, width, 'vision'),
        ...matrix(`${p}image_projector.w3`, width, VIT.hidden, 'vision'),
        vector(`${p}pad_embed`, [2, wide], 'other'),
      ],
    },
  );
};
