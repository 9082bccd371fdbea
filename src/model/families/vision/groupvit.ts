import type { Family } from '../../family';
import { encoderStack } from '../../parts/encoderStack';
import { norm } from '../../parts/tensors';
import {
  batchNorm,
  doubtHead,
  learned,
  linear,
  perStage,
  plainLayer,
  ratiosPerStage,
  visionModel,
} from '../../parts/visionPieces';
import { patchPositions, patchProjection } from '../../parts/vitLayers';
import type { WeightTensor } from '../../spec';
import { dual, towers } from './clipKin';

/** Two matrices with biases. */
function network(module: string, input: number, inner: number, out: number): WeightTensor[] {
  return [...linear(`${module}.fc1`, inner, input), ...linear(`${module}.fc2`, out, inner)];
}

/** GroupViT's picture encoder: between its stages, patches are gathered into groups. */
export const groupVitVision: Family = ({ config }) => {
  const hidden = config.integer('hidden_size');
  const depths = perStage(config, 'depths');
  const tokens = perStage(config, 'num_group_tokens', depths.length);
  const groups = perStage(config, 'num_output_groups', depths.length);
  const [tokenRatio = 0.5, channelRatio = 4] = ratiosPerStage(config, 'assign_mlp_ratio', 2);
  config.understood('num_hidden_layers', 'assign_eps');
  const layers = depths.flatMap((depth, stage) => {
    const path = `vision_model.encoder.stages.${String(stage)}.`;
    const own = tokens[stage] ?? 0;
    const before = stage === 0 ? 0 : (groups[stage - 1] ?? 0);
    const stack = encoderStack({
      path: `${path}layers.{layer}.`,
      layers: depth,
      hidden,
      heads: config.integer('num_attention_heads'),
      width: config.integer('intermediate_size'),
      qkvBias: true,
      outBias: true,
      mlpBias: true,
    });
    if (own === 0) return stack;
    const d = `${path}downsample.`;
    const attention = (module: string, names: readonly string[]): WeightTensor[] =>
      names.flatMap((name) => linear(`${module}.${name}`, hidden, hidden));
    const gather = plainLayer([
      learned(`${path}group_token`, 1, own, hidden),
      ...[
        'norm_tokens',
        'norm_post_tokens',
        'norm_x',
        'pre_assign_attn.norm2',
        'pre_assign_attn.norm_post',
        'norm_new_x',
      ].flatMap((name) => norm(d + name, hidden, 'layer')),
      ...network(`${d}mlp_inter`, own, Math.trunc(tokenRatio * hidden), groups[stage] ?? 0),
      ...attention(`${d}pre_assign_attn.attn`, ['q_proj', 'k_proj', 'v_proj', 'out_proj']),
      ...network(`${d}pre_assign_attn.mlp`, hidden, config.integer('intermediate_size'), hidden),
      ...attention(`${d}assign`, ['q_proj', 'k_proj', 'v_proj', 'proj']),
      ...network(`${d}mlp_channels`, hidden, Math.trunc(channelRatio * hidden), hidden),
      ...(before > 0
        ? [
            ...norm(`${path}group_projector.0`, hidden, 'layer'),
            ...network(`${path}group_projector.1`, before, Math.floor(hidden / 2), own),
          ]
        : []),
    ]);
    return [...stack, gather];
  });
  const e = 'vision_model.embeddings.';
  return visionModel(hidden, layers, [
    patchPositions(config, `${e}position_embeddings`, hidden, 0),
    ...patchProjection(config, `${e}patch_embeddings.projection`, hidden),
    ...norm(`${e}layernorm`, hidden, 'layer'),
    ...norm('vision_model.layernorm', hidden, 'layer'),
  ]);
};

/** GroupViT: both towers are projected by small networks with a batch norm. */
export const groupVit: Family = (context) => {
  const { config } = context;
  doubtHead(context, /Model$/);
  const both = towers(context);
  const inner = config.integer('projection_intermediate_dim');
  const out = config.integer('projection_dim');
  config.understood('output_segmentation');
  const project = (module: string, input: number): WeightTensor[] => [
    ...linear(`${module}.0`, inner, input, 'head'),
    ...batchNorm(`${module}.1`, inner),
    ...linear(`${module}.3`, out, inner, 'head'),
  ];
  return dual(both, [
    ...project('visual_projection', both.vision.hidden),
    ...project('text_projection', both.text.hidden),
  ]);
};
