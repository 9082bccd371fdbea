import type { Family, FamilyContext, FamilyModel } from '../../family';
import { encoderStack } from '../../parts/encoderStack';
import type { LayerPlan } from '../../parts/foldLayers';
import { labelCount } from '../../parts/head';
import { matrix, norm, vector } from '../../parts/tensors';
import {
  conv,
  doubtHead,
  learned,
  linear,
  patchGrid,
  perStage,
  plainLayer,
  understoodPictureKeys,
  visionModel,
} from '../../parts/visionPieces';
import { patchProjection } from '../../parts/vitLayers';
import { ReadFailure } from '../../readFailure';
import type { WeightTensor } from '../../spec';
import { outStages } from './backbone';

/** Hidden width of the small network that makes Swin v2's position biases: fixed in the class. */
const BIAS_NETWORK = 512;

/** Swin: stages of windowed attention, each of half the side and twice the width of the one before. */
function swinLike(context: FamilyContext, second: boolean): FamilyModel {
  const { config, architecture, modelType } = context;
  const width = config.integer('embed_dim');
  const depths = perStage(config, 'depths');
  const heads = perStage(config, 'num_heads', depths.length);
  const ratio = config.number('mlp_ratio') ?? 4;
  const root = second ? 'swinv2.' : 'swin.';
  const masked = /ForMaskedImageModeling$/.test(architecture);
  const backbone = /Backbone$/.test(architecture);
  doubtHead(context, /Model$|Backbone$|ForImageClassification$|ForMaskedImageModeling$/);
  understoodPictureKeys(config);
  config.understood(
    'num_layers',
    'hidden_size',
    'num_hidden_layers',
    'num_attention_heads',
    'pretrained_window_sizes',
    'path_norm',
  );
  const layers: LayerPlan[] = [];
  depths.forEach((depth, stage) => {
    const dim = width * 2 ** stage;
    const path = `${root}encoder.layers.${String(stage)}.`;
    const block = `${path}blocks.{layer}.`;
    const count = heads[stage] ?? 1;
    if (dim % count !== 0)
      throw new ReadFailure('contradiction', `${String(dim)} does not divide over ${String(count)} heads.`);
    layers.push(
      ...encoderStack({
        path: block,
        layers: depth,
        hidden: dim,
        heads: count,
        width: Math.trunc(ratio * dim),
        qkvBias: config.flag(true, 'qkv_bias'),
        keyBias: second ? false : config.flag(true, 'qkv_bias'),
        outBias: true,
        mlpBias: true,
        attention: 'attention',
        attentionNames: { query: 'self.query', key: 'self.key', value: 'self.value', output: 'output.dense' },
        feedForward: '',
        feedForwardNames: { up: 'intermediate.dense', down: 'output.dense' },
        blockNorms: ['layernorm_before', 'layernorm_after'],
        others: () => positionBias(config.integer('window_size'), `${block}attention.self.`, count, second),
      }),
    );
    if (stage < depths.length - 1) {
      layers.push(
        plainLayer([
          ...matrix(`${path}downsample.reduction`, 2 * dim, 4 * dim, 'vision'),
          ...norm(`${path}downsample.norm`, second ? 2 * dim : 4 * dim, 'layer'),
        ]),
      );
    }
  });
  const last = width * 2 ** (depths.length - 1);
  const [rows, columns] = patchGrid(config);
  const e = `${root}embeddings.`;
  const finalNorm = modelType !== 'donut-swin';
  if (finalNorm && backbone && !second)
    config.notes.doubt(
      'release-differs',
      'The last norm of a Swin backbone is in newer releases of the class only, and is counted.',
    );
  const absolute = config.flag(false, 'use_absolute_embeddings');
  if (absolute)
    config.notes.doubt(
      'position-table',
      'Releases of the class differ by one row in the table of positions.',
    );
  return {
    ...visionModel(last, layers, [
      ...patchProjection(config, `${e}patch_embeddings.projection`, width),
      ...norm(`${e}norm`, width, 'layer'),
      ...(masked ? [learned(`${e}mask_token`, 1, 1, width)] : []),
      ...(absolute
        ? [learned(`${e}position_embeddings`, 1, rows * columns + (modelType === 'swin' ? 0 : 1), width)]
        : []),
      ...(finalNorm && !(second && backbone) ? norm(`${root}layernorm`, last, 'layer') : []),
      ...topOf(context, last, width, depths.length, second),
    ]),
    featureWidths: outStages(config, depths.length).map((stage) => width * 2 ** Math.max(0, stage - 1)),
  };
}

/** A table of biases by distance in the window; or, in the second version, a small network and a scale a head. */
export function positionBias(window: number, path: string, heads: number, second: boolean): WeightTensor[] {
  if (!second)
    return [vector(`${path}relative_position_bias_table`, [(2 * window - 1) ** 2, heads], 'attention')];
  return [
    vector(`${path}logit_scale`, [heads, 1, 1], 'attention'),
    ...linear(`${path}continuous_position_bias_mlp.0`, BIAS_NETWORK, 2, 'attention'),
    ...matrix(`${path}continuous_position_bias_mlp.2`, heads, BIAS_NETWORK, 'attention'),
  ];
}

function topOf(
  { architecture, config }: FamilyContext,
  last: number,
  width: number,
  stages: number,
  second: boolean,
): WeightTensor[] {
  const classes = labelCount(config);
  if (/ForImageClassification$/.test(architecture)) return linear('classifier', classes, last, 'head');
  if (/ForMaskedImageModeling$/.test(architecture)) {
    const out = config.integerOr(32, 'encoder_stride') ** 2 * config.integerOr(3, 'num_channels');
    return conv('decoder.0', out, last, { bias: true, part: 'head' });
  }
  if (/Backbone$/.test(architecture) && !second) {
    return outStages(config, stages).flatMap((stage) =>
      norm(`hidden_states_norms.stage${String(stage)}`, width * 2 ** Math.max(0, stage - 1), 'layer'),
    );
  }
  return [];
}

export const swin: Family = (context) => swinLike(context, false);

export const swinv2: Family = (context) => swinLike(context, true);
