import type { Family } from '../../family';
import { encoderStack } from '../../parts/encoderStack';
import { labelCount } from '../../parts/head';
import { convolution, lookup, matrix, norm, vector } from '../../parts/tensors';
import { towerOf } from '../../parts/tower';
import type { WeightTensor } from '../../spec';
import type { LayerPlan } from '../../parts/foldLayers';
import { decoderLayers } from '../encoders/bart';

/** A block of Whisper's encoder, which others took over: keys have no bias. */
export const WHISPER_BLOCK = {
  qkvBias: true,
  keyBias: false,
  outBias: true,
  mlpBias: true,
  feedForward: '',
  feedForwardNames: { up: 'fc1', down: 'fc2' },
  blockNorms: ['self_attn_layer_norm', 'final_layer_norm'],
} as const;

/** Whisper: two convolutions before the encoder, a decoder with learned positions; keys have no bias. */
export const whisper: Family = ({ config, architecture, notes }) => {
  const hidden = config.integer('d_model');
  const bins = config.integer('num_mel_bins');
  const vocabulary = config.integer('vocab_size');
  const targets = config.integer('max_target_positions');
  const tied = config.flag(true, 'tie_word_embeddings', 'proj_out_tied');
  config.understood(
    'num_hidden_layers',
    'max_length',
    'decoder_layers',
    'decoder_ffn_dim',
    'decoder_attention_heads',
    'max_target_positions',
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
    'begin_suppress_tokens',
    'alignment_heads',
  );
  const encoder = {
    layers: encoderStack({
      ...WHISPER_BLOCK,
      path: 'model.encoder.layers.{layer}.',
      layers: config.integer('encoder_layers'),
      hidden,
      heads: config.integer('encoder_attention_heads'),
      width: config.integer('encoder_ffn_dim'),
    }),
    outside: [
      ...convolution('model.encoder.conv1', [hidden, bins, 3], 'other', { bias: true }),
      ...convolution('model.encoder.conv2', [hidden, hidden, 3], 'other', { bias: true }),
      lookup('model.encoder.embed_positions', config.integer('max_source_positions'), hidden),
      ...norm('model.encoder.layer_norm', hidden, 'layer'),
    ],
  };
  if (/ForAudioClassification$/.test(architecture)) {
    const projected = config.integerOr(256, 'classifier_proj_size');
    const weighted = config.flag(false, 'use_weighted_layer_sum');
    return {
      kind: 'encoder',
      hidden,
      vocabulary: 0,
      maxContext: null,
      layers: encoder.layers,
      outside: [
        ...encoder.outside,
        ...(weighted ? [vector('layer_weights', encoder.layers.length + 1, 'head')] : []),
        ...matrix('projector', projected, hidden, 'head', { bias: true }),
        ...matrix('classifier', labelCount(config), projected, 'head', { bias: true }),
      ],
      tiedHead: false,
      headKnown: true,
    };
  }
  // The decoder alone, as a draft for a larger one.
  const alone = /ForCausalLM$/.test(architecture);
  if (!alone && architecture !== '' && !/ForConditionalGeneration$|Model$/.test(architecture))
    notes.doubt('unknown-head', 'The architecture has a head that is not known and not counted.');
  return {
    kind: alone ? 'decoder' : 'encoder-decoder',
    hidden,
    vocabulary,
    maxContext: targets,
    layers: decoderLayers(config, hidden).map(withoutKeyBias),
    outside: [
      lookup('model.decoder.embed_tokens', vocabulary, hidden),
      lookup('model.decoder.embed_positions', targets, hidden),
      ...norm('model.decoder.layer_norm', hidden, 'layer'),
      ...(tied || /Model$/.test(architecture) ? [] : matrix('proj_out', vocabulary, hidden, 'head')),
    ],
    tiedHead: tied,
    headKnown: true,
    towers: alone ? [] : [towerOf({ kind: 'audio', hidden, ...encoder })],
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
