import type { Config } from '../../config';
import type { Family, FamilyContext, FamilyModel } from '../../family';
import { denseFeedForward } from '../../parts/feedForward';
import type { LayerPlan } from '../../parts/foldLayers';
import { llamaLike } from '../../parts/llamaLike';
import { encoderStack } from '../../parts/encoderStack';
import { headWidth } from '../../parts/sizes';
import { seqLayers } from '../../parts/seq2seq';
import { convolution, lookup, matrix, norm, vector } from '../../parts/tensors';
import { ReadFailure } from '../../readFailure';
import { asTower } from '../vision/clip';
import { outerTie } from './outerTie';

/** Decoder of Canary and Cohere's recogniser: norms before each part, two matrices, biases unless said. */
function decoderStack(config: Config, hidden: number): LayerPlan[] {
  const path = 'decoder.layers.{layer}.';
  const heads = config.integer('num_attention_heads');
  const bias = config.flag(true, 'attention_bias');
  const width = config.integer('intermediate_size');
  return seqLayers({
    path,
    layers: config.integer('num_hidden_layers'),
    hidden,
    heads,
    kvHeads: config.optional('num_key_value_heads') ?? heads,
    headDim: headWidth(config, hidden, heads),
    width,
    qkvBias: bias,
    outBias: bias,
    decoder: true,
    names: { output: 'o_proj' },
    blockNorms: ['input_layernorm', 'post_attention_layernorm', 'final_layernorm'],
    feedForward: () =>
      denseFeedForward({
        module: `${path}mlp`,
        hidden,
        width,
        gated: false,
        bias: true,
        names: { up: 'fc1', down: 'fc2' },
      }),
  });
}

function parakeet(context: FamilyContext, inherited: Record<string, unknown>): FamilyModel {
  const model = context.nested('encoder_config', 'parakeet_encoder', { evenIfAbsent: true, inherited });
  if (model === undefined) throw new ReadFailure('contradiction', 'encoder_config is no configuration.');
  return model;
}

function headed(context: FamilyContext): boolean {
  const { architecture, notes } = context;
  if (architecture.endsWith('Model')) return false;
  if (!architecture.endsWith('ForConditionalGeneration'))
    notes.doubt(
      'unknown-head',
      'The architecture is not said or not known: counted is the model with its head.',
    );
  return true;
}

/** Canary's decoder alone, as its section describes it. */
export const canaryDecoder: Family = ({ config }) => {
  const hidden = config.integer('hidden_size');
  const vocabulary = config.integer('vocab_size');
  return {
    kind: 'decoder',
    hidden,
    vocabulary,
    maxContext: config.optional('max_position_embeddings') ?? null,
    layers: decoderStack(config, hidden),
    outside: [
      lookup('decoder.embed_tokens', vocabulary, hidden),
      ...norm('decoder.norm', hidden, 'layer'),
      ...norm('decoder.embedding_layernorm', hidden, 'layer'),
    ],
    tiedHead: false,
    headKnown: true,
  };
};

/** Canary: Parakeet's encoder and a decoder with sinusoids, the head tied but for its bias. */
export const canary: Family = (context) => {
  const { config } = context;
  const encoder = parakeet(context, CANARY_ENCODER);
  const decoder = context.nested('decoder_config', 'canary_decoder', { evenIfAbsent: true });
  if (decoder === undefined) throw new ReadFailure('contradiction', 'decoder_config is no configuration.');
  const tied = config.flag(true, 'tie_word_embeddings');
  const { hidden, vocabulary } = decoder;
  if (encoder.hidden !== hidden)
    context.notes.doubt(
      'contradiction',
      'Encoder and decoder of unlike widths are not known of this family.',
    );
  config.understood('vocab_size');
  return {
    ...decoder,
    kind: 'encoder-decoder',
    outside: [
      ...decoder.outside,
      ...(headed(context)
        ? [
            vector('proj_out.bias', vocabulary, 'head'),
            ...(tied ? [] : matrix('proj_out', vocabulary, hidden, 'head')),
          ]
        : []),
    ],
    tiedHead: tied,
    towers: [asTower(encoder, 'audio')],
  };
};

/** What Canary and Cohere's recogniser take for their encoder where the section is silent, in place of Parakeet's own. */
const CANARY_ENCODER = { num_hidden_layers: 32, num_mel_bins: 128 };
const COHERE_ENCODER = {
  hidden_size: 1280,
  num_hidden_layers: 48,
  num_attention_heads: 8,
  intermediate_size: 5120,
  num_mel_bins: 128,
};

/** Cohere's recogniser: a wider encoder of Parakeet's build, a decoder with learned positions and a head of its own. */
export const cohereAsr: Family = (context) => {
  const { config } = context;
  const encoder = parakeet(context, COHERE_ENCODER);
  const hidden = config.integer('hidden_size');
  const vocabulary = config.integer('vocab_size');
  const positions = config.integer('max_position_embeddings');
  const tied = config.flag(false, 'tie_word_embeddings');
  return {
    kind: 'encoder-decoder',
    hidden,
    vocabulary,
    maxContext: positions,
    layers: decoderStack(config, hidden),
    outside: [
      lookup('decoder.embed_tokens', vocabulary, hidden),
      lookup('decoder.pos_emb', positions, hidden),
      ...norm('decoder.norm', hidden, 'layer'),
      ...norm('decoder.embedding_layernorm', hidden, 'layer'),
      ...matrix('decoder.proj', hidden, encoder.hidden, 'other', { bias: true }),
      ...(headed(context)
        ? [
            vector('proj_out.bias', vocabulary, 'head'),
            ...(tied ? [] : matrix('proj_out', vocabulary, hidden, 'head')),
          ]
        : []),
    ],
    tiedHead: tied,
    headKnown: true,
    towers: [asTower(encoder, 'audio')],
  };
};

/** Voxtral Realtime's encoder: two convolutions, then gated blocks that look back a window. */
export const voxtralRealtimeEncoder: Family = ({ config }) => {
  const hidden = config.integer('hidden_size');
  const heads = config.integer('num_attention_heads');
  const path = 'audio_tower.layers.{layer}.';
  config.understood('sliding_window', 'vocab_size', 'max_position_embeddings');
  return {
    kind: 'encoder',
    hidden,
    vocabulary: 0,
    maxContext: null,
    layers: encoderStack({
      path,
      layers: config.integer('num_hidden_layers'),
      hidden,
      heads,
      kvHeads: config.optional('num_key_value_heads') ?? heads,
      headDim: headWidth(config, hidden, heads),
      width: config.integer('intermediate_size'),
      qkvBias: true,
      keyBias: false,
      outBias: true,
      mlpBias: false,
      gated: true,
      norm: 'rms',
      attentionNames: { output: 'o_proj' },
      blockNorms: ['self_attn_layer_norm', 'final_layer_norm'],
      others: () => [vector(`${path}mlp.down_proj.bias`, hidden, 'feedForward')],
    }),
    outside: [
      ...convolution('audio_tower.embedder.conv1', [hidden, config.integer('num_mel_bins'), 3], 'other', {
        bias: true,
      }),
      ...convolution('audio_tower.embedder.conv2', [hidden, hidden, 3], 'other', { bias: true }),
      ...norm('audio_tower.norm', hidden, 'rms'),
    ],
    tiedHead: false,
    headKnown: true,
  };
};

/** Rows between the two matrices that tell a layer how late it may answer. */
const DELAY_RANK = 32;

/** Voxtral Realtime's language model: Mistral's block, with two thin matrices that take in the delay. */
export const voxtralRealtimeText: Family = (context) => {
  const hidden = context.config.integer('hidden_size');
  return llamaLike(context, {
    prefix: 'language_model.model.',
    others: (_index, base) => [
      ...matrix(`${base.path}ada_rms_norm.linear1`, DELAY_RANK, hidden, 'norms'),
      ...matrix(`${base.path}ada_rms_norm.linear2`, hidden, DELAY_RANK, 'norms'),
    ],
  });
};

/** Voxtral Realtime: frames of sound stacked and projected by two matrices. */
export const voxtralRealtime: Family = (context) => {
  const { config } = context;
  const tied = outerTie(context, 'text_config', true);
  const audio = context.nested('audio_config', 'voxtral_realtime_encoder', { evenIfAbsent: true });
  const text = context.nested('text_config', 'voxtral_realtime_text', {
    evenIfAbsent: true,
    architecture: 'VoxtralRealtimeTextModel',
  });
  if (audio === undefined || text === undefined)
    throw new ReadFailure('contradiction', 'text_config or audio_config is no configuration.');
  const stacked = audio.hidden * config.integer('downsample_factor');
  config.understood('audio_length_per_tok', 'default_num_delay_tokens', 'hidden_size');
  const head =
    headed(context) && !tied ? matrix('language_model.lm_head', text.vocabulary, text.hidden, 'head') : [];
  return {
    ...text,
    outside: [...text.outside, ...head],
    tiedHead: tied,
    towers: [
      asTower(audio, 'audio', [
        ...matrix('multi_modal_projector.linear_1', text.hidden, stacked, 'other'),
        ...matrix('multi_modal_projector.linear_2', text.hidden, text.hidden, 'other'),
      ]),
    ],
  };
};
