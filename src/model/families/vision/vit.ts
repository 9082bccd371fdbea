import type { Family } from '../../family';
import { encoderStack } from '../../parts/encoderStack';
import { convolution, matrix, norm, vector } from '../../parts/tensors';
import type { WeightTensor } from '../../spec';
import { labelCount } from '../../parts/head';
import { patchCount } from './clip';

/** ViT and DeiT: a class token (two in DeiT), norms before each half, a pooler or a classifier on top. */
export const vit: Family = ({ config, architecture, modelType, notes }) => {
  const hidden = config.integer('hidden_size');
  const patch = config.integer('patch_size');
  const channels = config.integerOr(3, 'num_channels');
  const bias = config.flag(true, 'qkv_bias');
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
    layers: encoderStack({
      path,
      layers: config.integer('num_hidden_layers'),
      hidden,
      heads: config.integer('num_attention_heads'),
      width: config.integer('intermediate_size'),
      qkvBias: bias,
      outBias: true,
      mlpBias: true,
      attention: 'attention',
      attentionNames: {
        query: 'attention.query',
        key: 'attention.key',
        value: 'attention.value',
        output: 'output.dense',
      },
      feedForwardNames: { up: 'intermediate.dense', down: 'output.dense' },
      blockNorms: ['layernorm_before', 'layernorm_after'],
    }),
    outside: [
      ...Array.from({ length: tokens }, (_, index) =>
        vector(
          index === 0 ? 'vit.embeddings.cls_token' : 'vit.embeddings.distillation_token',
          [1, 1, hidden],
          'embedding',
        ),
      ),
      vector('vit.embeddings.position_embeddings', [1, patchCount(config) + tokens, hidden], 'embedding'),
      ...convolution(
        'vit.embeddings.patch_embeddings.projection',
        [hidden, channels, patch, patch],
        'embedding',
        { bias: true },
      ),
      ...norm('vit.layernorm', hidden, 'layer'),
      ...top,
    ],
    tiedHead: false,
  };
};
