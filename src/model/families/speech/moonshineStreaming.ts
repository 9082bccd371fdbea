import type { Family } from '../../family';
import { encoderStack } from '../../parts/encoderStack';
import { denseFeedForward } from '../../parts/feedForward';
import { headWidth } from '../../parts/sizes';
import { seqLayers } from '../../parts/seq2seq';
import { convolution, lookup, matrix, norm, vector } from '../../parts/tensors';
import { ReadFailure } from '../../readFailure';
import { asTower } from '../vision/clip';

/** Moonshine Streaming's encoder: short frames of the wave as they are, two causal convolutions, sliding windows. */
export const moonshineStreamingEncoder: Family = ({ config }) => {
  const hidden = config.integer('hidden_size');
  const heads = config.integer('num_attention_heads');
  const bias = config.flag(false, 'attention_bias');
  const frame = Math.round(((config.number('sample_rate') ?? 0) * (config.number('frame_ms') ?? 0)) / 1000);
  config.understood('sliding_windows', 'max_position_embeddings');
  const embedder = 'model.encoder.embedder.';
  return {
    kind: 'encoder',
    hidden,
    vocabulary: 0,
    maxContext: null,
    layers: encoderStack({
      path: 'model.encoder.layers.{layer}.',
      layers: config.integer('num_hidden_layers'),
      hidden,
      heads,
      kvHeads: config.optional('num_key_value_heads') ?? heads,
      headDim: headWidth(config, hidden, heads),
      width: config.integer('intermediate_size'),
      qkvBias: bias,
      outBias: bias,
      mlpBias: true,
      norm: 'rms',
      attentionNames: { output: 'o_proj' },
      blockNorms: ['input_layernorm', 'post_attention_layernorm'],
    }),
    outside: [
      vector(`${embedder}comp.log_k`, 1, 'other'),
      ...matrix(`${embedder}linear`, hidden, frame, 'other'),
      ...convolution(`${embedder}conv1`, [2 * hidden, hidden, 5], 'other', { bias: true }),
      ...convolution(`${embedder}conv2`, [hidden, 2 * hidden, 5], 'other', { bias: true }),
      ...norm('model.encoder.final_norm', hidden, 'rms'),
    ],
    tiedHead: false,
    headKnown: true,
  };
};

/** Moonshine Streaming: Moonshine's decoder over a table of learned positions. */
export const moonshineStreaming: Family = (context) => {
  const { config, architecture, notes } = context;
  const encoder = context.nested('encoder_config', 'moonshine_streaming_encoder', { evenIfAbsent: true });
  if (encoder === undefined) throw new ReadFailure('contradiction', 'encoder_config is no configuration.');
  const hidden = config.integer('hidden_size');
  const heads = config.integer('num_attention_heads');
  const width = config.integer('intermediate_size');
  const vocabulary = config.integer('vocab_size');
  const bias = config.flag(false, 'attention_bias');
  const tied = config.flag(false, 'tie_word_embeddings');
  const headed = !architecture.endsWith('Model');
  config.understood('pad_head_dim_to_multiple_of', 'partial_rotary_factor');
  if (headed && !architecture.endsWith('ForConditionalGeneration'))
    notes.doubt(
      'unknown-head',
      'The architecture is not said or not known: counted is the model with its head.',
    );
  const path = 'model.decoder.layers.{layer}.';
  return {
    kind: 'encoder-decoder',
    hidden,
    vocabulary,
    maxContext: config.integer('max_position_embeddings'),
    layers: seqLayers({
      path,
      layers: config.integer('num_hidden_layers'),
      hidden,
      heads,
      kvHeads: config.optional('num_key_value_heads') ?? heads,
      headDim: headWidth(config, hidden, heads),
      width,
      qkvBias: bias,
      outBias: false,
      norm: 'rms',
      decoder: true,
      names: { output: 'o_proj' },
      blockNorms: ['input_layernorm', 'post_attention_layernorm', 'final_layernorm'],
      feedForward: () =>
        denseFeedForward({
          module: `${path}mlp`,
          hidden,
          width,
          gated: true,
          bias: true,
          fused: 'fc1',
          names: { down: 'fc2' },
        }),
    }),
    outside: [
      lookup('model.decoder.embed_tokens', vocabulary, hidden),
      lookup('model.decoder.pos_emb', config.integer('max_position_embeddings'), encoder.hidden),
      ...norm('model.decoder.norm', hidden, 'rms'),
      ...(encoder.hidden === hidden ? [] : matrix('model.decoder.proj', hidden, encoder.hidden, 'other')),
      ...(tied || !headed ? [] : matrix('proj_out', vocabulary, hidden, 'head')),
    ],
    tiedHead: tied,
    headKnown: true,
    towers: [asTower(encoder, 'audio')],
  };
};
