import type { Family } from '../../family';
import { convolution, matrix, norm, vector } from '../../parts/tensors';
import type { WeightTensor } from '../../spec';
import { labelCount } from '../../parts/head';
import { patchPositions, patchProjection, vitLayers } from '../../parts/vitLayers';

/** ViT and DeiT: a class token (two in DeiT), norms before each half, a pooler or a classifier on top. */
export const vit: Family = ({ config, architecture, modelType, notes }) => {
  const hidden = config.integer('hidden_size');
  const channels = config.integerOr(3, 'num_channels');
  const distilled = modelType === 'deit';
  const path = 'vit.encoder.layer.{layer}.';
  const tokens = distilled ? 2 : 1;
  const known = /Model$|ForImageClassification|ForMaskedImageModeling|WithTeacher$/.test(architecture);
  if (!known)
    notes.doubt(
      'unknown-head',
      'The architecture is not said or not known: counted is the trunk with its pooler.',
    );
  const masked = /ForMaskedImageModeling$/.test(architecture);
  const stride = config.integerOr(16, 'encoder_stride');
  const classes = labelCount(config);
  const top: WeightTensor[] = masked
    ? [
        vector('vit.embeddings.mask_token', [1, 1, hidden], 'embedding'),
        ...convolution('decoder.0', [stride * stride * channels, hidden, 1, 1], 'head', { bias: true }),
      ]
    : /ForImageClassification/.test(architecture)
      ? [
          ...matrix('classifier', classes, hidden, 'head', { bias: true }),
          ...(architecture.endsWith('WithTeacher')
            ? matrix('distillation_classifier', classes, hidden, 'head', { bias: true })
            : []),
        ]
      : matrix('pooler.dense', config.optional('pooler_output_size') ?? hidden, hidden, 'other', {
          bias: true,
        });
  return {
    kind: 'encoder',
    hidden,
    vocabulary: 0,
    maxContext: null,
    layers: vitLayers(config, path),
    outside: [
      ...Array.from({ length: tokens }, (_, index) =>
        vector(
          index === 0 ? 'vit.embeddings.cls_token' : 'vit.embeddings.distillation_token',
          [1, 1, hidden],
          'embedding',
        ),
      ),
      patchPositions(config, 'vit.embeddings.position_embeddings', hidden, tokens),
      ...patchProjection(config, 'vit.embeddings.patch_embeddings.projection', hidden),
      ...norm('vit.layernorm', hidden, 'layer'),
      ...top,
    ],
    tiedHead: false,
  };
};
