import type { Family } from '../../family';
import { encoderStack } from '../../parts/encoderStack';
import type { LayerPlan } from '../../parts/foldLayers';
import { labelCount } from '../../parts/head';
import { norm, vector } from '../../parts/tensors';
import {
  blocks,
  conv,
  doubtHead,
  learned,
  linear,
  perStage,
  plainLayer,
  understoodPictureKeys,
  visionModel,
} from '../../parts/visionPieces';
import type { WeightTensor } from '../../spec';
import { ReadFailure } from '../../readFailure';
import { outStages } from './backbone';

/** What the first vision transformer calls the parts of a block. */
export const VIT_NAMES = {
  attention: 'attention',
  feedForward: '',
  feedForwardNames: { up: 'intermediate.dense', down: 'output.dense' },
  blockNorms: ['layernorm_before', 'layernorm_after'],
};

/** Norms on the maps that a backbone hands on. */
function handedNorms(stages: readonly number[], width: (stage: number) => number): WeightTensor[] {
  return stages.flatMap((stage) => norm(`hidden_states_norms.stage${String(stage)}`, width(stage), 'layer'));
}

/** Heads that share a width evenly. */
export function dividing(width: number, heads: number): number {
  if (heads < 1 || width % heads !== 0)
    throw new ReadFailure('contradiction', `${String(width)} does not divide over ${String(heads)} heads.`);
  return heads;
}

/** DiNAT: attention to the neighbourhood of each place, near or spread out. */
export const dinat: Family = (context) => {
  const { config, architecture } = context;
  doubtHead(context, /Model$|Backbone$|ForImageClassification$/);
  understoodPictureKeys(config);
  config.understood('dilations', 'num_layers', 'hidden_size', 'patch_size');
  const width = config.integer('embed_dim');
  const depths = perStage(config, 'depths');
  const heads = perStage(config, 'num_heads', depths.length);
  const reach = 2 * config.integer('kernel_size') - 1;
  const ratio = config.number('mlp_ratio') ?? 3;
  const scaled = (config.number('layer_scale_init_value') ?? 0) > 0;
  const layers: LayerPlan[] = depths.flatMap((depth, stage) => {
    const dim = width * 2 ** stage;
    const path = `dinat.encoder.levels.${String(stage)}.`;
    const block = `${path}layers.{layer}.`;
    const count = dividing(dim, heads[stage] ?? 1);
    const bias = config.flag(true, 'qkv_bias');
    const stack = encoderStack({
      ...VIT_NAMES,
      path: block,
      layers: depth,
      hidden: dim,
      heads: count,
      width: Math.trunc(dim * ratio),
      qkvBias: bias,
      outBias: true,
      mlpBias: true,
      attentionNames: { query: 'self.query', key: 'self.key', value: 'self.value', output: 'output.dense' },
      others: () => [
        vector(`${block}attention.self.rpb`, [count, reach, reach], 'attention'),
        ...(scaled ? [vector(`${block}layer_scale_parameters`, [2, dim], 'vision')] : []),
      ],
    });
    const down =
      stage < depths.length - 1
        ? [
            plainLayer([
              ...conv(`${path}downsample.reduction`, 2 * dim, dim, { kernel: 3 }),
              ...norm(`${path}downsample.norm`, 2 * dim, 'layer'),
            ]),
          ]
        : [];
    return [...stack, ...down];
  });
  const last = width * 2 ** (depths.length - 1);
  const stages = outStages(config, depths.length);
  const stageWidth = (stage: number): number => width * 2 ** Math.max(0, stage - 1);
  const classes = labelCount(config);
  const backbone = /Backbone$/.test(architecture);
  const half = Math.floor(width / 2);
  const e = 'dinat.embeddings.';
  return {
    ...visionModel(last, layers, [
      ...conv(`${e}patch_embeddings.projection.0`, half, config.integerOr(3, 'num_channels'), {
        kernel: 3,
        bias: true,
        part: 'embedding',
      }),
      ...conv(`${e}patch_embeddings.projection.1`, width, half, { kernel: 3, bias: true, part: 'embedding' }),
      ...norm(`${e}norm`, width, 'layer'),
      ...(backbone ? handedNorms(stages, stageWidth) : norm('dinat.layernorm', last, 'layer')),
      ...(/ForImageClassification$/.test(architecture) ? linear('classifier', classes, last, 'head') : []),
    ]),
    featureWidths: stages.map(stageWidth),
  };
};

/** How much each focal level's kernel grows over the one before: fixed in the class. */
const FOCAL_FACTOR = 2;

/** FocalNet: each place is modulated by what surrounds it, at a few distances; no attention. */
export const focalNet: Family = (context) => {
  const { config, architecture } = context;
  doubtHead(context, /Model$|Backbone$|ForImageClassification$|ForMaskedImageModeling$/);
  understoodPictureKeys(config);
  config.understood('hidden_sizes', 'use_post_layernorm', 'normalize_modulator', 'layerscale_value');
  const width = config.integer('embed_dim');
  const depths = perStage(config, 'depths');
  const levels = perStage(config, 'focal_levels', depths.length);
  const windows = perStage(config, 'focal_windows', depths.length);
  const ratio = config.number('mlp_ratio') ?? 4;
  const convolves = config.flag(false, 'use_conv_embed');
  const scaled = config.flag(false, 'use_layerscale');
  const inner = config.flag(false, 'use_post_layernorm_in_modulation');
  const layers: LayerPlan[] = depths.flatMap((depth, stage) => {
    const dim = width * 2 ** stage;
    const path = `focalnet.encoder.stages.${String(stage)}.`;
    const b = `${path}layers.{layer}.`;
    const m = `${b}modulation.`;
    const level = levels[stage] ?? 0;
    const hidden = Math.trunc(dim * ratio);
    const plan = plainLayer([
      ...norm(`${b}norm1`, dim, 'layer'),
      ...linear(`${m}projection_in`, 2 * dim + level + 1, dim),
      ...conv(`${m}projection_context`, dim, dim, { bias: true }),
      ...linear(`${m}projection_out`, dim, dim),
      ...blocks(level, (index) =>
        conv(`${m}focal_layers.${String(index)}.0`, dim, dim, {
          kernel: FOCAL_FACTOR * index + (windows[stage] ?? 1),
          groups: dim,
        }),
      ).flat(),
      ...(inner ? norm(`${m}layernorm`, dim, 'layer') : []),
      ...norm(`${b}norm2`, dim, 'layer'),
      ...linear(`${b}mlp.fc1`, hidden, dim, 'feedForward'),
      ...linear(`${b}mlp.fc2`, dim, hidden, 'feedForward'),
      ...(scaled ? ['gamma_1', 'gamma_2'].map((name) => vector(b + name, dim, 'vision')) : []),
    ]);
    const down =
      stage < depths.length - 1
        ? [
            plainLayer([
              ...conv(`${path}downsample.projection`, 2 * dim, dim, {
                kernel: convolves ? 3 : 2,
                bias: true,
              }),
              ...norm(`${path}downsample.norm`, 2 * dim, 'layer'),
            ]),
          ]
        : [];
    return [...blocks(depth, () => plan), ...down];
  });
  const last = width * 2 ** (depths.length - 1);
  const classes = labelCount(config);
  const channels = config.integerOr(3, 'num_channels');
  const masked = /ForMaskedImageModeling$/.test(architecture);
  const stride = config.integerOr(32, 'encoder_stride');
  const e = 'focalnet.embeddings.';
  const stages = outStages(config, depths.length);
  return {
    ...visionModel(last, layers, [
      ...conv(`${e}patch_embeddings.projection`, width, channels, {
        kernel: convolves ? 7 : config.integer('patch_size'),
        bias: true,
        part: 'embedding',
      }),
      ...norm(`${e}norm`, width, 'layer'),
      ...(masked ? [learned(`${e}mask_token`, 1, 1, width)] : []),
      ...norm('focalnet.layernorm', last, 'layer'),
      ...(masked ? conv('decoder.0', stride ** 2 * channels, last, { bias: true, part: 'head' }) : []),
      ...(/ForImageClassification$/.test(architecture) ? linear('classifier', classes, last, 'head') : []),
    ]),
    featureWidths: stages.map((stage) => width * 2 ** Math.max(0, stage - 1)),
  };
};
