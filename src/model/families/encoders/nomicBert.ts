import type { Family } from '../../family';
import { encoderStack } from '../../parts/encoderStack';
import { encoderTop } from '../../parts/encoderTop';
import { headWidth } from '../../parts/sizes';
import { lookup, norm } from '../../parts/tensors';

/** Nomic BERT: rotary, gated, norms after each half, no biases unless said. */
export const nomicBert: Family = (context) => {
  const { config, architecture, notes } = context;
  // Files of the class's own code spell sizes as GPT-2 does; files of the public implementation as BERT does.
  const hidden = config.integer('n_embd', 'hidden_size');
  const vocabulary = config.integer('vocab_size');
  const heads = config.integer('n_head', 'num_attention_heads');
  const segments = config.integerOr(0, 'type_vocab_size');
  if (config.number('rotary_emb_fraction') === 0)
    notes.doubt('unknown-key', 'Learned positions of this family are not known.');
  const top = encoderTop(context, {
    hidden,
    vocabulary,
    masked: 'bert',
    sequence: 'linear',
    pools: /ForSequenceClassification$/,
  });
  if (!/Model$|ForMaskedLM$|ForSequenceClassification$|ForTokenClassification$/.test(architecture))
    notes.doubt('unknown-head', 'The architecture is not said or not known: counted is the trunk.');
  if (config.flag(false, 'add_pooling_layer') || config.optional('num_experts') !== undefined) {
    notes.doubt('unknown-key', 'Poolers and experts of this family are not known.');
  }
  const gated = /glu/.test(config.text('activation_function') ?? 'swiglu');
  const bias = config.flag(false, 'mlp_fc1_bias');
  if (bias !== config.flag(false, 'mlp_fc2_bias'))
    notes.doubt('unknown-key', 'The two feed-forward biases differ.');
  config.understood(
    'causal',
    'dense_seq_output',
    'fused_bias_fc',
    'fused_dropout_add_ln',
    'last_layer_subset',
    'max_trained_positions',
    'n_inner',
    'n_positions',
    'pad_vocab_size_multiple',
    'parallel_block',
    'parallel_block_tied_norm',
    'prenorm',
    'use_flash_attn',
    'use_rms_norm',
    'use_xentropy',
    'summary_activation',
    'summary_proj_to_labels',
    'summary_type',
    'summary_use_proj',
    'mlp_fc2_bias',
  );
  return {
    kind: 'encoder',
    hidden,
    vocabulary,
    maxContext: config.optional('n_positions', 'max_position_embeddings') ?? null,
    layers: encoderStack({
      path: 'encoder.layers.{layer}.',
      layers: config.integer('n_layer', 'num_hidden_layers'),
      hidden,
      heads,
      headDim: headWidth(config, hidden, heads),
      width: config.integer('n_inner', 'intermediate_size'),
      qkvBias: config.flag(false, 'qkv_proj_bias'),
      outBias: config.flag(false, 'qkv_proj_bias'),
      mlpBias: bias,
      gated,
      attention: 'attn',
      fused: 'Wqkv',
      attentionNames: { output: 'out_proj' },
      feedForwardNames: { gate: 'fc12', up: 'fc11', down: 'fc2' },
      blockNorms: ['norm1', 'norm2'],
    }),
    outside: [
      lookup('embeddings.word_embeddings', vocabulary, hidden),
      ...(segments > 0 ? [lookup('embeddings.token_type_embeddings', segments, hidden)] : []),
      ...norm('emb_ln', hidden, 'layer'),
      ...top.weights,
    ],
    tiedHead: top.tied,
    headKnown: true,
  };
};
