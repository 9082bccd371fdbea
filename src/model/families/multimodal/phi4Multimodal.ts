import type { Config } from '../../config';
import type { Family } from '../../family';
import { convolution, lookup, matrix, norm, vector } from '../../parts/tensors';
import { encoderModel, siglipTrunk, vitStack } from '../../parts/vitStack';
import { ReadFailure } from '../../readFailure';
import type { WeightTensor } from '../../spec';
import { phi3 } from '../decoders/phi3';
import { poolingHead } from '../vision/siglip';
import { joined, readTower, sizeOf } from './wrapper';

const IMAGE = 'model.embed_tokens_extend.image_embed.';
const AUDIO = 'model.embed_tokens_extend.audio_embed.';

/** Phi-4-multimodal's tower: SigLIP with its pooling head. */
export const phi4Vision: Family = ({ config }) => {
  config.understood('crop_size', 'feature_layer');
  const hidden = config.integer('hidden_size');
  return siglipTrunk(config, {
    tower: `${IMAGE}img_processor.`,
    outside: poolingHead(config, hidden),
  });
};

/** Halvings of a spectrogram's pitches by convolutions of stride two. */
function pitchesLeft(config: Config, steps: number): number {
  let size = config.integer('input_size');
  for (let step = 0; step < steps; step += 1) size = Math.floor((size - 1) / 2 + 1);
  return size;
}

function subsampling(config: Config, hidden: number): WeightTensor[] {
  const steps = Math.trunc(Math.log2(Math.max(1, config.integer('time_reduction'))));
  const channels = config.integer('nemo_conv_channels');
  const p = `${AUDIO}encoder.embed.`;
  const later = { copies: Math.max(0, steps - 1) };
  return [
    ...convolution(`${p}conv.0`, [channels, 1, 3, 3], 'other', { bias: true }),
    ...convolution(`${p}conv.{i}`, [channels, 1, 3, 3], 'other', { bias: true, ...later }),
    ...convolution(`${p}conv.{i}`, [channels, channels, 1, 1], 'other', { bias: true, ...later }),
    ...matrix(
      `${p}out`,
      hidden,
      channels * (config.optional('nemo_final_size') ?? pitchesLeft(config, steps)),
      'other',
      { bias: true },
    ),
  ];
}

/** The second feed-forward part of a conformer block, and its convolutions. */
function conformerRest(config: Config, path: string, hidden: number, width: number): WeightTensor[] {
  const out = config.integer('ext_pw_out_channel');
  const deep = hidden * config.integerOr(1, 'depthwise_multiplier');
  return [
    ...norm(`${path}feed_forward_in.layer_norm`, hidden, 'layer'),
    ...norm(`${path}feed_forward_out.layer_norm`, hidden, 'layer'),
    ...matrix(`${path}feed_forward_out.gate_up_proj`, 2 * width, hidden, 'other', { bias: true }),
    ...matrix(`${path}feed_forward_out.down_proj`, hidden, width, 'other', { bias: true }),
    ...norm(`${path}conv.layer_norm`, hidden, 'layer'),
    vector(`${path}conv.glu.b1`, [1, out, 1], 'other'),
    vector(`${path}conv.glu.b2`, [1, out, 1], 'other'),
    ...convolution(`${path}conv.glu.ext_pw_conv_1d`, [2 * out, hidden, 1], 'other', { bias: true }),
    ...convolution(`${path}conv.dw_sep_conv_1d.dw_conv`, [deep, 1, config.integer('kernel_size')], 'other', {
      bias: true,
    }),
    ...convolution(
      `${path}conv.dw_sep_conv_1d.pw_conv`,
      [config.integer('depthwise_separable_out_channel'), deep, 1],
      'other',
      { bias: true },
    ),
    ...convolution(`${path}conv.ext_pw_conv_1d`, [out, hidden, 1], 'other', { bias: true }),
  ];
}

/** Phi-4-multimodal's ear: a conformer behind depth-wise convolutions that shrink eightfold. */
export const phi4Audio: Family = ({ config }) => {
  const hidden = config.integer('hidden_size');
  const heads = config.integer('num_attention_heads');
  const width = config.integer('intermediate_size');
  const distance = config.integer('bias_max_distance');
  const path = `${AUDIO}encoder.encoders.{layer}.`;
  config.understood('chunk_size', 'left_chunk', 'downsample_rate', 'feature_layer', 'conv_glu_type');
  return encoderModel(
    hidden,
    vitStack(config, path, {
      layers: config.integer('num_blocks'),
      gated: true,
      attentionNames: { output: 'o_proj' },
      feedForward: 'feed_forward_in',
      blockNorms: ['layer_norm_att', 'layer_norm'],
      others: () => conformerRest(config, path, hidden, width),
    }),
    [
      ...subsampling(config, hidden),
      lookup(
        `${AUDIO}encoder.relative_attention_bias_layer.bias_values`,
        config.flag(false, 'bias_symmetric') ? distance : 2 * distance,
        heads,
      ),
    ],
  );
};

/** Two matrices up to the language model and on. */
function pair(path: string, names: readonly [string, string], from: number, to: number): WeightTensor[] {
  return [
    ...matrix(`${path}${names[0]}`, to, from, 'other', { bias: true }),
    ...matrix(`${path}${names[1]}`, to, to, 'other', { bias: true }),
  ];
}

/** Phi-4-multimodal: Phi-4-mini with an eye and an ear; adapters are no part of this form. */
export const phi4Multimodal: Family = (context) => {
  const { config, architecture } = context;
  const bare = /Model$/.test(architecture);
  const text = phi3({ ...context, architecture: bare ? 'Model' : 'ForCausalLM' });
  const vision = readTower(context, 'vision_config', 'phi4_multimodal_vision');
  const audio = readTower(context, 'audio_config', 'phi4_multimodal_audio');
  for (const key of ['speech_lora', 'vision_lora']) {
    if (config.object(key) !== undefined)
      throw new ReadFailure(
        'unsupported',
        'A form of Phi-4-multimodal with adapters inside, which is not read.',
      );
  }
  const { hidden } = text;
  const from = audio.hidden * sizeOf(config, 'audio_config', 'downsample_rate', 1);
  const seen = joined(
    { text, tower: vision },
    {
      projector: [
        ...pair(IMAGE, ['img_projection_up', 'img_projection_down'], vision.hidden, hidden),
        vector(`${IMAGE}global_img_feature_extensor`, [1, 1, vision.hidden], 'other'),
        vector(`${IMAGE}sub_img_feature_extensor`, [1, 1, 1, vision.hidden], 'other'),
      ],
    },
  );
  return joined(
    { text: seen, tower: audio },
    {
      kind: 'audio',
      projector: ['speech', 'vision_speech'].flatMap((name) =>
        pair(AUDIO, [`up_proj_for_${name}`, `down_proj_for_${name}`], from, hidden),
      ),
    },
  );
};
