import type { Family } from '../../family';
import { labelCount } from '../../parts/head';
import { layerCount } from '../../parts/sizes';
import { norm, vector } from '../../parts/tensors';
import {
  batchNorm,
  conv,
  doubtHead,
  learned,
  linear,
  patchGrid,
  understoodPictureKeys,
  visionModel,
} from '../../parts/visionPieces';
import { patchProjection, vitLayers } from '../../parts/vitLayers';
import type { WeightTensor } from '../../spec';
import { outStages } from './backbone';
import { auxiliaryHead, uperHead } from './uperHead';

const NAMES = { conv: 'conv', norm: 'bn' };

/** BEiT and data2vec for pictures: biases by distance, layer scales, keys without a bias. */
export const beit: Family = (context) => {
  const { config, architecture, modelType } = context;
  doubtHead(
    context,
    /Model$|Backbone$|ForImageClassification$|ForMaskedImageModeling$|ForSemanticSegmentation$/,
  );
  understoodPictureKeys(config);
  config.understood(
    'use_auxiliary_head',
    'auxiliary_channels',
    'auxiliary_num_convs',
    'auxiliary_concat_input',
  );
  config.understood(
    'pool_scales',
    'auxiliary_loss_weight',
    'vocab_size',
    'out_indices',
    'use_mean_pooling',
    'add_fpn',
  );
  const hidden = config.integer('hidden_size');
  const heads = config.integer('num_attention_heads');
  const root = modelType === 'beit' ? 'beit.' : 'data2vec_vision.';
  const [rows, columns] = patchGrid(config);
  const table = (path: string): WeightTensor =>
    vector(
      `${path}relative_position_bias.relative_position_bias_table`,
      [(2 * rows - 1) * (2 * columns - 1) + 3, heads],
      'attention',
    );
  const path = `${root}encoder.layer.{layer}.`;
  const scaled = (config.number('layer_scale_init_value') ?? 0.1) > 0;
  const own = config.flag(false, 'use_relative_position_bias');
  const layers = vitLayers(config, path, {
    qkvBias: true,
    keyBias: false,
    others: () => [
      ...(scaled ? ['lambda_1', 'lambda_2'].map((name) => vector(path + name, hidden, 'vision')) : []),
      ...(own ? [table(`${path}attention.attention.`)] : []),
    ],
  });
  const mean = config.flag(true, 'use_mean_pooling');
  const pooled =
    /ForImageClassification$/.test(architecture) || (modelType === 'beit' && /Model$/.test(architecture));
  const classes = labelCount(config);
  const up = (name: string): WeightTensor[] => conv(name, hidden, hidden, { kernel: 2, bias: true });
  const pyramid = (first: string): WeightTensor[] => [
    ...up(`${first}.0`),
    ...batchNorm(`${first}.1`, hidden),
    ...up(`${first}.3`),
    ...up(`${first.replace('fpn1', 'fpn2')}.0`),
  ];
  const top: WeightTensor[] = [];
  if (/ForImageClassification$/.test(architecture))
    top.push(...linear('classifier', classes, hidden, 'head'));
  if (/ForMaskedImageModeling$/.test(architecture))
    top.push(
      ...norm('layernorm', hidden, 'layer', 'head'),
      ...linear('lm_head', config.integer('vocab_size'), hidden, 'head'),
    );
  if (/Backbone$/.test(architecture) && config.flag(false, 'add_fpn')) top.push(...pyramid('fpn1'));
  if (/ForSemanticSegmentation$/.test(architecture)) {
    top.push(
      ...pyramid('fpn1'),
      ...uperHead(config, {
        module: 'decode_head',
        widths: [hidden, hidden, hidden, hidden],
        channels: hidden,
        classes,
        names: NAMES,
        bottleneck: 'bottleneck',
      }),
      ...(config.flag(true, 'use_auxiliary_head')
        ? auxiliaryHead(config, 'auxiliary_head', hidden, classes, NAMES)
        : []),
    );
  }
  return {
    ...visionModel(hidden, layers, [
      learned(`${root}embeddings.cls_token`, 1, 1, hidden),
      ...(config.flag(false, 'use_mask_token')
        ? [learned(`${root}embeddings.mask_token`, 1, 1, hidden)]
        : []),
      ...(config.flag(false, 'use_absolute_position_embeddings')
        ? [learned(`${root}embeddings.position_embeddings`, 1, rows * columns + 1, hidden)]
        : []),
      ...patchProjection(config, `${root}embeddings.patch_embeddings.projection`, hidden),
      ...(config.flag(false, 'use_shared_relative_position_bias') ? [table(`${root}encoder.`)] : []),
      ...(mean ? [] : norm(`${root}layernorm`, hidden, 'layer')),
      ...(mean && pooled ? norm(`${root}pooler.layernorm`, hidden, 'layer') : []),
      ...top,
    ]),
    featureWidths: outStages(config, layerCount(config)).map(() => hidden),
  };
};
