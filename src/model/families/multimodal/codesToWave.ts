import type { Config } from '../../config';
import type { Family } from '../../family';
import { encoderStack } from '../../parts/encoderStack';
import { convolution, lookup, matrix, norm, vector } from '../../parts/tensors';
import { encoderModel, vitStack } from '../../parts/vitStack';
import { MAX_LAYERS } from '../../limits';
import { ReadFailure } from '../../readFailure';
import type { WeightTensor } from '../../spec';
import { asTower } from '../vision/clip';
import { readTower } from './wrapper';

function shortList(config: Config, ...keys: string[]): readonly number[] {
  const list = config.integers(...keys) ?? [];
  if (list.length === 0 || list.length > 32 || list.some((one) => one < 0))
    throw new ReadFailure('contradiction', `${config.path}${keys[0] ?? ''} is no short list of sizes.`);
  return list;
}

const conv = (name: string, shape: readonly number[]): WeightTensor[] =>
  convolution(name, shape, 'other', { bias: true });

/** A periodic activation with two learned numbers a channel. */
function snake(name: string, channels: number, copies = 1): WeightTensor[] {
  return ['alpha', 'beta'].map((each) => vector(`${name}.${each}`, channels, 'other', { copies }));
}

/** ECAPA: what a speaker sounds like, from a spectrogram to one vector. */
function speakerEncoder(config: Config): WeightTensor[] {
  const p = 'token2wav.code2wav_dit_model.input_embed.spk_encoder';
  const channels = shortList(config, 'enc_channels');
  const kernels = shortList(config, 'enc_kernel_sizes');
  if (kernels.length !== channels.length)
    throw new ReadFailure('contradiction', 'enc_channels and enc_kernel_sizes differ in length.');
  const scale = Math.max(1, config.integer('enc_res2net_scale'));
  const squeezed = config.integer('enc_se_channels');
  const attention = config.integer('enc_attention_channels');
  const last = channels.at(-1) ?? 0;
  const first = channels[0] ?? 0;
  const weights = conv(`${p}.blocks.0.conv`, [first, config.integer('mel_dim'), kernels[0] ?? 1]);
  for (let index = 1; index < channels.length - 1; index += 1) {
    const path = `${p}.blocks.${String(index)}`;
    const out = channels[index] ?? 0;
    const part = Math.floor(out / scale);
    weights.push(
      ...conv(`${path}.tdnn1.conv`, [out, channels[index - 1] ?? 0, 1]),
      ...convolution(`${path}.res2net_block.blocks.{i}.conv`, [part, part, kernels[index] ?? 1], 'other', {
        bias: true,
        copies: scale - 1,
      }),
      ...conv(`${path}.tdnn2.conv`, [out, out, 1]),
      ...conv(`${path}.se_block.conv1`, [squeezed, out, 1]),
      ...conv(`${path}.se_block.conv2`, [out, squeezed, 1]),
    );
  }
  return [
    ...weights,
    ...conv(`${p}.mfa.conv`, [last, last, kernels.at(-1) ?? 1]),
    ...conv(`${p}.asp.tdnn.conv`, [attention, 3 * last, 1]),
    ...conv(`${p}.asp.conv`, [last, attention, 1]),
    ...conv(`${p}.fc`, [config.integer('enc_dim'), 2 * last, 1]),
  ];
}

/** Qwen2.5-Omni's diffusion transformer: codes and a voice become a spectrogram. */
export const codesToSpectrogram: Family = ({ config }) => {
  const hidden = config.integer('hidden_size');
  const emb = config.integer('emb_dim');
  const mel = config.integer('mel_dim');
  const p = 'token2wav.code2wav_dit_model.';
  const width = Math.trunc(hidden * (config.number('ff_mult') ?? 2));
  const input = mel + config.integer('enc_dim') + config.integer('enc_emb_dim') + emb;
  config.understood(
    'block_size',
    'look_ahead_layers',
    'look_backward_layers',
    'repeats',
    'enc_dilations',
    'enc_global_context',
    'max_position_embeddings',
    'depth',
    'dim',
    'heads',
    'dim_head',
    'bigvgan_config',
    'enc_lin_neurons',
    'enc_attention_channels',
    'embedding_dim',
    'num_embeds',
  );
  return encoderModel(
    hidden,
    vitStack(config, `${p}transformer_blocks.{layer}.`, {
      layers: config.integer('num_hidden_layers'),
      heads: config.integer('num_attention_heads'),
      headDim: config.integer('head_dim'),
      width,
      attention: 'attn',
      attentionNames: { query: 'to_q', key: 'to_k', value: 'to_v', output: 'to_out.0' },
      feedForward: 'ff',
      feedForwardNames: { up: 'ff.0', down: 'ff.3' },
      blockNorms: [],
      others: () =>
        matrix(`${p}transformer_blocks.{layer}.attn_norm.linear`, 6 * hidden, hidden, 'other', {
          bias: true,
        }),
    }),
    [
      ...matrix(`${p}time_embed.time_mlp.0`, hidden, 256, 'other', { bias: true }),
      ...matrix(`${p}time_embed.time_mlp.2`, hidden, hidden, 'other', { bias: true }),
      lookup(`${p}text_embed.codec_embed`, config.integer('num_embeds') + 1, emb),
      ...matrix(`${p}input_embed.proj`, hidden, input, 'other', { bias: true }),
      ...speakerEncoder(config),
      ...matrix(`${p}norm_out.linear`, 2 * hidden, hidden, 'other', { bias: true }),
      ...matrix(`${p}proj_out`, mel, hidden, 'other', { bias: true }),
    ],
  );
};

/** BigVGAN: a spectrogram becomes sound; each step up halves the channels and smooths with several kernels. */
export const bigVgan: Family = ({ config }) => {
  const start = config.integer('upsample_initial_channel');
  const rates = shortList(config, 'upsample_rates');
  const kernels = shortList(config, 'upsample_kernel_sizes');
  const blocks = shortList(config, 'resblock_kernel_sizes');
  const dilations = config.list('resblock_dilation_sizes') ?? [];
  const p = 'token2wav.code2wav_bigvgan_model';
  config.understood('use_bias_at_final');
  if (dilations.some((one) => !Array.isArray(one) || one.length !== 3))
    config.notes.doubt('unknown-key', 'Residual blocks of other than three dilations are not known.');
  const steps = Math.min(rates.length, kernels.length);
  const weights = conv(`${p}.conv_pre`, [start, config.integer('mel_dim'), 7]);
  for (let step = 0; step < steps; step += 1) {
    const from = Math.floor(start / 2 ** step);
    const to = Math.floor(start / 2 ** (step + 1));
    weights.push(
      ...convolution(`${p}.ups.${String(step)}.0`, [from, to, kernels[step] ?? 1], 'other'),
      vector(`${p}.ups.${String(step)}.0.bias`, to, 'other'),
    );
    blocks.slice(0, dilations.length).forEach((kernel, index) => {
      const path = `${p}.resblocks.${String(step * blocks.length + index)}`;
      weights.push(
        ...['convs1', 'convs2'].flatMap((name) =>
          convolution(`${path}.${name}.{i}`, [to, to, kernel], 'other', { bias: true, copies: 3 }),
        ),
        ...snake(`${path}.activations.{i}.act`, to, 6),
      );
    });
  }
  const end = Math.floor(start / 2 ** rates.length);
  return encoderModel(
    start,
    [],
    [
      ...weights,
      ...snake(`${p}.activation_post.act`, end),
      ...convolution(`${p}.conv_post`, [1, end, 7], 'other'),
    ],
  );
};

/** Qwen2.5-Omni's way from codes to sound: the diffusion transformer, then BigVGAN. */
export const token2Wav: Family = (context) => {
  const spectrogram = readTower(context, 'dit_config', 'qwen2_5_omni_dit');
  const sound = readTower(context, 'bigvgan_config', 'qwen2_5_omni_bigvgan');
  return { ...spectrogram, towers: [asTower(sound, 'audio')] };
};

/** Qwen3-Omni's: a small transformer over summed codes, steps up by ConvNeXt blocks, steps down to one channel. */
export const code2Wav: Family = ({ config }) => {
  const hidden = config.integer('hidden_size');
  const heads = config.integer('num_attention_heads');
  const bias = config.flag(false, 'attention_bias');
  const rates = shortList(config, 'upsample_rates');
  const ratios = shortList(config, 'upsampling_ratios');
  const start = config.integer('decoder_dim');
  const layers = config.integer('num_hidden_layers');
  if (layers > MAX_LAYERS) throw new ReadFailure('contradiction', 'More layers than any model has.');
  const p = 'code2wav.';
  const layer = `${p}pre_transformer.layers.{layer}.`;
  config.understood(
    'sliding_window',
    'max_position_embeddings',
    'layer_scale_initial_scale',
    'num_semantic_quantizers',
    'semantic_codebook_size',
  );
  const weights: WeightTensor[] = [
    lookup(`${p}code_embedding`, config.integer('codebook_size') * config.integer('num_quantizers'), hidden),
    ...norm(`${p}pre_transformer.norm`, hidden, 'rms'),
  ];
  ratios.forEach((factor, index) => {
    const path = `${p}upsample.${String(index)}`;
    weights.push(
      ...conv(`${path}.0.conv`, [hidden, hidden, factor]),
      ...conv(`${path}.1.dwconv.conv`, [hidden, 1, 7]),
      ...norm(`${path}.1.norm`, hidden, 'layer'),
      ...matrix(`${path}.1.pwconv1`, 4 * hidden, hidden, 'other', { bias: true }),
      ...matrix(`${path}.1.pwconv2`, hidden, 4 * hidden, 'other', { bias: true }),
      vector(`${path}.1.gamma`, hidden, 'other'),
    );
  });
  weights.push(...conv(`${p}decoder.0.conv`, [start, hidden, 7]));
  rates.forEach((rate, index) => {
    const from = Math.floor(start / 2 ** index);
    const to = Math.floor(start / 2 ** (index + 1));
    const path = `${p}decoder.${String(index + 1)}.block`;
    weights.push(
      ...snake(`${path}.0`, from),
      ...convolution(`${path}.1.conv`, [from, to, 2 * rate], 'other'),
      vector(`${path}.1.conv.bias`, to, 'other'),
      ...snake(`${path}.{i}.act1`, to, 3),
      ...snake(`${path}.{i}.act2`, to, 3),
      ...convolution(`${path}.{i}.conv1.conv`, [to, to, 7], 'other', { bias: true, copies: 3 }),
      ...convolution(`${path}.{i}.conv2.conv`, [to, to, 1], 'other', { bias: true, copies: 3 }),
    );
  });
  const end = Math.floor(start / 2 ** rates.length);
  weights.push(
    ...snake(`${p}decoder.${String(rates.length + 1)}`, end),
    ...conv(`${p}decoder.${String(rates.length + 2)}.conv`, [1, end, 7]),
  );
  return encoderModel(
    hidden,
    encoderStack({
      path: layer,
      layers,
      hidden,
      heads,
      kvHeads: config.optional('num_key_value_heads') ?? heads,
      headDim: config.optional('head_dim') ?? Math.floor(hidden / heads),
      width: config.integer('intermediate_size'),
      qkvBias: bias,
      outBias: bias,
      mlpBias: false,
      gated: true,
      norm: 'rms',
      attentionNames: { output: 'o_proj' },
      blockNorms: ['input_layernorm', 'post_attention_layernorm'],
      others: () =>
        ['self_attn_layer_scale', 'mlp_layer_scale'].map((name) =>
          vector(`${layer}${name}.scale`, hidden, 'other'),
        ),
    }),
    weights,
  );
};
