import type { Config } from '../../config';
import type { Family, FamilyModel } from '../../family';
import { encoderModel, sides, vitStack } from '../../parts/vitStack';
import { convolution, matrix, norm, vector } from '../../parts/tensors';
import type { WeightTensor } from '../../spec';
import { joined, readParts, readTower, sizeOf, squareTokens } from './wrapper';

/** Two convolutions with a norm behind each, from the tower's width to a narrow one. */
function neck(path: string, hidden: number, out: number): WeightTensor[] {
  return [
    ...convolution(`${path}.conv1`, [out, hidden, 1, 1], 'other'),
    ...norm(`${path}.layer_norm1`, out, 'layer'),
    ...convolution(`${path}.conv2`, [out, out, 3, 3], 'other'),
    ...norm(`${path}.layer_norm2`, out, 'layer'),
  ];
}

/** Segment Anything's transformer: windows in most layers, positions learned relative to the window. */
export function samTower(config: Config, path: string): FamilyModel {
  const hidden = config.integer('hidden_size');
  const heads = config.integer('num_attention_heads');
  const [patchHeight, patchWidth] = sides(config, 'patch_size');
  const grid = Math.floor(config.integer('image_size') / Math.max(1, patchHeight));
  const window = config.integer('window_size');
  const everywhere = new Set(config.integers('global_attn_indexes') ?? []);
  const relative = config.flag(true, 'use_rel_pos');
  const mlp = config.optional('mlp_dim') ?? Math.trunc(hidden * (config.number('mlp_ratio') ?? 4));
  const out = config.integer('output_channels');
  const sizeAt = (index: number): number => (everywhere.has(index) || window === 0 ? grid : window);
  config.understood('num_pos_feats', 'scale', 'mlp_ratio');
  return encoderModel(
    hidden,
    vitStack(config, `${path}layers.{layer}.`, {
      width: mlp,
      qkvBias: config.flag(true, 'qkv_bias'),
      attention: 'attn',
      fused: 'qkv',
      attentionNames: { output: 'proj' },
      feedForwardNames: { up: 'lin1', down: 'lin2' },
      describe: (index) => String(sizeAt(index)),
      others: (index) =>
        relative
          ? ['rel_pos_h', 'rel_pos_w'].map((name) =>
              vector(
                `${path}layers.{layer}.attn.${name}`,
                [2 * sizeAt(index) - 1, Math.floor(hidden / heads)],
                'attention',
              ),
            )
          : [],
    }),
    [
      ...(config.flag(true, 'use_abs_pos')
        ? [vector(`${path}pos_embed`, [1, grid, grid, hidden], 'embedding')]
        : []),
      ...convolution(
        `${path}patch_embed.projection`,
        [hidden, config.integerOr(3, 'num_channels'), patchHeight, patchWidth],
        'embedding',
        { bias: true },
      ),
      ...neck(`${path}neck`, hidden, out),
    ],
  );
}

export const samVision: Family = ({ config }) => samTower(config, 'model.vision_tower.');

/** GOT-OCR 2: Segment Anything's tower, two convolutions that halve, one matrix, Qwen2. */
export const gotOcr2: Family = (context) => {
  const { config } = context;
  const parts = readParts(context, { text: 'qwen2', tower: 'got_ocr2_vision' });
  const out = sizeOf(config, 'vision_config', 'output_channels', 256);
  const { hidden } = parts.text;
  const p = 'model.multi_modal_projector';
  return joined(parts, {
    outputTokens: squareTokens(config, 4),
    projector: [
      ...convolution(`${p}.conv_upsampler1`, [2 * out, out, 3, 3], 'other'),
      ...convolution(`${p}.conv_upsampler2`, [hidden, 2 * out, 3, 3], 'other'),
      ...matrix(`${p}.multimodal_projector`, hidden, hidden, 'vision', { bias: true }),
    ],
  });
};

/** DeepSeek-VL with two towers: SigLIP for the whole, Segment Anything for detail, both mapped to half the width. */
export const deepseekVlHybrid: Family = (context) => {
  const { config } = context;
  const parts = readParts(context, { text: 'llama', tower: 'siglip_vision_model' });
  const detail = readTower(context, 'high_res_vision_config', 'sam_vision_model');
  const out = sizeOf(config, 'high_res_vision_config', 'output_channels', 256);
  const { hidden } = parts.text;
  const half = Math.floor(hidden / 2);
  const whole = joined(parts, {
    outputTokens: squareTokens(config, 1),
    projector: [
      ...matrix('model.aligner.vision_proj', half, parts.tower.hidden, 'vision', { bias: true }),
      ...matrix('model.aligner.high_res_vision_proj', half, 4 * out, 'vision', { bias: true }),
      ...matrix('model.aligner.proj', hidden, hidden, 'vision', { bias: true }),
    ],
  });
  return joined(
    { text: whole, tower: detail },
    {
      projector: [
        vector('model.high_res_vision_alpha', 1, 'other'),
        ...neck('model.high_res_vision_neck', detail.hidden, out),
        ...convolution('model.high_res_vision_proj.conv1', [2 * out, out, 3, 3], 'other'),
        ...convolution('model.high_res_vision_proj.conv2', [4 * out, 2 * out, 3, 3], 'other'),
      ],
    },
  );
};
