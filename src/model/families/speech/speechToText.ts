import type { Family } from '../../family';
import { ReadFailure } from '../../readFailure';
import { seqLayers, type SeqStack } from '../../parts/seq2seq';
import { convolution, lookup, matrix, norm } from '../../parts/tensors';
import { towerOf } from '../../parts/tower';

/** Speech to text of fairseq: convolutions that each halve their channels by a gate, then BART's stacks with sinusoids. */
export const speechToText: Family = ({ config, architecture, notes }) => {
  const hidden = config.integer('d_model', 'hidden_size');
  const vocabulary = config.integer('vocab_size');
  const tied = config.flag(true, 'tie_word_embeddings');
  const kernels = config.integers('conv_kernel_sizes') ?? [];
  const channels = config.integer('conv_channels');
  const input = config.integer('input_feat_per_channel') * config.integer('input_channels');
  const count = config.integerOr(kernels.length, 'num_conv_layers');
  if (count !== kernels.length)
    throw new ReadFailure('contradiction', 'num_conv_layers and conv_kernel_sizes name different counts.');
  config.understood(
    'max_source_positions',
    'scale_embedding',
    'num_hidden_layers',
    'encoder_layerdrop',
    'decoder_layerdrop',
    'init_std',
  );
  const headed = !architecture.endsWith('Model');
  if (headed && !architecture.endsWith('ForConditionalGeneration'))
    notes.doubt(
      'unknown-head',
      'The architecture is not said or not known: counted is the model with its head.',
    );
  const stack = (side: 'encoder' | 'decoder'): SeqStack => ({
    path: `model.${side}.layers.{layer}.`,
    layers: config.integer(`${side}_layers`),
    hidden,
    heads: config.integer(`${side}_attention_heads`),
    width: config.integer(`${side}_ffn_dim`),
    decoder: side === 'decoder',
  });
  return {
    kind: 'encoder-decoder',
    hidden,
    vocabulary,
    maxContext: config.optional('max_target_positions') ?? null,
    layers: seqLayers(stack('decoder')),
    outside: [
      lookup('model.decoder.embed_tokens', vocabulary, hidden),
      ...norm('model.decoder.layer_norm', hidden, 'layer'),
      ...(tied || !headed ? [] : matrix('lm_head', vocabulary, hidden, 'head')),
    ],
    tiedHead: tied,
    headKnown: true,
    towers: [
      towerOf({
        kind: 'audio',
        hidden,
        layers: seqLayers(stack('encoder')),
        outside: [
          ...kernels.flatMap((kernel, index) =>
            convolution(
              `model.encoder.conv.conv_layers.${String(index)}`,
              [
                index < kernels.length - 1 ? channels : 2 * hidden,
                index === 0 ? input : Math.floor(channels / 2),
                kernel,
              ],
              'other',
              { bias: true },
            ),
          ),
          ...norm('model.encoder.layer_norm', hidden, 'layer'),
        ],
      }),
    ],
  };
};
