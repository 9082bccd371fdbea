import type { Config } from '../../config';
import type { Family } from '../../family';
import { denseFeedForward } from '../../parts/feedForward';
import { planLayers, type LayerPlan } from '../../parts/foldLayers';
import { groupedAttention } from '../../parts/groupedAttention';
import { labelCount } from '../../parts/head';
import { norm, vector } from '../../parts/tensors';
import {
  blocks,
  conv,
  doubtHead,
  doubtStages,
  learned,
  linear,
  perStage,
  plainLayer,
  ratiosPerStage,
  sides,
  understoodPictureKeys,
  visionModel,
} from '../../parts/visionPieces';
import type { WeightTensor } from '../../spec';

interface Stage {
  path: string;
  index: number;
  hidden: number;
  input: number;
  depth: number;
  heads: number;
  patch: number;
  width: number;
}

function stages(config: Config, root: string): Stage[] {
  const widths = perStage(config, 'hidden_sizes');
  const count = widths.length;
  doubtStages(config, 'num_encoder_blocks', count);
  const depths = perStage(config, 'depths', count);
  const heads = perStage(config, 'num_attention_heads', count);
  const patches = perStage(config, 'patch_sizes', count);
  const ratios = ratiosPerStage(config, 'mlp_ratios', count);
  config.understood('strides');
  return widths.map((hidden, index) => ({
    path: `${root}.${String(index)}.`,
    index,
    hidden,
    input: index === 0 ? config.integerOr(3, 'num_channels') : (widths[index - 1] ?? 0),
    depth: depths[index] ?? 0,
    heads: heads[index] ?? 1,
    patch: patches[index] ?? 1,
    width: Math.trunc(hidden * (ratios[index] ?? 4)),
  }));
}

function pyramidBlocks(
  config: Config,
  stage: Stage,
  path: string,
  names: Record<'query' | 'key' | 'value' | 'output', string>,
  others: readonly WeightTensor[],
): LayerPlan[] {
  return planLayers(
    stage.depth,
    () => '',
    () => ({
      mixer: groupedAttention({
        module: `${path}attention`,
        hidden: stage.hidden,
        queryHeads: stage.heads,
        kvHeads: stage.heads,
        headDim: stage.hidden / stage.heads,
        qkvBias: config.flag(true, 'qkv_bias'),
        outBias: true,
        causal: false,
        names,
      }),
      feedForward: denseFeedForward({
        module: `${path}mlp`,
        hidden: stage.hidden,
        width: stage.width,
        gated: false,
        bias: true,
        names: { up: 'dense1', down: 'dense2' },
      }),
      others: [
        ...norm(`${path}layer_norm_1`, stage.hidden, 'layer'),
        ...norm(`${path}layer_norm_2`, stage.hidden, 'layer'),
        ...others,
      ],
    }),
  );
}

/** What brings a map to the next stage: a convolution and a norm. */
function patchEmbedding(module: string, projection: string, stage: Stage): WeightTensor[] {
  return [
    ...conv(`${module}${projection}`, stage.hidden, stage.input, {
      kernel: stage.patch,
      bias: true,
      part: 'embedding',
    }),
    ...norm(`${module}layer_norm`, stage.hidden, 'layer'),
  ];
}

/** PVT: a pyramid of transformers with learned positions at each stage. */
export const pvt: Family = (context) => {
  const { config, architecture } = context;
  doubtHead(context, /Model$|ForImageClassification$/);
  understoodPictureKeys(config);
  const all = stages(config, 'pvt.encoder.block');
  const reductions = perStage(config, 'sequence_reduction_ratios', all.length);
  const [image] = sides(config, 'image_size');
  const outside: WeightTensor[] = [];
  const layers = all.flatMap((stage) => {
    const e = `pvt.encoder.patch_embeddings.${String(stage.index)}.`;
    const side = stage.index === 0 ? image : Math.floor(image / 2 ** (stage.index + 1));
    const places = Math.floor(side / Math.max(1, stage.patch)) ** 2;
    const last = stage.index === all.length - 1;
    outside.push(
      ...patchEmbedding(e, 'projection', stage),
      learned(`${e}position_embeddings`, 1, places + (last ? 1 : 0), stage.hidden),
      ...(last ? [learned(`${e}cls_token`, 1, 1, stage.hidden)] : []),
    );
    const path = `${stage.path}{layer}.`;
    const reduction = reductions[stage.index] ?? 1;
    const reduced =
      reduction > 1
        ? [
            ...conv(`${path}attention.self.sequence_reduction`, stage.hidden, stage.hidden, {
              kernel: reduction,
              bias: true,
            }),
            ...norm(`${path}attention.self.layer_norm`, stage.hidden, 'layer'),
          ]
        : [];
    const names = { query: 'self.query', key: 'self.key', value: 'self.value', output: 'output.dense' };
    return pyramidBlocks(config, stage, path, names, reduced);
  });
  const last = all.at(-1)?.hidden ?? 0;
  const classes = labelCount(config);
  return visionModel(last, layers, [
    ...outside,
    ...norm('pvt.encoder.layer_norm', last, 'layer'),
    ...(/ForImageClassification$/.test(architecture) ? linear('classifier', classes, last, 'head') : []),
  ]);
};

/** PVT v2: overlapping patches, no positions, a small kernel inside each network. */
export const pvtV2: Family = (context) => {
  const { config, architecture } = context;
  doubtHead(context, /Model$|Backbone$|ForImageClassification$/);
  understoodPictureKeys(config);
  const all = stages(config, 'pvt_v2.encoder.layers');
  const reductions = perStage(config, 'sr_ratios', all.length);
  const pools = config.flag(false, 'linear_attention');
  const outside: WeightTensor[] = [];
  const layers = all.flatMap((stage) => {
    outside.push(
      ...patchEmbedding(`${stage.path}patch_embedding.`, 'proj', stage),
      ...norm(`${stage.path}layer_norm`, stage.hidden, 'layer'),
    );
    const path = `${stage.path}blocks.{layer}.`;
    const reduction = pools ? 1 : (reductions[stage.index] ?? 1);
    const reduced =
      pools || reduction > 1
        ? [
            ...conv(`${path}attention.spatial_reduction`, stage.hidden, stage.hidden, {
              kernel: reduction,
              bias: true,
            }),
            ...norm(`${path}attention.layer_norm`, stage.hidden, 'layer'),
          ]
        : [];
    const names = { query: 'query', key: 'key', value: 'value', output: 'proj' };
    return pyramidBlocks(config, stage, path, names, [
      ...reduced,
      ...conv(`${path}mlp.dwconv.dwconv`, stage.width, stage.width, {
        kernel: 3,
        groups: stage.width,
        bias: true,
      }),
    ]);
  });
  const last = all.at(-1)?.hidden ?? 0;
  const classes = labelCount(config);
  return visionModel(last, layers, [
    ...outside,
    ...(/ForImageClassification$/.test(architecture) ? linear('classifier', classes, last, 'head') : []),
  ]);
};

/** PoolFormer: pooling in place of attention. */
export const poolFormer: Family = (context) => {
  const { config, architecture } = context;
  doubtHead(context, /Model$|ForImageClassification$/);
  understoodPictureKeys(config);
  config.understood('strides', 'padding', 'patch_size', 'stride', 'pool_size', 'layer_scale_init_value');
  const widths = perStage(config, 'hidden_sizes');
  doubtStages(config, 'num_encoder_blocks', widths.length);
  const depths = perStage(config, 'depths', widths.length);
  const patches = perStage(config, 'patch_sizes', widths.length);
  const ratio = config.number('mlp_ratio') ?? 4;
  const scaled = config.flag(true, 'use_layer_scale');
  const outside: WeightTensor[] = [];
  const layers = widths.flatMap((hidden, stage) => {
    const place = String(stage);
    const input = stage === 0 ? config.integerOr(3, 'num_channels') : (widths[stage - 1] ?? 0);
    outside.push(
      ...conv(`poolformer.encoder.patch_embeddings.${place}.projection`, hidden, input, {
        kernel: patches[stage] ?? 1,
        bias: true,
        part: 'embedding',
      }),
    );
    const path = `poolformer.encoder.block.${place}.{layer}.`;
    const width = Math.trunc(hidden * ratio);
    const block = plainLayer([
      ...conv(`${path}output.conv1`, width, hidden, { bias: true, part: 'feedForward' }),
      ...conv(`${path}output.conv2`, hidden, width, { bias: true, part: 'feedForward' }),
      ...norm(`${path}before_norm`, hidden, 'layer'),
      ...norm(`${path}after_norm`, hidden, 'layer'),
      ...(scaled
        ? [1, 2].map((index) => vector(`${path}layer_scale_${String(index)}`, hidden, 'vision'))
        : []),
    ]);
    return blocks(depths[stage] ?? 0, () => block);
  });
  const last = widths.at(-1) ?? 0;
  const classes = labelCount(config);
  return visionModel(last, layers, [
    ...outside,
    ...(/ForImageClassification$/.test(architecture)
      ? [...norm('norm', last, 'layer'), ...linear('classifier', classes, last, 'head')]
      : []),
  ]);
};
