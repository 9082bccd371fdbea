import type { Family } from '../../family';
import type { LayerPlan } from '../../parts/foldLayers';
import { blocks, conv, learned, perStage, sides, visionModel } from '../../parts/visionPieces';
import { ReadFailure } from '../../readFailure';
import { hieraBlock } from './hiera';

/** SAM 2's picture encoder: Hiera, and a neck that brings its stages to one width. */
export const sam2Vision: Family = (context) => {
  const { config, nested } = context;
  const backbone = nested('backbone_config', 'sam2_hiera_det_model', { evenIfAbsent: true });
  if (backbone === undefined) throw new ReadFailure('contradiction', 'backbone_config is no configuration.');
  const out = config.integer('fpn_hidden_size');
  const kernel = config.integer('fpn_kernel_size');
  config.understood('fpn_stride', 'fpn_padding', 'fpn_top_down_levels', 'num_feature_levels');
  config.understood('backbone_feature_sizes');
  return {
    ...backbone,
    outside: [
      ...backbone.outside,
      ...perStage(config, 'backbone_channel_list').flatMap((width, index) =>
        conv(`vision_encoder.neck.convs.${String(index)}`, out, width, { kernel, bias: true }),
      ),
    ],
  };
};

const NAMES = { before: 'layer_norm1', after: 'layer_norm2', up: 'proj_in', down: 'proj_out' };

/** Hiera as SAM 2 has it: attention in windows, queries pooled where a stage begins. */
export const hieraDet: Family = ({ config }) => {
  const widths = perStage(config, 'embed_dim_per_stage');
  const depths = perStage(config, 'blocks_per_stage', widths.length);
  const heads = perStage(config, 'num_attention_heads_per_stage', widths.length);
  const windows = perStage(config, 'window_size_per_stage', widths.length);
  const ratio = config.number('mlp_ratio') ?? 4;
  const first = config.integer('hidden_size');
  const path = 'vision_encoder.backbone.blocks.{layer}.';
  const layers: LayerPlan[] = widths.flatMap((out, stage) => {
    const count = heads[stage] ?? 1;
    const block = (input: number): LayerPlan => hieraBlock(path, { input, out, heads: count, ratio }, NAMES);
    const rest = block(out);
    const before = widths[stage - 1] ?? out;
    return blocks(depths[stage] ?? 0, (index) => (index === 0 ? block(before) : rest));
  });
  const background = sides(config, 'window_positional_embedding_background_size');
  const window = windows[0] ?? 0;
  config.understood('num_attention_heads', 'image_size', 'patch_stride', 'patch_padding', 'query_stride');
  config.understood('num_query_pool_stages', 'global_attention_blocks');
  return visionModel(first, layers, [
    learned('vision_encoder.backbone.pos_embed', 1, first, ...background),
    learned('vision_encoder.backbone.pos_embed_window', 1, first, window, window),
    ...conv('vision_encoder.backbone.patch_embed.projection', first, config.integerOr(3, 'num_channels'), {
      kernel: sides(config, 'patch_kernel_size'),
      bias: true,
      part: 'embedding',
    }),
  ]);
};
