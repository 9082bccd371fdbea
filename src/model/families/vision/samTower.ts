import type { Config } from '../../config';
import type { Family, FamilyModel } from '../../family';
import { encoderStack } from '../../parts/encoderStack';
import { norm, vector } from '../../parts/tensors';
import { conv, learned, sides, visionModel } from '../../parts/visionPieces';
import type { WeightTensor } from '../../spec';

/** Two convolutions with a norm behind each, from the tower's width to a narrow one. */
export function samNeck(path: string, hidden: number, out: number): WeightTensor[] {
  return [
    ...conv(`${path}.conv1`, out, hidden),
    ...norm(`${path}.layer_norm1`, out, 'layer'),
    ...conv(`${path}.conv2`, out, out, { kernel: 3 }),
    ...norm(`${path}.layer_norm2`, out, 'layer'),
  ];
}

/** SAM's picture encoder: windowed attention with learned relative positions, and a neck of two convolutions. */
export function samTower(config: Config, path: string): FamilyModel {
  const hidden = config.integer('hidden_size');
  const heads = config.integer('num_attention_heads');
  const out = config.integer('output_channels');
  const [imageHeight, imageWidth] = sides(config, 'image_size');
  const [patchHeight, patchWidth] = sides(config, 'patch_size');
  const rows = Math.floor(imageHeight / Math.max(1, patchHeight));
  const columns = Math.floor(imageWidth / Math.max(1, patchWidth));
  const window = config.integer('window_size');
  const everywhere = new Set(config.integers('global_attn_indexes') ?? []);
  const relative = config.flag(true, 'use_rel_pos');
  const layer = `${path}layers.{layer}.`;
  const width = config.optional('mlp_dim') ?? Math.trunc(hidden * (config.number('mlp_ratio') ?? 4));
  config.understood('num_pos_feats', 'scale', 'mlp_ratio', 'intermediate_size', 'projection_dim');
  const places = (index: number, all: number): number =>
    2 * (everywhere.has(index) || window === 0 ? all : window) - 1;
  const layers = encoderStack({
    path: layer,
    layers: config.integer('num_hidden_layers'),
    hidden,
    heads,
    width,
    qkvBias: config.flag(true, 'qkv_bias'),
    outBias: true,
    mlpBias: true,
    attention: 'attn',
    fused: 'qkv',
    attentionNames: { output: 'proj' },
    feedForwardNames: { up: 'lin1', down: 'lin2' },
    describe: (index) => String(everywhere.has(index)),
    others: (index) =>
      relative
        ? [
            vector(`${layer}attn.rel_pos_h`, [places(index, rows), hidden / heads], 'attention'),
            vector(`${layer}attn.rel_pos_w`, [places(index, columns), hidden / heads], 'attention'),
          ]
        : [],
  });
  return visionModel(hidden, layers, [
    ...(config.flag(true, 'use_abs_pos') ? [learned(`${path}pos_embed`, 1, rows, columns, hidden)] : []),
    ...conv(`${path}patch_embed.projection`, hidden, config.integerOr(3, 'num_channels'), {
      kernel: [patchHeight, patchWidth],
      bias: true,
      part: 'embedding',
    }),
    ...samNeck(`${path}neck`, hidden, out),
  ]);
}

export const samVision: Family = ({ config }) => samTower(config, 'vision_encoder.');
