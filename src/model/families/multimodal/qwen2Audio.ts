import type { Family } from '../../family';
import { encoderStack } from '../../parts/encoderStack';
import { convolution, lookup, matrix, norm } from '../../parts/tensors';
import { ReadFailure } from '../../readFailure';
import { WHISPER_BLOCK } from '../speech/whisper';
import { asTower } from '../vision/clip';
import { languagePart } from './languagePart';

/** Whisper's encoder, as Qwen2-Audio has it. */
export const qwen2AudioEncoder: Family = ({ config }) => {
  const hidden = config.integer('d_model');
  const bins = config.integer('num_mel_bins');
  config.understood('encoder_layerdrop', 'scale_embedding', 'num_hidden_layers');
  return {
    kind: 'encoder',
    hidden,
    vocabulary: 0,
    maxContext: null,
    layers: encoderStack({
      ...WHISPER_BLOCK,
      path: 'audio_tower.layers.{layer}.',
      layers: config.integer('encoder_layers'),
      hidden,
      heads: config.integer('encoder_attention_heads'),
      width: config.integer('encoder_ffn_dim'),
    }),
    outside: [
      ...convolution('audio_tower.conv1', [hidden, bins, 3], 'other', { bias: true }),
      ...convolution('audio_tower.conv2', [hidden, hidden, 3], 'other', { bias: true }),
      lookup('audio_tower.embed_positions', config.integer('max_source_positions'), hidden),
      ...norm('audio_tower.layer_norm', hidden, 'layer'),
    ],
    tiedHead: false,
  };
};

/** Qwen2-Audio: an audio tower, one matrix, Qwen2. */
export const qwen2Audio: Family = (context) => {
  const { nested, config } = context;
  const text = languagePart(context, { type: 'qwen2' });
  const audio = nested('audio_config', 'qwen2_audio_encoder', { evenIfAbsent: true });
  if (text === undefined || audio === undefined)
    throw new ReadFailure('contradiction', 'text_config or audio_config is no configuration.');
  config.understood('audio_token_index', 'ignore_index', 'tie_word_embeddings', 'vocab_size');
  return {
    ...text,
    towers: [
      asTower(
        audio,
        'audio',
        matrix('multi_modal_projector.linear', text.hidden, audio.hidden, 'other', { bias: true }),
      ),
    ],
  };
};
