import type { Family } from '../../family';
import { denseFeedForward } from '../../parts/feedForward';
import type { LayerPlan } from '../../parts/foldLayers';
import { labelCount } from '../../parts/head';
import { norm } from '../../parts/tensors';
import {
  blocks,
  conv,
  doubtHead,
  learned,
  linear,
  perStage,
  sides,
  understoodPictureKeys,
  visionModel,
} from '../../parts/visionPieces';
import type { WeightTensor } from '../../spec';
import { ReadFailure } from '../../readFailure';
import { outStages } from './backbone';

/** What a release of Hiera calls the parts of a block. */
export interface HieraNames {
  before: string;
  after: string;
  up: string;
  down: string;
}

const NAMES: HieraNames = { before: 'layernorm_before', after: 'layernorm_after', up: 'fc1', down: 'fc2' };

/** One block of Hiera; the first of a stage may widen. */
export function hieraBlock(
  path: string,
  widths: { input: number; out: number; heads: number; ratio: number },
  names: HieraNames = NAMES,
): LayerPlan {
  const { input, out, heads, ratio } = widths;
  return {
    mixer: {
      mixer: {
        kind: 'attention',
        queryHeads: heads,
        kvHeads: heads,
        keyHeadDim: out / heads,
        valueHeadDim: out / heads,
        causal: false,
      },
      weights: [
        ...linear(`${path}attn.qkv`, 3 * out, input, 'attention'),
        ...linear(`${path}attn.proj`, out, out, 'attention'),
      ],
    },
    feedForward: denseFeedForward({
      module: `${path}mlp`,
      hidden: out,
      width: Math.trunc(out * ratio),
      gated: false,
      bias: true,
      names: { up: names.up, down: names.down },
    }),
    others: [
      ...norm(path + names.before, input, 'layer'),
      ...norm(path + names.after, out, 'layer'),
      ...(input === out ? [] : linear(`${path}proj`, out, input)),
    ],
  };
}

/** Hiera: a plain hierarchy of attention, first inside units of the picture, then everywhere. */
export const hiera: Family = (context) => {
  const { config, architecture } = context;
  doubtHead(context, /Model$|Backbone$|ForImageClassification$|ForPreTraining$/);
  understoodPictureKeys(config);
  config.understood('patch_padding', 'masked_unit_attention', 'layer_norm_init', 'mask_ratio', 'num_layers');
  config.understood(
    'normalize_pixel_loss',
    'hidden_size',
    'decoder_depth',
    'decoder_hidden_size',
    'decoder_num_heads',
  );
  const width = config.integer('embed_dim');
  const depths = perStage(config, 'depths');
  const heads = perStage(config, 'num_heads', depths.length);
  const times = config.number('embed_dim_multiplier') ?? 2;
  const ratio = config.number('mlp_ratio') ?? 4;
  const widths = depths.map((_, stage) => Math.trunc(width * times ** stage));
  const layers = widths.flatMap((out, stage) => {
    const path = `hiera.encoder.stages.${String(stage)}.layers.{layer}.`;
    const count = heads[stage] ?? 1;
    if (count < 1 || out % count !== 0)
      throw new ReadFailure('contradiction', `${String(out)} does not divide over ${String(count)} heads.`);
    const rest = hieraBlock(path, { input: out, out, heads: count, ratio });
    return blocks(depths[stage] ?? 0, (index) =>
      index === 0 ? hieraBlock(path, { input: widths[stage - 1] ?? width, out, heads: count, ratio }) : rest,
    );
  });
  const [height, breadth] = sides(config, 'image_size');
  const [strideHeight, strideBreadth] = sides(config, 'patch_stride');
  const tokens: [number, number] = [Math.floor(height / strideHeight), Math.floor(breadth / strideBreadth)];
  const last = widths.at(-1) ?? 0;
  const classes = labelCount(config);
  const stages = outStages(config, depths.length);
  const stageWidth = (stage: number): number => (stage === 0 ? width : (widths[stage - 1] ?? 0));
  const top: WeightTensor[] = [];
  if (/Backbone$/.test(architecture))
    top.push(
      ...stages.flatMap((stage) =>
        norm(`hidden_states_norms.stage${String(stage)}`, stageWidth(stage), 'layer'),
      ),
    );
  else if (!/ForPreTraining$/.test(architecture)) top.push(...norm('hiera.pooler.layernorm', last, 'layer'));
  if (/ForImageClassification$/.test(architecture)) top.push(...linear('classifier', classes, last, 'head'));
  if (/ForPreTraining$/.test(architecture))
    config.notes.doubt('unknown-head', 'The decoder that pre-training adds is not counted.');
  config.understood('num_query_pool', 'query_stride', 'masked_unit_size');
  return {
    ...visionModel(last, layers, [
      learned('hiera.embeddings.position_embeddings', 1, tokens[0] * tokens[1], width),
      ...conv('hiera.embeddings.patch_embeddings.projection', width, config.integerOr(3, 'num_channels'), {
        kernel: sides(config, 'patch_size'),
        bias: true,
        part: 'embedding',
      }),
      ...top,
    ]),
    featureWidths: stages.map(stageWidth),
  };
};
