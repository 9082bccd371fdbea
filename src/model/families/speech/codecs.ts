import type { Family, FamilyModel } from '../../family';
import type { Config } from '../../config';
import { encoderStack } from '../../parts/encoderStack';
import type { LayerPlan } from '../../parts/foldLayers';
import { headWidth } from '../../parts/sizes';
import { seaNetDecoder, seaNetEncoder, seaNetSizes } from '../../parts/seanet';
import { convolution, lookup, vector } from '../../parts/tensors';
import type { WeightTensor } from '../../spec';

function codec(hidden: number, layers: readonly LayerPlan[], outside: readonly WeightTensor[]): FamilyModel {
  return {
    kind: 'other',
    hidden,
    vocabulary: 0,
    maxContext: null,
    layers,
    outside,
    tiedHead: false,
    headKnown: true,
  };
}

/** EnCodec: a wave to frames and back; its code books are running means, not weights. */
export const encodec: Family = ({ config, notes }) => {
  const kind = config.text('norm_type') ?? 'weight_norm';
  if (kind !== 'weight_norm' && kind !== 'time_group_norm')
    notes.doubt('unknown-key', `norm_type ${kind} is not known.`);
  config.understood('codebook_size', 'codebook_dim', 'target_bandwidths', 'overlap', 'normalize');
  const sizes = seaNetSizes(
    config,
    kind === 'time_group_norm' ? 'time_group_norm' : 'weight_norm',
    config.integer('num_lstm_layers'),
  );
  return codec(
    sizes.hidden,
    [],
    [...seaNetEncoder('encoder.layers.', sizes), ...seaNetDecoder('decoder.layers.', sizes)],
  );
};

/** Mimi: EnCodec's build with a small transformer on each side of the code books. */
export const mimi: Family = ({ config, modelType }) => {
  const sizes = seaNetSizes(config, 'none', 0);
  const { hidden } = sizes;
  const encoderOnly = modelType === 'mimi_encoder';
  const books = config.integer('vector_quantization_hidden_dimension');
  const stride = latentStride(config);
  const groups = config.integerOr(hidden, 'upsample_groups');
  config.understood(
    'codebook_size',
    'codebook_dim',
    'num_quantizers',
    'num_semantic_quantizers',
    'layer_scale_initial_scale',
    'use_streaming',
    'sliding_window',
    'max_position_embeddings',
    'tie_word_embeddings',
    'attention_bias',
  );
  const projections = ['semantic', 'acoustic'].flatMap((name) => {
    const path = `quantizer.${name}_residual_vector_quantizer.`;
    return books === hidden
      ? []
      : [
          ...convolution(`${path}input_proj`, [books, hidden, 1], 'other'),
          ...convolution(`${path}output_proj`, [hidden, books, 1], 'other'),
        ];
  });
  const outside = [
    ...seaNetEncoder('encoder.layers.', sizes),
    ...(stride > 1 ? convolution('downsample.conv', [hidden, hidden, 2 * stride], 'other') : []),
    ...(encoderOnly
      ? []
      : [
          ...(stride > 1
            ? convolution('upsample.conv', [hidden, Math.floor(hidden / groups), 2 * stride], 'other')
            : []),
          ...seaNetDecoder('decoder.layers.', sizes),
          ...projections,
        ]),
  ];
  const layers = [
    ...mimiTransformer(config, 'encoder_transformer.layers.{layer}.', hidden),
    ...(encoderOnly ? [] : mimiTransformer(config, 'decoder_transformer.layers.{layer}.', hidden)),
  ];
  return codec(hidden, layers, outside);
};

/** How far the frames of the convolutions are thinned before they are coded; 1 where they are not. */
function latentStride(config: Config): number {
  const ratios = config.integers('upsampling_ratios') ?? [];
  const hop = ratios.reduce((product, ratio) => product * ratio, 1);
  const frames = Math.ceil((config.number('sampling_rate') ?? 24000) / hop);
  const rate = config.number('frame_rate', '_frame_rate');
  // The class thins by two where the file says no rate of its own.
  if (rate === undefined) return 2;
  return frames === rate ? 1 : Math.floor(frames / rate);
}

function mimiTransformer(config: Config, path: string, hidden: number): LayerPlan[] {
  const heads = config.integer('num_attention_heads');
  const bias = config.flag(false, 'attention_bias');
  return encoderStack({
    path,
    layers: config.integer('num_hidden_layers'),
    hidden,
    heads,
    kvHeads: config.optional('num_key_value_heads') ?? heads,
    headDim: headWidth(config, hidden, heads),
    width: config.integer('intermediate_size'),
    qkvBias: bias,
    outBias: bias,
    mlpBias: false,
    attentionNames: { output: 'o_proj' },
    blockNorms: ['input_layernorm', 'post_attention_layernorm'],
    others: () =>
      ['self_attn_layer_scale', 'mlp_layer_scale'].map((name) =>
        vector(`${path}${name}.scale`, hidden, 'norms'),
      ),
  });
}

/** DAC: a codec with a learned slope in every activation, and code books that are learned. */
export const dac: Family = ({ config }) => {
  const down = config.integers('downsampling_ratios') ?? [];
  const up = config.integers('upsampling_ratios') ?? [...down].reverse();
  const first = config.integer('encoder_hidden_size');
  const hidden = config.optional('hidden_size') ?? first * 2 ** down.length;
  const wide = config.integer('decoder_hidden_size');
  const book = config.integer('codebook_dim');
  config.understood('hop_length', 'codebook_loss_weight', 'commitment_loss_weight');
  const slope = (name: string, width: number): WeightTensor =>
    vector(`${name}.alpha`, [1, width, 1], 'other');
  const conv = (name: string, out: number, input: number, kernel: number): WeightTensor[] =>
    convolution(name, [out, input, kernel], 'other', { bias: true });
  const units = (path: string, width: number): WeightTensor[] =>
    ['res_unit1', 'res_unit2', 'res_unit3'].flatMap((name) => [
      slope(`${path}${name}.snake1`, width),
      ...conv(`${path}${name}.conv1`, width, width, 7),
      slope(`${path}${name}.snake2`, width),
      ...conv(`${path}${name}.conv2`, width, width, 1),
    ]);
  const encoder = down.flatMap((ratio, index) => {
    const path = `encoder.block.${String(index)}.`;
    const width = first * 2 ** index;
    return [
      ...units(path, width),
      slope(`${path}snake1`, width),
      ...conv(`${path}conv1`, 2 * width, width, 2 * ratio),
    ];
  });
  const decoder = up.flatMap((ratio, index) => {
    const path = `decoder.block.${String(index)}.`;
    const input = Math.floor(wide / 2 ** index);
    const out = Math.floor(wide / 2 ** (index + 1));
    return [
      slope(`${path}snake1`, input),
      ...convolution(`${path}conv_t1`, [input, out, 2 * ratio], 'other'),
      vector(`${path}conv_t1.bias`, out, 'other'),
      ...units(path, out),
    ];
  });
  const last = Math.floor(wide / 2 ** up.length);
  const top = first * 2 ** down.length;
  return codec(
    hidden,
    [],
    [
      ...conv('encoder.conv1', first, 1, 7),
      ...encoder,
      slope('encoder.snake1', top),
      ...conv('encoder.conv2', hidden, top, 3),
      ...conv('decoder.conv1', wide, hidden, 7),
      ...decoder,
      slope('decoder.snake1', last),
      ...conv('decoder.conv2', 1, last, 7),
      ...Array.from({ length: config.integer('n_codebooks') }, (_, index) => {
        const path = `quantizer.quantizers.${String(index)}.`;
        return [
          ...conv(`${path}in_proj`, book, hidden, 1),
          ...conv(`${path}out_proj`, hidden, book, 1),
          lookup(`${path}codebook`, config.integer('codebook_size'), book, 'other'),
        ];
      }).flat(),
    ],
  );
};
