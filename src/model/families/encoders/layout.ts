import type { Family } from '../../family';
import { BERT_BLOCK, bertTrunk } from '../../parts/bertTrunk';
import { BERT_POOLS, encoderTop, NEVER_POOLS, ROBERTA_POOLS } from '../../parts/encoderTop';
import { encoderStack } from '../../parts/encoderStack';
import { labelCount } from '../../parts/head';
import { transformerSizes } from '../../parts/sizes';
import { convolution, lookup, matrix, norm, vector } from '../../parts/tensors';
import type { WeightTensor } from '../../spec';

const SIDES = [
  ['x_position_embeddings', 'coordinate_size'],
  ['y_position_embeddings', 'coordinate_size'],
  ['h_position_embeddings', 'shape_size'],
  ['w_position_embeddings', 'shape_size'],
] as const;

/** From this many labels on, a token classifier has a dense layer before it. */
const MANY_LABELS = 10;

/** LayoutLM v3: words with their boxes and patches of the page in one stack, biases learned for distances. */
export const layoutlmv3: Family = (context) => {
  const { config } = context;
  const sizes = transformerSizes(config);
  const { hidden, heads, vocabulary } = sizes;
  const positions = config.integer('max_position_embeddings');
  const places = config.integer('max_2d_position_embeddings');
  const classes = labelCount(config);
  const patch = config.integer('patch_size');
  const side = Math.floor(config.integer('input_size') / patch);
  const words = config.flag(true, 'text_embed');
  const picture = config.flag(true, 'visual_embed');
  config.understood('num_channels', 'rel_pos_bins', 'rel_2d_pos_bins', 'type_vocab_size');
  config.understood('max_rel_pos', 'max_rel_2d_pos', 'coordinate_size', 'shape_size', 'second_input_size');
  const dense = (name: string): WeightTensor[] => [
    ...matrix(`${name}.dense`, hidden, hidden, 'head', { bias: true }),
    ...matrix(`${name}.out_proj`, classes, hidden, 'head', { bias: true }),
  ];
  const prefix = 'layoutlmv3.';
  const e = `${prefix}embeddings.`;
  const top = encoderTop(context, {
    hidden,
    vocabulary,
    masked: 'roberta',
    sequence: 'dense',
    pools: NEVER_POOLS,
    own: {
      ForQuestionAnswering: dense('qa_outputs'),
      ...(classes >= MANY_LABELS ? { ForTokenClassification: dense('classifier') } : {}),
    },
  });
  return {
    kind: 'encoder',
    hidden,
    vocabulary,
    maxContext: positions,
    layers: encoderStack({
      ...BERT_BLOCK,
      path: `${prefix}encoder.layer.{layer}.`,
      layers: sizes.layers,
      hidden,
      heads,
      headDim: sizes.headDim,
      width: config.integer('intermediate_size'),
    }),
    outside: [
      ...(words
        ? [
            lookup(`${e}word_embeddings`, vocabulary, hidden),
            lookup(`${e}token_type_embeddings`, config.integer('type_vocab_size'), hidden),
            lookup(`${e}position_embeddings`, positions, hidden),
            ...norm(`${e}LayerNorm`, hidden, 'layer'),
            ...SIDES.map(([name, key]) => lookup(e + name, places, config.integer(key))),
          ]
        : []),
      ...(picture
        ? [
            ...convolution(
              `${prefix}patch_embed.proj`,
              [hidden, config.integer('num_channels'), patch, patch],
              'embedding',
              { bias: true },
            ),
            vector(`${prefix}cls_token`, [1, 1, hidden], 'embedding'),
            vector(`${prefix}pos_embed`, [1, side * side + 1, hidden], 'embedding'),
            ...norm(`${prefix}LayerNorm`, hidden, 'layer'),
            ...norm(`${prefix}norm`, hidden, 'layer'),
          ]
        : []),
      ...(config.flag(true, 'has_relative_attention_bias')
        ? matrix(`${prefix}encoder.rel_pos_bias`, heads, config.integer('rel_pos_bins'), 'attention')
        : []),
      ...(config.flag(true, 'has_spatial_attention_bias')
        ? ['rel_pos_x_bias', 'rel_pos_y_bias'].flatMap((name) =>
            matrix(`${prefix}encoder.${name}`, heads, config.integer('rel_2d_pos_bins'), 'attention'),
          )
        : []),
      ...top.weights,
    ],
    tiedHead: top.tied,
    headKnown: true,
  };
};

/** LayoutLM v2 and LayoutXLM: as far as the text goes; the network for pictures is Detectron2's and is not counted. */
export const layoutlmv2: Family = (context) => {
  const { config, notes } = context;
  const places = config.integer('max_2d_position_embeddings');
  notes.doubt('unknown-key', 'The network that sees the page comes from another library; it is not counted.');
  config.understood(
    'detectron2_config_args',
    'convert_sync_batchnorm',
    'fast_qkv',
    'has_visual_segment_embedding',
    'image_feature_pool_shape',
    'max_rel_pos',
    'max_rel_2d_pos',
    'rel_pos_bins',
    'rel_2d_pos_bins',
    'has_relative_attention_bias',
    'has_spatial_attention_bias',
  );
  const prefix = 'layoutlmv2.';
  return bertTrunk(context, {
    prefix,
    top: { masked: 'bert', sequence: 'linear', pools: BERT_POOLS },
    extra: () =>
      SIDES.map(([name, key]) => lookup(`${prefix}embeddings.${name}`, places, config.integer(key))),
  });
};

/** LiLT: RoBERTa beside a narrow copy of itself that reads where words stand. */
export const lilt: Family = (context) => {
  const { config } = context;
  const hidden = config.integer('hidden_size');
  const width = config.integer('intermediate_size');
  const shrink = Math.max(1, config.integer('channel_shrink_ratio'));
  const places = config.integer('max_2d_position_embeddings');
  const positions = config.integer('max_position_embeddings');
  const narrow = Math.floor(hidden / shrink);
  const path = 'lilt.encoder.layer.{layer}.';
  const e = 'lilt.layout_embeddings.';
  const linear = (name: string, out: number, input: number): WeightTensor[] =>
    matrix(path + name, out, input, 'other', { bias: true });
  const inner = Math.floor(width / shrink);
  return bertTrunk(context, {
    prefix: 'lilt.',
    top: { masked: 'roberta', sequence: 'dense', pools: ROBERTA_POOLS, poolerName: 'lilt.pooler.dense' },
    others: () => [
      ...['layout_query', 'layout_key', 'layout_value'].flatMap((name) =>
        linear(`attention.self.${name}`, narrow, narrow),
      ),
      ...linear('attention.layout_output.dense', narrow, narrow),
      ...norm(`${path}attention.layout_output.LayerNorm`, narrow, 'layer'),
      ...linear('layout_intermediate.dense', inner, narrow),
      ...linear('layout_output.dense', narrow, inner),
      ...norm(`${path}layout_output.LayerNorm`, narrow, 'layer'),
    ],
    extra: () => [
      ...SIDES.map(([name]) => lookup(e + name, places, Math.floor(hidden / 6))),
      lookup(`${e}box_position_embeddings`, positions, narrow),
      ...matrix(`${e}box_linear_embeddings`, narrow, 6 * Math.floor(hidden / 6), 'embedding', { bias: true }),
      ...norm(`${e}LayerNorm`, narrow, 'layer'),
    ],
  });
};
