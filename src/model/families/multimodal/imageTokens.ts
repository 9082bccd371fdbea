import type { Config } from '../../config';
import type { Family } from '../../family';
import { groupedAttention } from '../../parts/groupedAttention';
import { llamaLike } from '../../parts/llamaLike';
import { convolution, lookup, matrix } from '../../parts/tensors';
import { encoderModel, siglipTrunk } from '../../parts/vitStack';
import type { WeightTensor } from '../../spec';
import { codecSizes, decoderCodec, encoderCodec, temporalBlock, type Codec } from './vqCodec';
import { joined, readParts, readText, readTower, sizeOf, squareTokens } from './wrapper';

/** The table of codes and the two convolutions around it. */
function codebook(path: string, codes: number, dim: number, into: number, from: number): WeightTensor[] {
  return [
    lookup(`${path}.quantize.embedding`, codes, dim),
    ...convolution(`${path}.quant_conv`, [dim, into, 1, 1], 'other', { bias: true }),
    ...convolution(`${path}.post_quant_conv`, [from, dim, 1, 1], 'other', { bias: true }),
  ];
}

function latentOf(config: Config): number {
  return config.integer('latent_channels') * (config.flag(false, 'double_latent') ? 2 : 1);
}

/** Chameleon's codes: an encoder alone; attention at the resolutions that the file lists. */
export const chameleonCodes: Family = ({ config }) => {
  const sizes = codecSizes(config);
  const at = config.integers('attn_resolutions') ?? [];
  const vanilla = (config.text('attn_type') ?? 'vanilla') === 'vanilla';
  const resolution = config.integer('resolution');
  const latent = config.integer('latent_channels');
  config.understood('num_patches', 'out_channels', 'dropout');
  return encoderModel(
    sizes.base,
    [],
    [
      ...encoderCodec({
        ...sizes,
        path: 'model.vqmodel.encoder',
        latent: latentOf(config),
        attends: (level) => vanilla && at.includes(Math.floor(resolution / 2 ** level)),
        middle: vanilla,
      }),
      ...codebook(
        'model.vqmodel',
        config.integer('num_embeddings'),
        config.integer('embed_dim'),
        latent,
        latent,
      ),
    ],
  );
};

/** Chameleon: Llama with norms on every head of its own, pictures as codes among the words. */
export const chameleon: Family = (context) => {
  const { config, architecture } = context;
  const bias = config.flag(false, 'attention_bias');
  config.understood('swin_norm', 'model_parallel_size', 'vocabulary_map', 'vocab_map');
  const text = llamaLike(
    { ...context, architecture: /Model$/.test(architecture) ? 'Model' : 'ForCausalLM' },
    {
      mlpBias: config.flag(false, 'mlp_bias'),
      attention: (_, base) =>
        groupedAttention({
          module: `${base.path}self_attn`,
          hidden: base.sizes.hidden,
          queryHeads: base.sizes.heads,
          kvHeads: base.sizes.kvHeads,
          headDim: base.sizes.headDim,
          qkvBias: bias,
          outBias: bias,
          qkNorm: 'full',
          qkNormKind: 'layer',
        }),
    },
  );
  return joined({ text, tower: readTower(context, 'vq_config', 'chameleon_vqgan') });
};

/** Janus' tower: SigLIP's trunk; a norm on query and key where the file says so. */
export const janusVision: Family = ({ config }) => {
  const hidden = config.integer('hidden_size');
  config.understood('depth', 'projection_dim', 'num_image_tokens', 'mlp_ratio', 'projection_dropout');
  return siglipTrunk(config, {
    tower: 'model.vision_model.',
    layers: config.integer('num_hidden_layers'),
    width: Math.trunc(hidden * (config.number('mlp_ratio') ?? 4)),
    qkvBias: config.flag(true, 'attention_bias'),
    qkNorm: config.flag(false, 'use_qk_norm') ? 'full' : 'none',
    qkNormKind: 'layer',
    attentionNames: { output: 'projection_layer' },
  });
};

/** A first matrix into the language model's width, and further ones of that width. */
function aligner(path: string, from: number, to: number, depth: number): WeightTensor[] {
  return [
    ...matrix(`${path}.fc1`, to, from, 'vision', { bias: true }),
    ...(depth > 1
      ? matrix(`${path}.hidden_layers.{i}`, to, to, 'vision', { bias: true, copies: depth - 1 })
      : []),
  ];
}

/** Janus' codes: encoder, table, decoder, and the ways from codes into the language model and back. */
export const janusCodes: Family = ({ config }) => {
  const sizes = codecSizes(config);
  const latent = config.integer('latent_channels');
  const codes = config.integer('num_embeddings');
  const dim = config.integer('embed_dim');
  const projection = config.integer('projection_dim');
  const common = {
    ...sizes,
    attends: (level: number): boolean => level === sizes.multipliers.length - 1,
    middle: true,
  };
  config.understood('num_patches', 'dropout');
  return encoderModel(
    sizes.base,
    [],
    [
      ...encoderCodec({ ...common, path: 'model.vqmodel.encoder', latent: latentOf(config) }),
      ...codebook('model.vqmodel', codes, dim, latent, latent),
      ...decoderCodec({
        ...common,
        path: 'model.vqmodel.decoder',
        latent,
        pictures: config.integer('out_channels'),
      }),
      lookup('model.generation_embeddings', codes, dim),
      ...aligner('model.generation_aligner', dim, projection, config.integer('num_hidden_layers')),
      ...matrix(
        'model.generation_head.proj_out',
        projection,
        config.integer('image_token_embed_dim'),
        'other',
        {
          bias: true,
        },
      ),
      ...matrix('model.generation_head.vision_head', codes, projection, 'other', { bias: true }),
    ],
  );
};

/** Janus: one eye that understands, one set of codes that draws, Llama between. */
export const janus: Family = (context) => {
  const { config } = context;
  const parts = readParts(context, { text: 'llama', tower: 'janus_vision_model' });
  const width = sizeOf(config, 'vision_config', 'projection_dim', 2048);
  const seen = joined(parts, {
    outputTokens: squareTokens(config, 1),
    projector: aligner(
      'model.aligner',
      parts.tower.hidden,
      width,
      sizeOf(config, 'vision_config', 'depth', 2),
    ),
  });
  return joined({ text: seen, tower: readTower(context, 'vq_config', 'janus_vqgan') }, { kind: 'other' });
};

/** Emu 3's codes: an encoder and a decoder steered by the codes, both with convolutions over time. */
export const emu3Codes: Family = ({ config }) => {
  const sizes = codecSizes(config);
  const latent = config.integer('latent_channels');
  const dim = config.integer('embed_dim');
  const inner = latentOf(config);
  const at = config.integers('attn_resolutions') ?? [];
  const times = Math.trunc(Math.log2(Math.max(1, config.integer('temporal_downsample_factor'))));
  const common = {
    ...sizes,
    attends: (level: number): boolean => at.includes(level),
    middle: true,
    attentionWidth: config.integer('hidden_size'),
  };
  const p = 'model.vqmodel';
  config.understood('num_attention_heads', 'dropout');
  const overTime = (path: string, channels: number, kernel: number): WeightTensor[] =>
    convolution(`${path}.time_conv.{i}.conv.conv`, [channels, channels, kernel, 3, 3], 'other', {
      bias: true,
      copies: times,
    });
  const decoder: Codec = {
    ...common,
    path: `${p}.decoder`,
    latent,
    pictures: config.integer('out_channels'),
    steered: dim,
  };
  return encoderModel(
    sizes.base,
    [],
    [
      ...encoderCodec({ ...common, path: `${p}.encoder`, latent: inner }),
      ...overTime(`${p}.encoder`, inner, 4),
      ...temporalBlock(`${p}.encoder.time_res_stack.{i}`, inner, sizes.blocks),
      ...decoderCodec(decoder),
      ...overTime(`${p}.decoder`, latent, 3),
      ...temporalBlock(`${p}.decoder.time_res_stack.{i}`, latent, sizes.blocks),
      lookup(`${p}.quantize.embedding`, config.integer('codebook_size'), dim),
      ...convolution(`${p}.quant_conv.conv`, [dim, latent, 3, 1, 1], 'other', { bias: true }),
      ...convolution(`${p}.post_quant_conv.conv`, [latent, dim, 3, 1, 1], 'other', { bias: true }),
    ],
  );
};

/** Emu 3: Llama over words and codes of pictures. */
export const emu3: Family = (context) => {
  const { config } = context;
  const text = readText(context, 'text_config', 'emu3_text_model');
  config.understood('vocabulary_map');
  return joined({ text, tower: readTower(context, 'vq_config', 'emu3_vqgan') });
};

export const emu3Text: Family = (context) =>
  llamaLike(context, {
    qkvBias: context.config.flag(false, 'attention_bias'),
    outBias: context.config.flag(false, 'attention_bias'),
    mlpBias: context.config.flag(false, 'mlp_bias'),
  });
