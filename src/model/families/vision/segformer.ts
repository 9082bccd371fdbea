import type { Config } from '../../config';
import type { Family } from '../../family';
import { denseFeedForward } from '../../parts/feedForward';
import { planLayers, type LayerPlan } from '../../parts/foldLayers';
import { groupedAttention } from '../../parts/groupedAttention';
import { labelCount } from '../../parts/head';
import { norm } from '../../parts/tensors';
import {
  batchNorm,
  conv,
  convNorm,
  doubtHead,
  doubtStages,
  linear,
  perStage,
  plainLayer,
  ratiosPerStage,
  understoodPictureKeys,
  visionModel,
} from '../../parts/visionPieces';
import type { WeightTensor } from '../../spec';

/** Names that SegFormer and GLPN share: one encoder, published under both. */
export interface MixEncoder {
  layers: LayerPlan[];
  outside: WeightTensor[];
  widths: number[];
}

/** A pyramid of transformers whose keys and values are read at a coarser grain, and whose networks hold a small kernel. */
export function mixTransformer(config: Config, root: string): MixEncoder {
  const widths = perStage(config, 'hidden_sizes');
  const count = widths.length;
  doubtStages(config, 'num_encoder_blocks', count);
  const depths = perStage(config, 'depths', count);
  const heads = perStage(config, 'num_attention_heads', count);
  const reductions = perStage(config, 'sr_ratios', count);
  const patches = perStage(config, 'patch_sizes', count);
  const ratios = ratiosPerStage(config, 'mlp_ratios', count);
  const outside: WeightTensor[] = [];
  const layers = widths.flatMap((hidden, stage) => {
    const input = stage === 0 ? config.integerOr(3, 'num_channels') : (widths[stage - 1] ?? 0);
    const place = String(stage);
    outside.push(
      ...conv(`${root}patch_embeddings.${place}.proj`, hidden, input, {
        kernel: patches[stage] ?? 3,
        bias: true,
        part: 'embedding',
      }),
      ...norm(`${root}patch_embeddings.${place}.layer_norm`, hidden, 'layer'),
      ...norm(`${root}layer_norm.${place}`, hidden, 'layer'),
    );
    const path = `${root}block.${place}.{layer}.`;
    const reduction = reductions[stage] ?? 1;
    const width = Math.trunc(hidden * (ratios[stage] ?? 4));
    const queryHeads = heads[stage] ?? 1;
    return planLayers(
      depths[stage] ?? 0,
      () => '',
      () => ({
        mixer: groupedAttention({
          module: `${path}attention`,
          hidden,
          queryHeads,
          kvHeads: queryHeads,
          headDim: hidden / queryHeads,
          qkvBias: true,
          outBias: true,
          causal: false,
          names: { query: 'self.query', key: 'self.key', value: 'self.value', output: 'output.dense' },
        }),
        feedForward: denseFeedForward({
          module: `${path}mlp`,
          hidden,
          width,
          gated: false,
          bias: true,
          names: { up: 'dense1', down: 'dense2' },
        }),
        others: [
          ...norm(`${path}layer_norm_1`, hidden, 'layer'),
          ...norm(`${path}layer_norm_2`, hidden, 'layer'),
          ...conv(`${path}mlp.dwconv.dwconv`, width, width, { kernel: 3, groups: width, bias: true }),
          ...(reduction > 1
            ? [
                ...conv(`${path}attention.self.sr`, hidden, hidden, { kernel: reduction, bias: true }),
                ...norm(`${path}attention.self.layer_norm`, hidden, 'layer'),
              ]
            : []),
        ],
      }),
    );
  });
  return { layers, outside, widths };
}

/** SegFormer: the encoder, and a light head that brings all stages to one width. */
export const segformer: Family = (context) => {
  const { config, architecture } = context;
  doubtHead(context, /Model$|ForImageClassification$|ForSemanticSegmentation$/);
  understoodPictureKeys(config);
  config.understood('strides', 'reshape_last_stage', 'downsampling_rates');
  const encoder = mixTransformer(config, 'segformer.encoder.');
  const classes = labelCount(config);
  const last = encoder.widths.at(-1) ?? 0;
  const wide = config.integer('decoder_hidden_size');
  const top: WeightTensor[] = [];
  if (/ForImageClassification$/.test(architecture)) top.push(...linear('classifier', classes, last, 'head'));
  if (/ForSemanticSegmentation$/.test(architecture)) {
    top.push(
      ...encoder.widths.flatMap((width, stage) =>
        linear(`decode_head.linear_c.${String(stage)}.proj`, wide, width, 'head'),
      ),
      ...convNorm('decode_head.linear_fuse', 'decode_head.batch_norm', wide, wide * encoder.widths.length, {
        part: 'head',
      }),
      ...conv('decode_head.classifier', classes, wide, { bias: true, part: 'head' }),
    );
  }
  return visionModel(last, encoder.layers, [...encoder.outside, ...top]);
};

/** GLPN: the same encoder, and a decoder that weighs global against local features. */
export const glpn: Family = (context) => {
  const { config, architecture } = context;
  doubtHead(context, /Model$|ForDepthEstimation$/);
  understoodPictureKeys(config);
  config.understood('strides', 'max_depth', 'head_in_index', 'downsampling_rates');
  const encoder = mixTransformer(config, 'glpn.encoder.');
  const last = encoder.widths.at(-1) ?? 0;
  const out = config.integer('decoder_hidden_size');
  if (!/ForDepthEstimation$/.test(architecture)) return visionModel(last, encoder.layers, encoder.outside);
  const half = Math.floor(out / 2);
  const decoder = [...encoder.widths].reverse().map((width, stage) => {
    const path = `decoder.stages.${String(stage)}.`;
    const fused = (name: string, to: number, from: number): WeightTensor[] => [
      ...conv(`${path}fusion.${name}.0`, to, from, { kernel: 3, bias: true }),
      ...batchNorm(`${path}fusion.${name}.1`, to),
    ];
    return plainLayer([
      ...(width === out ? [] : conv(`${path}convolution`, out, width, { bias: true })),
      // The first stage has nothing to be fused with.
      ...(stage === 0
        ? []
        : [
            ...fused('convolutional_layer1', out, 2 * out),
            ...fused('convolutional_layer2', half, out),
            ...conv(`${path}fusion.convolutional_layer3`, 2, half, { kernel: 3, bias: true }),
          ]),
    ]);
  });
  return visionModel(
    last,
    [...encoder.layers, ...decoder],
    [
      ...encoder.outside,
      ...conv('head.head.0', out, out, { kernel: 3, bias: true, part: 'head' }),
      ...conv('head.head.2', 1, out, { kernel: 3, bias: true, part: 'head' }),
    ],
  );
};
