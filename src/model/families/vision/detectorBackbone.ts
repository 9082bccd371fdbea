import { isObject, type JsonObject } from '../../config';
import type { FamilyContext, FamilyModel } from '../../family';
import { ReadFailure, quoted } from '../../readFailure';
import type { Tower, WeightTensor } from '../../spec';
import type { LayerPlan } from '../../parts/foldLayers';
import { norm } from '../../parts/tensors';
import { visionModel } from '../../parts/visionPieces';
import { asTower } from './clip';
import { resNetTrunk } from './resnet';

/** Depths of the residual networks that detectors name; from 50 on in bottlenecks (He et al. 2015, table 1). */
const RESNETS: Readonly<Record<string, readonly number[]>> = {
  resnet18: [2, 2, 2, 2],
  resnet34: [3, 4, 6, 3],
  resnet50: [3, 4, 6, 3],
  resnet101: [3, 4, 23, 3],
  resnet152: [3, 8, 36, 3],
};

const PLAIN = new Set(['resnet18', 'resnet34']);

export interface Backbone {
  tower: Tower;
  /** Widths of the feature maps it hands on, in order. */
  widths: readonly number[];
}

export interface BackboneRule {
  /** Batch norms are frozen: their scales are no weights. */
  frozen?: boolean;
  /** Stages handed on where only a name is said, 1 the first. */
  stages?: readonly number[];
  /** The backbone's type where the section does not say, and what that section says where it is absent. */
  fallback: string;
  defaults?: JsonObject;
  path?: string;
  /** A Swin that is made to hand on this many stages, whatever its section says. */
  allStages?: number;
}

/** The network under a detector or segmenter: a section of its own, or the name of one in another library. */
export function detectorBackbone(context: FamilyContext, rule: BackboneRule): Backbone {
  const { config, nested } = context;
  const section = config.value('backbone_config');
  const named = config.text('backbone');
  config.understood(
    'use_pretrained_backbone',
    'use_timm_backbone',
    'backbone_kwargs',
    'use_autobackbone',
    'dilation',
  );
  const path = rule.path ?? 'model.backbone.conv_encoder.model.';
  const timm = isObject(section) && section.model_type === 'timm_backbone';
  if (timm || (!isObject(section) && named !== undefined)) {
    const inner = timm ? config.section('backbone_config', {}) : config;
    inner?.understood('model_type', 'features_only', 'freeze_batch_norm_2d', 'output_stride', 'out_features');
    const name = timm ? inner?.text('backbone') : named;
    const said = inner?.integers('out_indices');
    const model = namedBackbone(name ?? '', path, inner?.integerOr(3, 'num_channels') ?? 3, rule, said);
    return { tower: asTower(model), widths: model.featureWidths ?? [] };
  }
  const read = nested('backbone_config', rule.fallback, {
    architecture: 'Backbone',
    evenIfAbsent: true,
    inherited: isObject(section) ? {} : (rule.defaults ?? {}),
  });
  if (read?.featureWidths === undefined)
    throw new ReadFailure('unsupported', 'This backbone is not known as one that hands on feature maps.');
  const model = rule.frozen === true ? frozen(read) : read;
  if (rule.allStages !== undefined) return handedOnWhole(read, rule.allStages);
  return { tower: asTower(model), widths: read.featureWidths };
}

/** A pyramid whose stages double in width, made to hand on every one of them behind a norm. */
function handedOnWhole(read: FamilyModel, stages: number): Backbone {
  const widths = Array.from({ length: stages }, (_, stage) => read.hidden / 2 ** (stages - 1 - stage));
  const others = read.outside.filter((tensor) => !tensor.name.startsWith('hidden_states_norms.'));
  const norms = widths.flatMap((width, stage) =>
    norm(`hidden_states_norms.stage${String(stage + 1)}`, width, 'layer'),
  );
  return { tower: asTower({ ...read, outside: [...others, ...norms] }), widths };
}

function namedBackbone(
  name: string,
  path: string,
  channels: number,
  rule: BackboneRule,
  said: readonly number[] | undefined,
): FamilyModel {
  const plain = name.replace(/^microsoft\/resnet-/, 'resnet').split('.')[0] ?? '';
  const depths = Object.hasOwn(RESNETS, plain) ? RESNETS[plain] : undefined;
  if (depths === undefined)
    throw new ReadFailure(
      'unsupported',
      `The backbone is only a name in another library, ${quoted(name)}: its layers are not in the file.`,
    );
  const bottleneck = !PLAIN.has(plain);
  const widths = [64, 128, 256, 512].map((width) => (bottleneck ? 4 * width : width));
  const trunk = resNetTrunk({
    root: path,
    channels,
    stem: 64,
    widths,
    depths,
    bottleneck,
    downsampleFirst: false,
    frozen: rule.frozen ?? false,
  });
  const all = [64, ...widths];
  const stages = said ?? rule.stages ?? [1, 2, 3, 4];
  return {
    ...visionModel(widths.at(-1) ?? 0, trunk.layers, trunk.stem),
    featureWidths: stages.map((stage) => all.at(stage) ?? 0),
  };
}

/** Scales and shifts of batch norms become what they are once frozen: stored, and no weights. */
export function frozen(model: FamilyModel): FamilyModel {
  const freeze = (weights: readonly WeightTensor[]): WeightTensor[] => {
    const norms = new Set(
      weights
        .filter((tensor) => tensor.name.endsWith('.running_mean'))
        .map((tensor) => tensor.name.slice(0, -'.running_mean'.length)),
    );
    return weights.map((tensor) =>
      norms.has(tensor.name.replace(/\.(weight|bias)$/, ''))
        ? { ...tensor, role: 'buffer' as const }
        : tensor,
    );
  };
  const known = new Map<LayerPlan, LayerPlan>();
  const layers = model.layers.map((plan) => {
    const made = known.get(plan) ?? { ...plan, others: freeze(plan.others) };
    known.set(plan, made);
    return made;
  });
  return { ...model, layers, outside: freeze(model.outside) };
}
