import type { Config } from '../../config';
import type { Family } from '../../family';
import { encoderStack } from '../../parts/encoderStack';
import type { LayerPlan } from '../../parts/foldLayers';
import { labelCount } from '../../parts/head';
import { norm, vector } from '../../parts/tensors';
import {
  batchNorm,
  blocks,
  conv,
  convNorm,
  doubtHead,
  learned,
  linear,
  perStage,
  plainLayer,
  ratiosPerStage,
  understoodPictureKeys,
  visionModel,
} from '../../parts/visionPieces';
import type { WeightTensor } from '../../spec';
import { ReadFailure } from '../../readFailure';
import { dividing, VIT_NAMES } from './windowKin';

/** A flag of each stage. */
function flags(config: Config, key: string, count: number): boolean[] {
  const list = config.list(key) ?? [];
  if (list.length < count || !list.every((each) => typeof each === 'boolean'))
    throw new ReadFailure('contradiction', `${key} is no list of ${String(count)} switches.`);
  return list as boolean[];
}

/** CvT: attention whose query, key and value come through small convolutions. */
export const cvt: Family = (context) => {
  const { config, architecture } = context;
  doubtHead(context, /Model$|ForImageClassification$/);
  config.understood('patch_stride', 'patch_padding', 'padding_kv', 'stride_kv', 'padding_q', 'stride_q');
  config.understood('drop_rate', 'attention_drop_rate', 'drop_path_rate');
  const widths = perStage(config, 'embed_dim');
  const count = widths.length;
  const depths = perStage(config, 'depth', count);
  const heads = perStage(config, 'num_heads', count);
  const patches = perStage(config, 'patch_sizes', count);
  const kernels = perStage(config, 'kernel_qkv', count);
  const ratios = ratiosPerStage(config, 'mlp_ratio', count);
  const biases = flags(config, 'qkv_bias', count);
  const tokens = flags(config, 'cls_token', count);
  const methods = config.texts('qkv_projection_method') ?? [];
  const outside: WeightTensor[] = [];
  const last = widths.at(-1) ?? 0;
  const layers: LayerPlan[] = widths.flatMap((dim, stage) => {
    const path = `cvt.encoder.stages.${String(stage)}.`;
    const e = `${path}embedding.convolution_embeddings.`;
    outside.push(
      ...conv(
        `${e}projection`,
        dim,
        stage === 0 ? config.integerOr(3, 'num_channels') : (widths[stage - 1] ?? 0),
        {
          kernel: patches[stage] ?? 1,
          bias: true,
          part: 'embedding',
        },
      ),
      ...norm(`${e}normalization`, dim, 'layer'),
      ...(tokens[stage] === true ? [learned(`${path}cls_token`, 1, 1, last)] : []),
    );
    const block = `${path}layers.{layer}.`;
    const a = `${block}attention.attention.`;
    const project = (name: string): WeightTensor[] => {
      const module = `${a}convolution_projection_${name}.convolution_projection`;
      return convNorm(`${module}.convolution`, `${module}.normalization`, dim, dim, {
        kernel: kernels[stage] ?? 3,
        groups: dim,
        part: 'attention',
      });
    };
    return encoderStack({
      ...VIT_NAMES,
      path: block,
      layers: depths[stage] ?? 0,
      hidden: dim,
      heads: dividing(dim, heads[stage] ?? 1),
      width: Math.trunc(dim * (ratios[stage] ?? 4)),
      qkvBias: biases[stage] === true,
      outBias: true,
      mlpBias: true,
      attentionNames: {
        query: 'attention.projection_query',
        key: 'attention.projection_key',
        value: 'attention.projection_value',
        output: 'output.dense',
      },
      others: () => (methods[stage] === 'dw_bn' ? ['query', 'key', 'value'].flatMap(project) : []),
    });
  });
  const classes = labelCount(config);
  return visionModel(last, layers, [
    ...outside,
    ...(/ForImageClassification$/.test(architecture)
      ? [...norm('layernorm', last, 'layer'), ...linear('classifier', classes, last, 'head')]
      : []),
  ]);
};

/** SwiftFormer: convolutions, and in the last block of each stage attention that adds in place of multiplying. */
export const swiftFormer: Family = (context) => {
  const { config, architecture } = context;
  doubtHead(context, /Model$|ForImageClassification$/);
  understoodPictureKeys(config);
  config.understood(
    'down_stride',
    'down_pad',
    'layer_scale_init_value',
    'drop_mlp_rate',
    'drop_conv_encoder_rate',
  );
  const widths = perStage(config, 'embed_dims');
  const depths = perStage(config, 'depths', widths.length);
  const halves = flags(config, 'downsamples', widths.length);
  const ratio = config.number('mlp_ratio') ?? 4;
  const kernel = config.integer('down_patch_size');
  const scaled = config.flag(true, 'use_layer_scale');
  const layers: LayerPlan[] = widths.flatMap((dim, stage) => {
    const path = `swiftformer.encoder.network.${String(stage)}.`;
    const b = `${path}blocks.{layer}.`;
    const inner = Math.trunc(dim * ratio);
    const scale = (name: string): WeightTensor => vector(b + name, [dim, 1, 1], 'vision');
    const local = (root: string, wide: number): WeightTensor[] => [
      ...conv(`${root}depth_wise_conv`, dim, dim, { kernel: 3, groups: dim, bias: true }),
      ...batchNorm(`${root}norm`, dim),
      ...conv(`${root}point_wise_conv1`, wide, dim, { bias: true }),
      ...conv(`${root}point_wise_conv2`, dim, wide, { bias: true }),
      vector(`${root}layer_scale`, [dim, 1, 1], 'vision'),
    ];
    const plain = plainLayer(local(b, inner));
    const attending = plainLayer([
      ...local(`${b}local_representation.`, dim),
      vector(`${b}attn.w_g`, [dim, 1], 'attention'),
      ...['to_query', 'to_key', 'proj', 'final'].flatMap((name) =>
        linear(`${b}attn.${name}`, dim, dim, 'attention'),
      ),
      ...batchNorm(`${b}linear.norm1`, dim),
      ...conv(`${b}linear.fc1`, inner, dim, { bias: true, part: 'feedForward' }),
      ...conv(`${b}linear.fc2`, dim, inner, { bias: true, part: 'feedForward' }),
      ...(scaled ? [scale('layer_scale_1'), scale('layer_scale_2')] : []),
    ]);
    const depth = depths[stage] ?? 0;
    const next = widths[stage + 1];
    const down =
      next !== undefined && (halves[stage] === true || next !== dim)
        ? [
            plainLayer([
              ...conv(`${path}proj`, next, dim, { kernel, bias: true }),
              ...batchNorm(`${path}norm`, next),
            ]),
          ]
        : [];
    return [...blocks(depth, (index) => (index === depth - 1 ? attending : plain)), ...down];
  });
  const first = widths[0] ?? 0;
  const half = Math.floor(first / 2);
  const last = widths.at(-1) ?? 0;
  const classes = labelCount(config);
  const e = 'swiftformer.patch_embed.patch_embedding.';
  return visionModel(last, layers, [
    ...conv(`${e}0`, half, config.integerOr(3, 'num_channels'), { kernel: 3, bias: true, part: 'embedding' }),
    ...batchNorm(`${e}1`, half),
    ...conv(`${e}3`, first, half, { kernel: 3, bias: true, part: 'embedding' }),
    ...batchNorm(`${e}4`, first),
    ...(/ForImageClassification$/.test(architecture)
      ? [
          ...batchNorm('norm', last),
          ...['head', 'dist_head'].flatMap((name) => linear(name, classes, last, 'head')),
        ]
      : []),
  ]);
};
