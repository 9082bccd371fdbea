import type { Family } from '../../family';
import { denseFeedForward } from '../../parts/feedForward';
import { seqLayers, type SeqStack } from '../../parts/seq2seq';
import { lookup, matrix, norm } from '../../parts/tensors';
import { towerOf } from '../../parts/tower';

const NAMES = { query: 'query_proj', key: 'key_proj', value: 'value_proj' };

/** ProphetNet: predicts several tokens ahead, each step with a table of its own and biases reckoned from the state. */
export const prophetnet: Family = ({ config, architecture, notes }) => {
  const hidden = config.integer('hidden_size');
  const vocabulary = config.integer('vocab_size');
  const positions = config.integer('max_position_embeddings');
  const heads = config.integer('num_decoder_attention_heads');
  const buckets = config.integer('num_buckets');
  const alone = architecture.endsWith('ForCausalLM');
  const tied = config.flag(true, 'tie_word_embeddings');
  const crosses = config.flag(true, 'add_cross_attention');
  config.understood('encoder_layerdrop', 'decoder_layerdrop');
  config.understood('relative_max_distance', 'disable_ngram_loss', 'num_hidden_layers');
  config.understood('num_encoder_layers', 'num_encoder_attention_heads', 'encoder_ffn_dim', 'init_std');
  if (!tied)
    notes.doubt('tied-head-unclear', 'Which tables are apart where the head is not tied is not known.');
  if (!/(?:ForConditionalGeneration|ForCausalLM|Model)$/.test(architecture))
    notes.doubt('unknown-head', 'The architecture is not said or not known: counted is the whole model.');
  const stack = (side: 'encoder' | 'decoder'): SeqStack => {
    const path = `prophetnet.${side}.layers.{layer}.`;
    const decoder = side === 'decoder';
    const width = config.integer(`${side}_ffn_dim`);
    return {
      path,
      layers: config.integer(`num_${side}_layers`),
      hidden,
      heads: config.integer(`num_${side}_attention_heads`),
      width,
      decoder,
      crosses,
      crossAttention: 'cross_attn',
      names: NAMES,
      blockNorms: [
        'self_attn_layer_norm',
        ...(decoder && crosses ? ['cross_attn_layer_norm'] : []),
        'feed_forward_layer_norm',
      ],
      feedForward: () =>
        denseFeedForward({
          module: `${path}feed_forward`,
          hidden,
          width,
          gated: false,
          bias: true,
          names: { up: 'intermediate', down: 'output' },
        }),
      others: () =>
        decoder
          ? matrix(`${path}self_attn.relative_pos_embeddings`, buckets * heads, hidden, 'attention', {
              bias: true,
            })
          : [],
    };
  };
  return {
    kind: alone ? 'decoder' : 'encoder-decoder',
    hidden,
    vocabulary,
    maxContext: positions,
    layers: seqLayers(stack('decoder')),
    outside: [
      lookup('prophetnet.word_embeddings', vocabulary, hidden),
      lookup('prophetnet.decoder.position_embeddings', positions, hidden),
      lookup('prophetnet.decoder.ngram_embeddings', config.integer('ngram'), hidden),
      ...norm('prophetnet.decoder.embeddings_layer_norm', hidden, 'layer'),
      ...(tied ? [] : matrix('lm_head', vocabulary, hidden, 'head')),
    ],
    tiedHead: tied,
    headKnown: true,
    towers: alone
      ? []
      : [
          towerOf({
            kind: 'text-encoder',
            hidden,
            layers: seqLayers(stack('encoder')),
            outside: [
              lookup('prophetnet.encoder.position_embeddings', positions, hidden),
              ...norm('prophetnet.encoder.embeddings_layer_norm', hidden, 'layer'),
            ],
          }),
        ],
  };
};

/** FSMT, the translators of WMT 19: a vocabulary for each side, BART's stacks. */
export const fsmt: Family = ({ config, architecture, notes }) => {
  const hidden = config.integer('d_model');
  const source = config.integer('src_vocab_size');
  const target = config.integer('tgt_vocab_size');
  const rows = config.integer('max_position_embeddings') + (config.optional('pad_token_id') ?? 1) + 1;
  const tied = config.flag(false, 'tie_word_embeddings');
  const stack = (side: 'encoder' | 'decoder'): SeqStack => ({
    path: `model.${side}.layers.{layer}.`,
    layers: config.integer(`${side}_layers`),
    hidden,
    heads: config.integer(`${side}_attention_heads`),
    width: config.integer(`${side}_ffn_dim`),
    decoder: side === 'decoder',
  });
  config.understood('encoder_layerdrop', 'decoder_layerdrop', 'scale_embedding', 'num_hidden_layers');
  config.understood('decoder', 'langs', 'init_std', 'vocab_size', 'add_bias_logits', 'add_final_layer_norm');
  config.understood('normalize_before', 'normalize_embedding', 'classif_dropout');
  notes.doubt(
    'tied-head-unclear',
    'Releases of the public implementation differ in which tables are tied, and sinusoids are stored as a table.',
  );
  if (!/(?:ForConditionalGeneration|Model)$/.test(architecture))
    notes.doubt(
      'unknown-head',
      'The architecture is not said or not known: counted is the model with its head.',
    );
  return {
    kind: 'encoder-decoder',
    hidden,
    vocabulary: target,
    maxContext: config.integer('max_position_embeddings'),
    layers: seqLayers(stack('decoder')),
    outside: [
      ...(tied ? [] : [lookup('model.decoder.embed_tokens', target, hidden)]),
      lookup('model.decoder.embed_positions', rows, hidden),
      ...(tied ? [] : matrix('model.decoder.output_projection', target, hidden, 'head')),
    ],
    tiedHead: tied,
    headKnown: true,
    towers: [
      towerOf({
        kind: 'text-encoder',
        hidden,
        layers: seqLayers(stack('encoder')),
        outside: [
          lookup('model.encoder.embed_tokens', source, hidden),
          lookup('model.encoder.embed_positions', rows, hidden),
        ],
      }),
    ],
  };
};
