import type { Family } from '../../family';
import { denseFeedForward } from '../../parts/feedForward';
import { planLayers } from '../../parts/foldLayers';
import { groupedAttention } from '../../parts/groupedAttention';
import { lookup, matrix, norm } from '../../parts/tensors';
import { ReadFailure } from '../../readFailure';
import { asTower } from '../vision/clip';

const MLP = { fused: 'gate_up_proj', gated: true } as const;

/** Dia's text encoder: letters, grouped attention wider than the model, gate and input in one matrix. */
export const diaEncoder: Family = ({ config }) => {
  const hidden = config.integer('hidden_size');
  const vocabulary = config.integer('vocab_size');
  const heads = config.integer('num_attention_heads');
  const path = 'model.encoder.layers.{layer}.';
  return {
    kind: 'encoder',
    hidden,
    vocabulary,
    maxContext: config.optional('max_position_embeddings') ?? null,
    layers: planLayers(
      config.integer('num_hidden_layers'),
      () => '',
      () => ({
        mixer: groupedAttention({
          module: `${path}self_attention`,
          hidden,
          queryHeads: heads,
          kvHeads: config.optional('num_key_value_heads') ?? heads,
          headDim: config.integer('head_dim'),
          causal: false,
        }),
        feedForward: denseFeedForward({
          ...MLP,
          module: `${path}mlp`,
          hidden,
          width: config.integer('intermediate_size'),
        }),
        others: ['pre_sa_norm', 'post_sa_norm'].flatMap((name) => norm(path + name, hidden, 'rms')),
      }),
    ),
    outside: [
      lookup('model.encoder.embedding', vocabulary, hidden),
      ...norm('model.encoder.norm', hidden, 'rms'),
    ],
    tiedHead: false,
    headKnown: true,
  };
};

/** Dia's decoder: a table for all channels of sound, heads of its own for what it looks up in the text. */
export const diaDecoder: Family = ({ config, architecture }) => {
  const hidden = config.integer('hidden_size');
  const heads = config.integer('num_attention_heads');
  const rows = config.integer('vocab_size') * config.integer('num_channels');
  const path = 'model.decoder.layers.{layer}.';
  const crossHeads = config.integer('cross_num_attention_heads');
  return {
    kind: 'decoder',
    hidden,
    vocabulary: config.integer('vocab_size'),
    maxContext: config.optional('max_position_embeddings') ?? null,
    layers: planLayers(
      config.integer('num_hidden_layers'),
      () => '',
      () => ({
        mixer: groupedAttention({
          module: `${path}self_attention`,
          hidden,
          queryHeads: heads,
          kvHeads: config.optional('num_key_value_heads') ?? heads,
          headDim: config.integer('head_dim'),
        }),
        second: groupedAttention({
          module: `${path}cross_attention`,
          hidden,
          queryHeads: crossHeads,
          kvHeads: config.optional('cross_num_key_value_heads') ?? crossHeads,
          headDim: config.integer('cross_head_dim'),
          kvInput: config.integer('cross_hidden_size'),
          causal: false,
        }),
        feedForward: denseFeedForward({
          ...MLP,
          module: `${path}mlp`,
          hidden,
          width: config.integer('intermediate_size'),
        }),
        others: ['pre_sa_norm', 'pre_ca_norm', 'pre_mlp_norm'].flatMap((name) =>
          norm(path + name, hidden, 'rms'),
        ),
      }),
    ),
    outside: [
      lookup('model.decoder.embeddings.embed', rows, hidden),
      ...norm('model.decoder.norm', hidden, 'rms'),
      ...(architecture.endsWith('Model') ? [] : matrix('logits_dense', rows, hidden, 'head')),
    ],
    tiedHead: false,
    headKnown: true,
  };
};

/** Dia: dialogue from text, a channel of codes each step. */
export const dia: Family = (context) => {
  const { config, architecture, notes } = context;
  const encoder = context.nested('encoder_config', 'dia_encoder', { evenIfAbsent: true });
  const decoder = context.nested('decoder_config', 'dia_decoder', { evenIfAbsent: true, architecture });
  if (encoder === undefined || decoder === undefined)
    throw new ReadFailure('contradiction', 'encoder_config or decoder_config is no configuration.');
  config.understood('delay_pattern', 'tie_word_embeddings', 'norm_eps');
  if (!/(?:ForConditionalGeneration|Model)$/.test(architecture))
    notes.doubt(
      'unknown-head',
      'The architecture is not said or not known: counted is the model with its head.',
    );
  return { ...decoder, kind: 'encoder-decoder', towers: [asTower(encoder, 'text-encoder')] };
};
