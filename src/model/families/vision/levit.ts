import type { Family } from '../../family';
import type { LayerPlan } from '../../parts/foldLayers';
import { labelCount } from '../../parts/head';
import { matrix, vector } from '../../parts/tensors';
import {
  batchNorm,
  blocks,
  convNorm,
  doubtHead,
  linear,
  perStage,
  plainLayer,
  ratiosPerStage,
  sides,
  visionModel,
} from '../../parts/visionPieces';
import type { WeightTensor } from '../../spec';

/** Ratios and stride of the step between two stages: fixed in the class. */
const STEP = { attention: 4, network: 2, stride: 2 };

/** LeViT: attention on a shrinking map, every matrix followed by a batch norm, biases by distance. */
export const levit: Family = (context) => {
  const { config, architecture } = context;
  doubtHead(context, /Model$|ForImageClassification$|WithTeacher$/);
  config.understood('stride', 'padding', 'down_ops');
  const widths = perStage(config, 'hidden_sizes');
  const count = widths.length;
  const heads = perStage(config, 'num_attention_heads', count);
  const depths = perStage(config, 'depths', count);
  const keys = perStage(config, 'key_dim', count);
  const networks = ratiosPerStage(config, 'mlp_ratio', count);
  const ratios = ratiosPerStage(config, 'attention_ratio', count);
  const [image] = sides(config, 'image_size');
  const [patch] = sides(config, 'patch_size');
  const normed = (
    module: string,
    out: number,
    input: number,
    part: 'attention' | 'feedForward',
  ): WeightTensor[] => [
    ...matrix(`${module}.linear`, out, input, part),
    ...batchNorm(`${module}.batch_norm`, out),
  ];
  const network = (path: string, dim: number, ratio: number): WeightTensor[] =>
    ratio > 0
      ? [
          ...normed(`${path}linear_up`, Math.trunc(dim * ratio), dim, 'feedForward'),
          ...normed(`${path}linear_down`, dim, Math.trunc(dim * ratio), 'feedForward'),
        ]
      : [];
  let side = Math.floor(image / Math.max(1, patch));
  const layers: LayerPlan[] = widths.flatMap((dim, stage) => {
    const path = `levit.encoder.stages.${String(stage)}.layers.{layer}.`;
    const own = heads[stage] ?? 1;
    const key = keys[stage] ?? 0;
    const value = Math.trunc((ratios[stage] ?? 1) * key) * own;
    const block = plainLayer([
      vector(`${path}module.attention_biases`, [own, side * side], 'attention'),
      ...normed(`${path}module.queries_keys_values`, value + 2 * key * own, dim, 'attention'),
      ...normed(`${path}module.projection`, dim, value, 'attention'),
      ...network(`${path}module.`, dim, networks[stage] ?? 0),
    ]);
    const stack = blocks(depths[stage] ?? 0, () => block);
    const next = widths[stage + 1];
    if (next === undefined) return stack;
    const stepKey = keys[0] ?? 1;
    const stepHeads = Math.floor(dim / Math.max(1, stepKey));
    const stepValue = STEP.attention * stepKey * stepHeads;
    const step = plainLayer([
      vector(`${path}attention_biases`, [stepHeads, side * side], 'attention'),
      ...normed(`${path}keys_values`, stepValue + stepKey * stepHeads, dim, 'attention'),
      ...normed(`${path}queries`, stepKey * stepHeads, dim, 'attention'),
      ...normed(`${path}projection`, next, stepValue, 'attention'),
      ...network(`${path}module.`, next, STEP.network),
    ]);
    side = Math.floor((side - 1) / STEP.stride) + 1;
    return [...stack, step];
  });
  const kernel = config.integer('kernel_size');
  const first = widths[0] ?? 0;
  const last = widths.at(-1) ?? 0;
  const channels = [
    config.integerOr(3, 'num_channels'),
    ...[8, 4, 2, 1].map((share) => Math.floor(first / share)),
  ];
  const classes = labelCount(config);
  const classifier = (module: string): WeightTensor[] => [
    ...batchNorm(`${module}.batch_norm`, last),
    ...linear(`${module}.linear`, classes, last, 'head'),
  ];
  return visionModel(last, layers, [
    ...channels.slice(1).flatMap((out, index) => {
      const module = `levit.patch_embeddings.embedding_layer_${String(index + 1)}`;
      return convNorm(`${module}.convolution`, `${module}.batch_norm`, out, channels[index] ?? 0, {
        kernel,
        part: 'embedding',
      });
    }),
    ...(/Model$/.test(architecture) ? [] : classifier('classifier')),
    ...(/WithTeacher$/.test(architecture) ? classifier('classifier_distill') : []),
  ]);
};
