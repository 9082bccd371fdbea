import type { Family, FamilyContext, FamilyModel } from '../../family';
import type { LayerPlan } from '../../parts/foldLayers';
import { labelCount } from '../../parts/head';
import { norm, vector } from '../../parts/tensors';
import {
  blocks,
  conv,
  doubtHead,
  doubtStages,
  linear,
  perStage,
  plainLayer,
  understoodPictureKeys,
  visionModel,
} from '../../parts/visionPieces';
import { outStages } from './backbone';

/** ConvNeXt and its kin: a wide kernel a channel, then two matrices; stages that halve the side. */
interface ConvNext {
  root: string;
  /** Global response normalisation in place of a layer scale. */
  response: boolean;
  scaleKey?: string;
  /** As a backbone it has a norm on each map that it hands on, in place of the one at the end. */
  backboneNorms: boolean;
}

function convNextLike(context: FamilyContext, kind: ConvNext): FamilyModel {
  const { config, architecture } = context;
  const widths = perStage(config, 'hidden_sizes');
  const depths = perStage(config, 'depths', widths.length);
  doubtStages(config, 'num_stages', widths.length);
  const scaled = !kind.response && (config.number(kind.scaleKey ?? 'layer_scale_init_value') ?? 0) > 0;
  doubtHead(context, /Model$|Backbone$|ForImageClassification$/);
  understoodPictureKeys(config);
  const backbone = /Backbone$/.test(architecture);
  const first = widths[0] ?? 0;
  const last = widths.at(-1) ?? 0;
  const classes = labelCount(config);
  const layers: LayerPlan[] = widths.flatMap((dim, stage) => {
    const path = `${kind.root}encoder.stages.${String(stage)}.`;
    const before = widths[stage - 1];
    const block = plainLayer([
      ...conv(`${path}layers.{layer}.dwconv`, dim, dim, { kernel: 7, groups: dim, bias: true }),
      ...norm(`${path}layers.{layer}.layernorm`, dim, 'layer'),
      ...linear(`${path}layers.{layer}.pwconv1`, 4 * dim, dim),
      ...(kind.response ? norm(`${path}layers.{layer}.grn`, 4 * dim, 'layer') : []),
      ...linear(`${path}layers.{layer}.pwconv2`, dim, 4 * dim),
      ...(scaled ? [vector(`${path}layers.{layer}.layer_scale_parameter`, dim, 'vision')] : []),
    ]);
    const halve =
      before === undefined
        ? []
        : [
            plainLayer([
              ...norm(`${path}downsampling_layer.0`, before, 'layer'),
              ...conv(`${path}downsampling_layer.1`, dim, before, { kernel: 2, bias: true }),
            ]),
          ];
    return [...halve, ...blocks(depths[stage] ?? 0, () => block)];
  });
  const stages = outStages(config, widths.length);
  const handed = stages.map((stage) => widths[Math.max(0, stage - 1)] ?? 0);
  const patch = config.integerOr(4, 'patch_size');
  return {
    ...visionModel(last, layers, [
      ...conv(`${kind.root}embeddings.patch_embeddings`, first, config.integerOr(3, 'num_channels'), {
        kernel: patch,
        bias: true,
        part: 'embedding',
      }),
      ...norm(`${kind.root}embeddings.layernorm`, first, 'layer'),
      ...(backbone
        ? handed.flatMap((width, index) =>
            kind.backboneNorms
              ? norm(`hidden_states_norms.stage${String(stages[index])}`, width, 'layer')
              : [],
          )
        : norm(`${kind.root}layernorm`, last, 'layer')),
      ...(/ForImageClassification$/.test(architecture) ? linear('classifier', classes, last, 'head') : []),
    ]),
    featureWidths: handed,
  };
}

export const convNext: Family = (context) =>
  convNextLike(context, { root: 'convnext.', response: false, backboneNorms: true });

export const convNextV2: Family = (context) =>
  convNextLike(context, { root: 'convnextv2.', response: true, backboneNorms: true });

export const dinov3ConvNext: Family = (context) =>
  convNextLike(context, { root: '', response: false, backboneNorms: false });
