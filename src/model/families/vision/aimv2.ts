import type { Config } from '../../config';
import type { Family } from '../../family';
import { encoderStack } from '../../parts/encoderStack';
import type { LayerPlan } from '../../parts/foldLayers';
import { lookup, norm, matrix } from '../../parts/tensors';
import { conv, doubtHead, learned, linear, patchGrid, sides, visionModel } from '../../parts/visionPieces';
import { dual, towers } from './clipKin';

/** Blocks of AIMv2: scales in place of full norms, gated networks. */
function stack(config: Config, path: string): LayerPlan[] {
  return encoderStack({
    path,
    layers: config.integer('num_hidden_layers'),
    hidden: config.integer('hidden_size'),
    heads: config.integer('num_attention_heads'),
    width: config.integer('intermediate_size'),
    qkvBias: config.flag(false, 'qkv_bias'),
    outBias: config.flag(false, 'qkv_bias'),
    mlpBias: config.flag(false, 'mlp_bias'),
    gated: true,
    norm: 'rms',
    attention: 'attention',
    feedForward: 'ffn',
    blockNorms: ['rms_norm1', 'rms_norm2'],
  });
}

export const aimV2Vision: Family = ({ config }) => {
  const hidden = config.integer('hidden_size');
  const [rows, columns] = patchGrid(config);
  const v = 'vision_model.';
  config.understood('projection_dim');
  const bias = config.flag(false, 'qkv_bias');
  return visionModel(hidden, stack(config, `${v}encoder.layers.{layer}.`), [
    ...conv(`${v}embeddings.patch_embed`, hidden, config.integerOr(3, 'num_channels'), {
      kernel: sides(config, 'patch_size'),
      bias: true,
      part: 'embedding',
    }),
    ...norm(`${v}embeddings.rms_norm`, hidden, 'rms'),
    // The native form takes any size: its positions are sines.
    ...(config.flag(false, 'is_native')
      ? []
      : [lookup(`${v}embeddings.position_embedding`, rows * columns, hidden)]),
    ...norm(`${v}rms_norm`, hidden, 'rms'),
    ...(config.flag(true, 'use_head')
      ? [
          learned(`${v}head.cls_token`, 1, 1, hidden),
          ...linear(`${v}head.k_proj`, hidden, hidden, 'vision', bias),
          ...linear(`${v}head.v_proj`, hidden, hidden, 'vision', bias),
          ...linear(`${v}head.output_proj`, hidden, hidden),
        ]
      : []),
  ]);
};

export const aimV2Text: Family = ({ config }) => {
  const hidden = config.integer('hidden_size');
  const t = 'text_model.';
  return {
    ...visionModel(hidden, stack(config, `${t}encoder.layers.{layer}.`), [
      lookup(`${t}embeddings.token_embedding`, config.integer('vocab_size'), hidden),
      lookup(`${t}embeddings.position_embedding`, config.integer('max_position_embeddings'), hidden),
      ...norm(`${t}rms_norm`, hidden, 'rms'),
    ]),
    vocabulary: config.integer('vocab_size'),
    maxContext: config.integer('max_position_embeddings'),
  };
};

/** AIMv2's pair of towers with their projections. */
export const aimV2: Family = (context) => {
  const { config } = context;
  doubtHead(context, /Model$/);
  config.understood('max_logit_scale');
  const both = towers(context);
  const out = config.integer('projection_dim');
  return dual(both, [
    ...matrix('visual_projection', out, both.vision.hidden, 'head'),
    ...matrix('text_projection', out, both.text.hidden, 'head'),
  ]);
};
