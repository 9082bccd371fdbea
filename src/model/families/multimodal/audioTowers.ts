import type { Config } from '../../config';
import type { Family } from '../../family';
import { encoderStack } from '../../parts/encoderStack';
import type { LayerPlan } from '../../parts/foldLayers';
import { convolution, lookup, matrix, norm } from '../../parts/tensors';
import { encoderModel } from '../../parts/vitStack';
import type { WeightTensor } from '../../spec';

const LAYERS = ['encoder_layers', 'num_hidden_layers'] as const;
const HEADS = ['encoder_attention_heads', 'num_attention_heads'] as const;
const WIDTH = ['encoder_ffn_dim', 'intermediate_size'] as const;

/** Whisper's encoder blocks; `keyBias` where the key has one too. */
function whisperLayers(config: Config, path: string, keyBias: boolean): LayerPlan[] {
  config.understood('scale_embedding', 'encoder_layerdrop', 'num_hidden_layers');
  return encoderStack({
    path: `${path}layers.{layer}.`,
    layers: config.integer(...LAYERS),
    hidden: config.integer('d_model', 'hidden_size'),
    heads: config.integer(...HEADS),
    width: config.integer(...WIDTH),
    qkvBias: true,
    keyBias,
    outBias: true,
    mlpBias: true,
    feedForward: '',
    feedForwardNames: { up: 'fc1', down: 'fc2' },
    blockNorms: ['self_attn_layer_norm', 'final_layer_norm'],
  });
}

/** Two convolutions over the spectrogram, the second of which halves the frames. */
export function spectrogramStem(path: string, bins: number, hidden: number): WeightTensor[] {
  return [
    ...convolution(`${path}conv1`, [hidden, bins, 3], 'other', { bias: true }),
    ...convolution(`${path}conv2`, [hidden, hidden, 3], 'other', { bias: true }),
  ];
}

/** Qwen2.5-Omni's ear: Whisper's encoder, two marks for begin and end, one matrix. */
export const qwen25OmniAudio: Family = ({ config }) => {
  const hidden = config.integer('d_model');
  const out = config.integer('output_dim');
  const p = 'thinker.audio_tower.';
  config.understood('max_source_positions', 'n_window');
  return encoderModel(hidden, whisperLayers(config, p, false), [
    ...spectrogramStem(p, config.integer('num_mel_bins'), hidden),
    lookup(`${p}audio_bos_eos_token`, 2, out),
    ...norm(`${p}ln_post`, hidden, 'layer'),
    ...matrix(`${p}proj`, out, hidden, 'other', { bias: true }),
  ]);
};

/** Three convolutions over time and pitch that shrink eightfold, and one matrix over what is left of the pitches. */
function pictureStem(config: Config, path: string, hidden: number): WeightTensor[] {
  const channels = config.integer('downsample_hidden_size');
  const halved = (bins: number): number => Math.floor((bins + 1) / 2);
  const left = halved(halved(halved(config.integer('num_mel_bins'))));
  return [
    ...convolution(`${path}conv2d1`, [channels, 1, 3, 3], 'other', { bias: true }),
    ...convolution(`${path}conv2d2`, [channels, channels, 3, 3], 'other', { bias: true }),
    ...convolution(`${path}conv2d3`, [channels, channels, 3, 3], 'other', { bias: true }),
    ...matrix(`${path}conv_out`, hidden, channels * left, 'other'),
  ];
}

/** The ear of Qwen3-Omni (with its two matrices at the end) and of Qwen3-ASR (without). */
export const qwen3Audio: Family = ({ config, modelType }) => {
  const hidden = config.integer('d_model', 'hidden_size');
  const p = 'audio_tower.';
  const projected = modelType === 'qwen3_omni_moe_audio_encoder';
  const out = config.integerOr(hidden, 'output_dim');
  config.understood(
    'max_source_positions',
    'max_position_embeddings',
    'n_window',
    'n_window_infer',
    'conv_chunksize',
  );
  return encoderModel(hidden, whisperLayers(config, p, true), [
    ...pictureStem(config, p, hidden),
    ...norm(`${p}ln_post`, hidden, 'layer'),
    ...(projected
      ? [
          ...matrix(`${p}proj1`, hidden, hidden, 'other', { bias: true }),
          ...matrix(`${p}proj2`, out, hidden, 'other', { bias: true }),
        ]
      : []),
  ]);
};

/** Audio Flamingo's ear: Whisper's encoder with learned positions. */
export const audioFlamingoEncoder: Family = ({ config }) => {
  const hidden = config.integer('hidden_size', 'd_model');
  const p = 'audio_tower.';
  config.understood('vocab_size');
  return encoderModel(hidden, whisperLayers(config, p, false), [
    ...spectrogramStem(p, config.integer('num_mel_bins'), hidden),
    lookup(`${p}embed_positions`, config.integer('max_source_positions'), hidden),
    ...norm(`${p}layer_norm`, hidden, 'layer'),
  ]);
};

/** GLM-ASR's ear: Whisper's blocks with rotary positions, keys and values shared by groups of heads where it says so. */
export const glmAsrEncoder: Family = ({ config }) => {
  const hidden = config.integer('hidden_size');
  const heads = config.integer('num_attention_heads');
  const p = 'audio_tower.';
  config.understood('max_position_embeddings', 'partial_rotary_factor');
  return encoderModel(
    hidden,
    encoderStack({
      path: `${p}layers.{layer}.`,
      layers: config.integer('num_hidden_layers'),
      hidden,
      heads,
      kvHeads: config.optional('num_key_value_heads') ?? heads,
      headDim: config.optional('head_dim') ?? Math.floor(hidden / heads),
      width: config.integer('intermediate_size'),
      qkvBias: true,
      keyBias: false,
      outBias: true,
      mlpBias: true,
      attentionNames: { output: 'o_proj' },
      blockNorms: ['input_layernorm', 'post_attention_layernorm'],
    }),
    [...spectrogramStem(p, config.integer('num_mel_bins'), hidden), ...norm(`${p}norm`, hidden, 'layer')],
  );
};
