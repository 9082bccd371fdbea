import { isObject } from '../../config';
import type { Family } from '../../family';
import { encoderStack } from '../../parts/encoderStack';
import { layerCount } from '../../parts/sizes';
import { convolution, lookup, matrix, norm } from '../../parts/tensors';
import { ReadFailure } from '../../readFailure';
import { WHISPER_BLOCK } from '../speech/whisper';
import { asTower } from '../vision/clip';
import { languagePart } from './languagePart';

/** Voxtral's encoder: Whisper's under the usual keys. */
export const voxtralEncoder: Family = ({ config }) => {
  const hidden = config.integer('hidden_size', 'd_model');
  config.understood('scale_embedding', 'encoder_layers', 'vocab_size', 'head_dim', 'num_key_value_heads');
  return {
    kind: 'encoder',
    hidden,
    vocabulary: 0,
    maxContext: null,
    layers: encoderStack({
      ...WHISPER_BLOCK,
      path: 'audio_tower.layers.{layer}.',
      layers: layerCount(config),
      hidden,
      heads: config.integer('num_attention_heads', 'encoder_attention_heads'),
      width: config.integer('intermediate_size', 'encoder_ffn_dim'),
    }),
    outside: [
      ...convolution('audio_tower.conv1', [hidden, config.integer('num_mel_bins'), 3], 'other', {
        bias: true,
      }),
      ...convolution('audio_tower.conv2', [hidden, hidden, 3], 'other', { bias: true }),
      lookup('audio_tower.embed_positions', config.integer('max_source_positions'), hidden),
      ...norm('audio_tower.layer_norm', hidden, 'layer'),
    ],
    tiedHead: false,
  };
};

/** What the class takes for its language model where the section is silent, in place of Llama's own defaults. */
const TEXT_DEFAULTS = {
  vocab_size: 131072,
  hidden_size: 3072,
  intermediate_size: 8192,
  num_hidden_layers: 30,
  num_key_value_heads: 8,
  max_position_embeddings: 131072,
  head_dim: 128,
};

/** Width of four frames side by side, where the audio section does not say its intermediate width. */
const STACKED = 5120;

/** Voxtral: four frames of sound stacked, two matrices, Llama. */
export const voxtral: Family = (context) => {
  const { config, nested } = context;
  const text = languagePart(context, { type: 'llama', inherited: TEXT_DEFAULTS });
  const audio = nested('audio_config', 'voxtral_encoder', { evenIfAbsent: true });
  if (text === undefined || audio === undefined)
    throw new ReadFailure('contradiction', 'text_config or audio_config is no configuration.');
  config.understood(
    'hidden_size',
    'vocab_size',
    'audio_token_id',
    'projector_hidden_act',
    'tie_word_embeddings',
  );
  const section = config.raw.audio_config;
  const said = isObject(section) ? section.intermediate_size : undefined;
  const stacked = typeof said === 'number' && Number.isInteger(said) && said > 0 ? said : STACKED;
  return {
    ...text,
    towers: [
      asTower(audio, 'audio', [
        ...matrix('multi_modal_projector.linear_1', text.hidden, stacked, 'other'),
        ...matrix('multi_modal_projector.linear_2', text.hidden, text.hidden, 'other'),
      ]),
    ],
  };
};
