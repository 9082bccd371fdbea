import type { Family, FamilyContext, FamilyModel } from '../../family';
import { BERT_BLOCK } from '../../parts/bertTrunk';
import { encoderStack, type EncoderStack } from '../../parts/encoderStack';
import { headWidth } from '../../parts/sizes';
import { convolution, lookup, matrix, norm } from '../../parts/tensors';
import {
  maskVector,
  positionalConvolution,
  speechTop,
  waveConvolutions,
  waveWidth,
} from '../../parts/waveEncoder';
import type { WeightTensor } from '../../spec';
import { WAVE_TRAINING } from './wav2vec2';

/** SEW: frames are squeezed before the blocks and spread again after them. */
function squeezed(
  context: FamilyContext,
  prefix: string,
  stack: Partial<EncoderStack> & { path: string },
  after: (hidden: number) => readonly WeightTensor[],
): FamilyModel {
  const { config } = context;
  const hidden = config.integer('hidden_size');
  const heads = config.integer('num_attention_heads');
  const layers = config.integer('num_hidden_layers');
  const frames = waveWidth(config);
  config.understood(...WAVE_TRAINING);
  return {
    kind: 'encoder',
    hidden,
    vocabulary: config.optional('vocab_size') ?? 0,
    maxContext: null,
    layers: encoderStack({
      layers,
      hidden,
      heads,
      headDim: headWidth(config, hidden, heads),
      width: config.integer('intermediate_size'),
      qkvBias: true,
      outBias: true,
      mlpBias: true,
      ...stack,
    }),
    outside: [
      ...maskVector(config, prefix, hidden),
      ...waveConvolutions(config, prefix),
      ...norm(`${prefix}layer_norm`, frames, 'layer'),
      ...(frames === hidden
        ? []
        : matrix(`${prefix}feature_projection`, hidden, frames, 'other', { bias: true })),
      ...positionalConvolution(config, prefix, hidden),
      ...after(hidden),
      ...matrix(
        `${prefix}encoder.upsample.projection`,
        hidden * config.integer('squeeze_factor'),
        hidden,
        'other',
        { bias: true },
      ),
      ...speechTop(context, hidden, layers),
    ],
    tiedHead: false,
    headKnown: true,
  };
}

export const sew: Family = (context) =>
  squeezed(
    context,
    'sew.',
    {
      path: 'sew.encoder.layers.{layer}.',
      attention: 'attention',
      feedForward: 'feed_forward',
      feedForwardNames: { up: 'intermediate_dense', down: 'output_dense' },
      blockNorms: ['layer_norm', 'final_layer_norm'],
    },
    (hidden) => norm('sew.encoder.layer_norm', hidden, 'layer'),
  );

/** SEW-D: the blocks are DeBERTa's, with one table of relative positions for all. */
export const sewD: Family = (context) => {
  const { config } = context;
  const base = 'sew_d.encoder.encoder.';
  const path = `${base}layer.{layer}.`;
  const relative = config.flag(true, 'relative_attention');
  const shared = config.flag(true, 'share_att_key');
  const kinds = config.texts('pos_att_type') ?? config.text('pos_att_type')?.split('|') ?? [];
  const buckets = config.optional('position_buckets') ?? -1;
  const given = config.optional('max_relative_positions') ?? -1;
  const positions = config.integer('max_position_embeddings');
  const reach = buckets > 0 ? buckets : given < 1 ? positions : given;
  const kernel = config.integerOr(0, 'conv_kernel_size');
  const hidden = config.integer('hidden_size');
  const own = [
    ...(kinds.includes('c2p') ? ['pos_key_proj'] : []),
    ...(kinds.includes('p2c') ? ['pos_query_proj'] : []),
  ];
  return squeezed(
    context,
    'sew_d.',
    {
      ...BERT_BLOCK,
      path,
      attentionNames: {
        query: 'self.query_proj',
        key: 'self.key_proj',
        value: 'self.value_proj',
        output: 'output.dense',
      },
      others: () =>
        relative && !shared
          ? own.flatMap((name) =>
              matrix(`${path}attention.self.${name}`, hidden, hidden, 'attention', { bias: true }),
            )
          : [],
    },
    () => [
      ...(relative ? [lookup(`${base}rel_embeddings`, 2 * reach, hidden, 'attention')] : []),
      ...((config.text('norm_rel_ebd') ?? 'none').includes('layer_norm')
        ? norm(`${base}LayerNorm`, hidden, 'layer')
        : []),
      ...(kernel > 0
        ? [
            ...convolution(`${base}conv.conv`, [hidden, hidden, kernel], 'other', { bias: true }),
            ...norm(`${base}conv.LayerNorm`, hidden, 'layer'),
          ]
        : []),
    ],
  );
};
