import type { Family } from '../../family';
import { denseFeedForward } from '../../parts/feedForward';
import { planLayers } from '../../parts/foldLayers';
import { groupedAttention } from '../../parts/groupedAttention';
import { lookup, matrix, norm } from '../../parts/tensors';

/** Rows that the learned table has beyond its positions: fixed in the class. */
const SPARE_ROWS = 2;

/** TrOCR's decoder: BART's, with attention to an encoder that may have another width. */
export const trocr: Family = ({ config, architecture, notes }) => {
  const hidden = config.integer('d_model', 'hidden_size');
  const vocabulary = config.integer('vocab_size');
  const positions = config.integer('max_position_embeddings');
  const heads = config.integer('decoder_attention_heads', 'num_attention_heads');
  const seen = config.optional('cross_attention_hidden_size') ?? hidden;
  config.understood(
    'decoder_layerdrop',
    'scale_embedding',
    'add_cross_attention',
    'is_decoder',
    'classifier_dropout',
  );
  if (architecture !== '' && !/ForCausalLM$/.test(architecture))
    notes.doubt('unknown-head', 'The architecture may have a head that is not counted.');
  const tied = config.flag(true, 'tie_word_embeddings');
  const path = 'model.decoder.layers.{layer}.';
  const attention = (module: string, causal: boolean, input: number): ReturnType<typeof groupedAttention> =>
    groupedAttention({
      module: path + module,
      hidden,
      queryHeads: heads,
      kvHeads: heads,
      headDim: hidden / heads,
      kvInput: input,
      qkvBias: true,
      outBias: true,
      causal,
      names: { output: 'out_proj' },
    });
  return {
    kind: 'decoder',
    hidden,
    vocabulary,
    maxContext: positions,
    headKnown: true,
    layers: planLayers(
      config.integer('decoder_layers', 'num_hidden_layers'),
      () => '',
      () => ({
        mixer: attention('self_attn', true, hidden),
        second: attention('encoder_attn', false, seen),
        feedForward: denseFeedForward({
          module: path.slice(0, -1),
          hidden,
          width: config.integer('decoder_ffn_dim'),
          gated: false,
          bias: true,
          names: { up: 'fc1', down: 'fc2' },
        }),
        others: ['self_attn_layer_norm', 'encoder_attn_layer_norm', 'final_layer_norm'].flatMap((name) =>
          norm(path + name, hidden, 'layer'),
        ),
      }),
    ),
    outside: [
      lookup('model.decoder.embed_tokens', vocabulary, hidden),
      ...(config.flag(true, 'use_learned_position_embeddings')
        ? [lookup('model.decoder.embed_positions', positions + SPARE_ROWS, hidden)]
        : []),
      ...(config.flag(true, 'layernorm_embedding')
        ? norm('model.decoder.layernorm_embedding', hidden, 'layer')
        : []),
      ...(tied ? [] : matrix('output_projection', vocabulary, hidden, 'head')),
    ],
    tiedHead: tied,
  };
};
