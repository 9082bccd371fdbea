import type { Family } from '../../family';
import { encoderStack } from '../../parts/encoderStack';
import { convolution, lookup, matrix, norm } from '../../parts/tensors';
import { towerOf } from '../../parts/tower';
import type { WeightTensor } from '../../spec';
import type { LayerPlan } from '../../parts/foldLayers';
import { decoderLayers } from '../encoders/bart';

/** Whisper: two convolutions before the encoder, a decoder with learned positions; keys have no bias. */
export const whisper: Family = ({ config }) => {
  const hidden = config.integer('d_model');
  const bins = config.integer('num_mel_bins');
  const vocabulary = config.integer('vocab_size');
  const targets = config.integer('max_target_positions');
  const tied = config.flag(true, 'tie_word_embeddings', 'proj_out_tied');
  config.understood(
    'num_hidden_layers',
    'max_length',
    'use_weighted_layer_sum',
    'classifier_proj_size',
    'apply_spec_augment',
    'mask_feature_length',
    'mask_feature_min_masks',
    'mask_time_length',
    'mask_time_min_masks',
    'median_filter_width',
    'encoder_layerdrop',
    'decoder_layerdrop',
    'scale_embedding',
    'max_source_positions',
    'suppress_tokens',
    'alignment_heads',
  );
  return {
    kind: 'encoder-decoder',
    hidden,
    vocabulary,
    maxContext: targets,
    layers: decoderLayers(config, hidden).map(withoutKeyBias),
    outside: [
      lookup('model.decoder.embed_tokens', vocabulary, hidden),
      lookup('model.decoder.embed_positions', targets, hidden),
      ...norm('model.decoder.layer_norm', hidden, 'layer'),
      ...(tied ? [] : matrix('proj_out', vocabulary, hidden, 'head')),
    ],
    tiedHead: tied,
    towers: [
      towerOf({
        kind: 'audio',
        hidden,
        layers: encoderStack({
          path: 'model.encoder.layers.{layer}.',
          layers: config.integer('encoder_layers'),
          hidden,
          heads: config.integer('encoder_attention_heads'),
          width: config.integer('encoder_ffn_dim'),
          qkvBias: true,
          keyBias: false,
          outBias: true,
          mlpBias: true,
          feedForward: '',
          feedForwardNames: { up: 'fc1', down: 'fc2' },
          blockNorms: ['self_attn_layer_norm', 'final_layer_norm'],
        }),
        outside: [
          ...convolution('model.encoder.conv1', [hidden, bins, 3], 'other', { bias: true }),
          ...convolution('model.encoder.conv2', [hidden, hidden, 3], 'other', { bias: true }),
          lookup('model.encoder.embed_positions', config.integer('max_source_positions'), hidden),
          ...norm('model.encoder.layer_norm', hidden, 'layer'),
        ],
      }),
    ],
  };
};

function withoutKeyBias(plan: LayerPlan): LayerPlan {
  const kept = (weights: readonly WeightTensor[]): WeightTensor[] =>
    weights.filter((tensor) => !tensor.name.endsWith('k_proj.bias'));
  return {
    ...plan,
    mixer: { ...plan.mixer, weights: kept(plan.mixer.weights) },
    ...(plan.second === undefined ? {} : { second: { ...plan.second, weights: kept(plan.second.weights) } }),
  };
}
