import type { Config } from '../../config';
import type { Family } from '../../family';
import { convolution, lookup, matrix, norm, vector } from '../../parts/tensors';
import type { WeightTensor } from '../../spec';
import { asTower, clipStack, patchCount, pictureClassifier } from './clip';

/** SigLIP's vision transformer: no class token, and a pooling head unless switched off. */
export const siglipVision: Family = ({ config, modelType }) => {
  const hidden = config.integer('hidden_size');
  const patch = config.integer('patch_size');
  const channels = config.integerOr(3, 'num_channels');
  const second = modelType.startsWith('siglip2');
  const positions = second ? config.integer('num_patches') : patchCount(config);
  const embedding = second
    ? matrix('vision_model.embeddings.patch_embedding', hidden, channels * patch * patch, 'embedding', {
        bias: true,
      })
    : convolution('vision_model.embeddings.patch_embedding', [hidden, channels, patch, patch], 'embedding', {
        bias: true,
      });
  config.understood('projection_dim', 'projector_hidden_act', 'image_size', 'vocab_size');
  return {
    kind: 'encoder',
    hidden,
    vocabulary: 0,
    maxContext: null,
    layers: clipStack(config, 'vision_model.encoder.layers.{layer}.'),
    outside: [
      ...embedding,
      lookup('vision_model.embeddings.position_embedding', positions, hidden),
      ...norm('vision_model.post_layernorm', hidden, 'layer'),
      ...(config.flag(true, 'vision_use_head') ? poolingHead(config, hidden) : []),
    ],
    tiedHead: false,
  };
};

/** One learned query that attends to all patches, then a small network. */
export function poolingHead(config: Config, hidden: number): WeightTensor[] {
  const width = config.integer('intermediate_size');
  const h = 'vision_model.head';
  return [
    vector(`${h}.probe`, [1, 1, hidden], 'other'),
    { name: `${h}.attention.in_proj_weight`, shape: [3 * hidden, hidden], part: 'other', role: 'linear' },
    vector(`${h}.attention.in_proj_bias`, 3 * hidden, 'other'),
    ...matrix(`${h}.attention.out_proj`, hidden, hidden, 'other', { bias: true }),
    ...norm(`${h}.layernorm`, hidden, 'layer'),
    ...matrix(`${h}.mlp.fc1`, width, hidden, 'other', { bias: true }),
    ...matrix(`${h}.mlp.fc2`, hidden, width, 'other', { bias: true }),
  ];
}

export const siglipText: Family = ({ config }) => {
  const hidden = config.integer('hidden_size');
  const vocabulary = config.integer('vocab_size');
  const positions = config.integer('max_position_embeddings');
  return {
    kind: 'encoder',
    hidden,
    vocabulary,
    maxContext: positions,
    layers: clipStack(config, 'text_model.encoder.layers.{layer}.'),
    outside: [
      lookup('text_model.embeddings.token_embedding', vocabulary, hidden),
      lookup('text_model.embeddings.position_embedding', positions, hidden),
      ...norm('text_model.final_layer_norm', hidden, 'layer'),
      ...matrix('text_model.head', config.integerOr(hidden, 'projection_size'), hidden, 'head', {
        bias: true,
      }),
    ],
    tiedHead: false,
  };
};

/** SigLIP: both towers, a temperature and a bias. */
export const siglip: Family = ({ config, architecture, nested, notes, modelType }) => {
  if (/ForImageClassification$/.test(architecture)) {
    return pictureClassifier(
      config,
      nested('vision_config', `${modelType}_vision_model`, { evenIfAbsent: true }),
    );
  }
  const text = nested('text_config', `${modelType}_text_model`, { evenIfAbsent: true });
  const vision = nested('vision_config', `${modelType}_vision_model`, { evenIfAbsent: true });
  if (text === undefined || vision === undefined) {
    notes.doubt('missing-part', 'One of the two towers is not described.');
    return (
      text ??
      vision ?? {
        kind: 'encoder',
        hidden: 0,
        vocabulary: 0,
        maxContext: null,
        layers: [],
        outside: [],
        tiedHead: false,
      }
    );
  }
  return {
    ...text,
    outside: [...text.outside, vector('logit_scale', 1, 'head'), vector('logit_bias', 1, 'head')],
    towers: [asTower(vision)],
  };
};
