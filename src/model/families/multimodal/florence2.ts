import type { Config } from '../../config';
import type { Family } from '../../family';
import { denseFeedForward } from '../../parts/feedForward';
import type { LayerPlan } from '../../parts/foldLayers';
import { groupedAttention } from '../../parts/groupedAttention';
import { convolution, lookup, matrix, norm } from '../../parts/tensors';
import { encoderModel } from '../../parts/vitStack';
import { MAX_LAYERS } from '../../limits';
import { ReadFailure } from '../../readFailure';
import type { WeightTensor } from '../../spec';
import { joined, readText, readTower, sizeOf, sizesOf } from './wrapper';

const P = 'model.vision_tower.';

/** One half of a DaViT block: a depth-wise convolution before attention and one before the feed-forward part. */
function half(
  path: string,
  attention: string,
  hidden: number,
  heads: number,
  bias: boolean,
  width: number,
): LayerPlan {
  return {
    mixer: groupedAttention({
      module: `${path}${attention}`,
      hidden,
      queryHeads: heads,
      kvHeads: heads,
      headDim: hidden / heads,
      qkvBias: bias,
      outBias: true,
      causal: false,
      fused: 'qkv',
      names: { output: 'proj' },
    }),
    feedForward: denseFeedForward({
      module: `${path}ffn`,
      hidden,
      width,
      gated: false,
      bias: true,
      names: { up: 'fc1', down: 'fc2' },
    }),
    others: ['1', '2'].flatMap((number) => [
      ...convolution(`${path}conv${number}`, [hidden, 1, 3, 3], 'other', { bias: true }),
      ...norm(`${path}norm${number}`, hidden, 'layer'),
    ]),
  };
}

function stageList(config: Config, key: string, stages: number): readonly number[] {
  const list = config.integers(key) ?? [];
  if (list.length < stages)
    throw new ReadFailure('contradiction', `${config.path}${key} is shorter than the stages.`);
  return list;
}

/** Florence-2's tower (DaViT): four stages, each of pairs that attend over windows and over channels. */
export const florenceVision: Family = ({ config }) => {
  const widths = config.integers('embed_dim', 'dim_embed') ?? [];
  const depths = stageList(config, 'depths', widths.length);
  const heads = stageList(config, 'num_heads', widths.length);
  const groups = stageList(config, 'num_groups', widths.length);
  const patches = stageList(config, 'patch_size', widths.length);
  const before = config.list('patch_prenorm') ?? [];
  const bias = config.flag(true, 'qkv_bias');
  const ratio = config.number('mlp_ratio') ?? 4;
  if (depths.reduce((sum, depth) => sum + depth, 0) > MAX_LAYERS)
    throw new ReadFailure('contradiction', 'More blocks than any tower has.');
  config.understood(
    'patch_stride',
    'patch_padding',
    'window_size',
    'projection_dim',
    'max_temporal_embeddings',
    'max_position_embeddings',
    'enable_checkpoint',
    'image_pos_embed',
    'image_feature_source',
    'visual_temporal_embedding',
  );
  const layers: LayerPlan[] = [];
  const outside: WeightTensor[] = [];
  widths.forEach((hidden, stage) => {
    const patch = patches[stage] ?? 0;
    const input = stage === 0 ? config.integerOr(3, 'in_channels', 'in_chans') : (widths[stage - 1] ?? 0);
    const path = `${P}blocks.${String(stage)}.{layer}.`;
    const width = Math.trunc(hidden * ratio);
    const spatial = half(`${path}spatial_block.`, 'window_attn', hidden, heads[stage] ?? 1, bias, width);
    const channel = half(`${path}channel_block.`, 'channel_attn', hidden, groups[stage] ?? 1, bias, width);
    const depth = Math.max(0, depths[stage] ?? 0);
    for (let block = 0; block < depth; block += 1) layers.push(spatial, channel);
    outside.push(
      ...convolution(`${P}convs.${String(stage)}.conv`, [hidden, input, patch, patch], 'embedding', {
        bias: true,
      }),
      ...norm(`${P}convs.${String(stage)}.norm`, before[stage] === true ? input : hidden, 'layer'),
    );
  });
  return encoderModel(widths.at(-1) ?? 0, layers, outside);
};

/** Florence-2: DaViT, positions by row and column, one matrix, BART. */
export const florence2: Family = (context) => {
  const { config } = context;
  const text = readText(context, 'text_config', 'bart');
  const tower = readTower(context, 'vision_config', 'florence_vision');
  const out = sizeOf(config, 'vision_config', 'projection_dim', 1024);
  const positions = sizeOf(config, 'vision_config', 'max_position_embeddings', 50);
  const wide = sizesOf(config, 'vision_config', 'embed_dim', [tower.hidden]).at(-1) ?? tower.hidden;
  const p = 'model.multi_modal_projector';
  config.understood('projection_dim', 'vocab_size', 'is_encoder_decoder');
  return joined(
    { text, tower },
    {
      projector: [
        ...matrix(`${p}.image_projection`, out, wide, 'vision'),
        ...norm(`${p}.image_proj_norm`, out, 'layer'),
        lookup(`${p}.image_position_embed.row_embeddings`, positions, Math.floor(wide / 2)),
        lookup(`${p}.image_position_embed.column_embeddings`, positions, wide - Math.floor(wide / 2)),
      ],
    },
  );
};
