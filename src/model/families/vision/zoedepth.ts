import { isObject, type Config } from '../../config';
import type { Family } from '../../family';
import { encoderStack } from '../../parts/encoderStack';
import type { LayerPlan } from '../../parts/foldLayers';
import { conv, doubtHead, linear, perStage, visionModel } from '../../parts/visionPieces';
import { ReadFailure } from '../../readFailure';
import type { WeightTensor } from '../../spec';
import { detectorBackbone } from './detectorBackbone';
import { dptNeck, fusionRule } from './dptNeck';

/** Fixed in the classes: inner widths of the single head, the levels, attractors of the several heads, the router's width. */
const SEED_WIDTH = 256;
const PROJECTOR_WIDTH = 128;
const FUSED_LEVELS = 4;
const SHARED_ATTRACTORS = 16;
const ROUTER_WIDTH = 128;
const ADDED_PROJECTION = 256;

interface Head {
  layers: LayerPlan[];
  outside: WeightTensor[];
}

/** Two 1 × 1 convolutions. */
function pair(module: string, input: number, inner: number, out: number): WeightTensor[] {
  return [
    ...conv(`${module}.conv1`, inner, input, { bias: true, part: 'head' }),
    ...conv(`${module}.conv2`, out, inner, { bias: true, part: 'head' }),
  ];
}

/** ZoeDepth: BEiT under DPT's neck; a head for relative depth and one, or one for each kind of scene, for metres. */
export const zoeDepth: Family = (context) => {
  const { config } = context;
  doubtHead(context, /ForDepthEstimation$/);
  config.understood('head_in_index', 'patch_transformer_dim', 'bin_centers_type');
  const backbone = detectorBackbone(context, {
    fallback: 'beit',
    path: 'backbone.',
    defaults: {
      image_size: 384,
      num_hidden_layers: 24,
      hidden_size: 1024,
      intermediate_size: 4096,
      num_attention_heads: 16,
      use_relative_position_bias: true,
      reshape_hidden_states: false,
      out_features: ['stage6', 'stage12', 'stage18', 'stage24'],
    },
  });
  const hidden = backbone.tower.hiddenSize;
  const fused = config.integer('fusion_hidden_size');
  const half = Math.floor(fused / 2);
  const features = config.integer('num_relative_features');
  const bins = (config.list('bin_configurations') ?? []).map((each) => {
    const count = isObject(each) ? each.n_bins : undefined;
    if (typeof count !== 'number' || !Number.isInteger(count) || count < 1)
      throw new ReadFailure('contradiction', 'bin_configurations holds what says no n_bins.');
    return count;
  });
  const head =
    bins.length > 1
      ? severalHeads(config, fused, features, bins)
      : oneHead(config, fused, features, bins[0] ?? 0);
  return {
    ...visionModel(hidden, head.layers, [
      ...dptNeck(config, {
        hidden,
        readout: config.text('readout_type') === 'project',
        ...fusionRule(config),
      }),
      ...(config.flag(false, 'add_projection')
        ? conv('relative_head.projection', ADDED_PROJECTION, ADDED_PROJECTION, {
            kernel: 3,
            bias: true,
            part: 'head',
          })
        : []),
      ...conv('relative_head.conv1', half, fused, { kernel: 3, bias: true, part: 'head' }),
      ...conv('relative_head.conv2', features, half, { kernel: 3, bias: true, part: 'head' }),
      ...conv('relative_head.conv3', 1, features, { bias: true, part: 'head' }),
      ...head.outside,
    ]),
    towers: [backbone.tower],
  };
};

/** Attractors move two numbers each where bin centres are normed, one where they are not. */
function attractorOutputs(config: Config): number {
  return config.text('bin_centers_type') === 'normed' ? 2 : 1;
}

/** The network that gives a distribution over the bins: four numbers out of what it sees. */
function distribution(module: string, input: number, factor: number): WeightTensor[] {
  const inner = Math.floor(input / factor);
  return [
    ...conv(`${module}.mlp.0`, inner, input, { bias: true, part: 'head' }),
    ...conv(`${module}.mlp.2`, 4, inner, { bias: true, part: 'head' }),
  ];
}

function oneHead(config: Config, fused: number, features: number, bins: number): Head {
  const inner = config.integer('bottleneck_features');
  const width = config.integer('bin_embedding_dim');
  const m = 'metric_head.';
  for (const key of ['num_patch_transformer_layers', 'patch_transformer_hidden_size']) config.understood(key);
  for (const key of ['patch_transformer_intermediate_size', 'patch_transformer_num_attention_heads'])
    config.understood(key);
  return {
    layers: [],
    outside: [
      ...conv(`${m}conv2`, inner, inner, { bias: true, part: 'head' }),
      ...pair(`${m}seed_bin_regressor`, inner, SEED_WIDTH, bins),
      ...pair(`${m}seed_projector`, inner, PROJECTOR_WIDTH, width),
      ...perStage(config, 'num_attractors', FUSED_LEVELS).flatMap((count, index) => [
        ...pair(`${m}projectors.${String(index)}`, fused, PROJECTOR_WIDTH, width),
        ...pair(`${m}attractors.${String(index)}`, width, width, count * attractorOutputs(config)),
      ]),
      ...distribution(`${m}conditional_log_binomial`, features + 1 + width, 2),
    ],
  };
}

/** One head a kind of scene, and a small transformer that tells which it is. */
function severalHeads(config: Config, fused: number, features: number, bins: readonly number[]): Head {
  const inner = config.integer('bottleneck_features');
  const width = config.integer('bin_embedding_dim');
  const half = Math.floor(width / 2);
  const router = config.integer('patch_transformer_hidden_size');
  const m = 'metric_head.';
  const levels = perStage(config, 'num_attractors').length;
  const layers = encoderStack({
    path: `${m}patch_transformer.transformer_encoder.{layer}.`,
    layers: config.integer('num_patch_transformer_layers'),
    hidden: router,
    heads: config.integer('patch_transformer_num_attention_heads'),
    width: config.integer('patch_transformer_intermediate_size'),
    qkvBias: true,
    outBias: true,
    mlpBias: true,
    attentionNames: { query: 'query', key: 'key', value: 'value', output: 'out_proj' },
    feedForward: '',
    feedForwardNames: { up: 'linear1', down: 'linear2' },
    blockNorms: ['norm1', 'norm2'],
  });
  const scenes = bins.flatMap((count, scene) => {
    const place = String(scene);
    return [
      ...pair(`${m}seed_bin_regressors.${place}`, inner, half, count),
      ...Array.from({ length: levels }, (_, index) =>
        pair(
          `${m}attractors.${place}.${String(index)}`,
          width,
          width,
          SHARED_ATTRACTORS * attractorOutputs(config),
        ),
      ).flat(),
      ...distribution(`${m}conditional_log_binomial.${place}`, features + width, 4),
    ];
  });
  return {
    layers,
    outside: [
      ...conv(`${m}conv2`, inner, inner, { bias: true, part: 'head' }),
      ...conv(`${m}patch_transformer.embedding_convPxP`, router, inner, { bias: true, part: 'head' }),
      ...linear(`${m}mlp_classifier.linear1`, ROUTER_WIDTH, ROUTER_WIDTH, 'head'),
      ...linear(`${m}mlp_classifier.linear2`, 2, ROUTER_WIDTH, 'head'),
      ...pair(`${m}seed_projector`, inner, half, width),
      ...Array.from({ length: FUSED_LEVELS }, (_, index) =>
        pair(`${m}projectors.${String(index)}`, fused, half, width),
      ).flat(),
      ...scenes,
    ],
  };
}
