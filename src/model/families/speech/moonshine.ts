import type { Family } from '../../family';
import { encoderStack } from '../../parts/encoderStack';
import { denseFeedForward } from '../../parts/feedForward';
import { headWidth } from '../../parts/sizes';
import { seqLayers } from '../../parts/seq2seq';
import { convolution, lookup, matrix, norm } from '../../parts/tensors';
import { towerOf } from '../../parts/tower';

/** Moonshine: three convolutions straight on the wave, positions that turn, a gated decoder whose gate and input are one matrix. */
export const moonshine: Family = ({ config, architecture, notes }) => {
  const hidden = config.integer('hidden_size');
  const width = config.integer('intermediate_size');
  const vocabulary = config.integer('vocab_size');
  const bias = config.flag(false, 'attention_bias');
  const tied = config.flag(true, 'tie_word_embeddings');
  const heads = (side: string): number => config.integer(`${side}_num_attention_heads`);
  const kvHeads = (side: string): number => config.optional(`${side}_num_key_value_heads`) ?? heads(side);
  config.understood('pad_head_dim_to_multiple_of', 'partial_rotary_factor');
  if (heads('encoder') !== heads('decoder') || kvHeads('encoder') !== kvHeads('decoder'))
    notes.doubt(
      'contradiction',
      'Encoder and decoder have unlike heads: releases of the class differ in what they build.',
    );
  const headed = !architecture.endsWith('Model');
  if (headed && !architecture.endsWith('ForConditionalGeneration'))
    notes.doubt(
      'unknown-head',
      'The architecture is not said or not known: counted is the model with its head.',
    );
  const path = 'model.decoder.layers.{layer}.';
  const names = { output: 'o_proj' };
  return {
    kind: 'encoder-decoder',
    hidden,
    vocabulary,
    maxContext: config.optional('max_position_embeddings') ?? null,
    layers: seqLayers({
      path,
      layers: config.integer('decoder_num_hidden_layers'),
      hidden,
      heads: heads('decoder'),
      kvHeads: kvHeads('decoder'),
      headDim: headWidth(config, hidden, heads('decoder')),
      width,
      qkvBias: bias,
      outBias: false,
      norm: 'rms',
      decoder: true,
      names,
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
      ...norm('model.decoder.norm', hidden, 'rms'),
      ...(tied || !headed ? [] : matrix('proj_out', vocabulary, hidden, 'head')),
    ],
    tiedHead: tied,
    headKnown: true,
    towers: [
      towerOf({
        kind: 'audio',
        hidden,
        layers: encoderStack({
          path: 'model.encoder.layers.{layer}.',
          layers: config.integer('encoder_num_hidden_layers'),
          hidden,
          heads: heads('encoder'),
          kvHeads: kvHeads('encoder'),
          headDim: headWidth(config, hidden, heads('encoder')),
          width,
          qkvBias: bias,
          outBias: false,
          mlpBias: true,
          norm: 'rms',
          attentionNames: names,
          blockNorms: ['input_layernorm', 'post_attention_layernorm'],
        }),
        outside: [
          ...convolution('model.encoder.conv1', [hidden, 1, 127], 'other'),
          ...convolution('model.encoder.conv2', [2 * hidden, hidden, 7], 'other', { bias: true }),
          ...convolution('model.encoder.conv3', [hidden, 2 * hidden, 3], 'other', { bias: true }),
          ...norm('model.encoder.groupnorm', hidden, 'layer'),
          ...norm('model.encoder.layer_norm', hidden, 'rms'),
        ],
      }),
    ],
  };
};
