import type { Family, FamilyContext, FamilyModel } from '../../family';
import { expertFeedForward } from '../../parts/feedForward';
import { llamaLike } from '../../parts/llamaLike';
import { lookup, matrix } from '../../parts/tensors';
import { ReadFailure } from '../../readFailure';
import { asTower } from '../vision/clip';
import { joined, readText, readTower, sizeOf } from './wrapper';

/** The half that hears, sees and thinks: language model, vision tower, ear. */
function thinker(context: FamilyContext, kind: string): FamilyModel {
  const { config } = context;
  const text = readText(context, 'text_config', `${kind}_text`);
  const vision = readTower(context, 'vision_config', `${kind}_vision_encoder`);
  const audio = readTower(context, 'audio_config', `${kind}_audio_encoder`);
  config.understood(
    'position_id_per_seconds',
    'seconds_per_chunk',
    'audio_token_index',
    'image_token_index',
    'video_token_index',
    'ignore_index',
    'spatial_merge_size',
    'vocab_size',
    'hidden_size',
  );
  const seen = joined({ text, tower: vision });
  return joined({ text: seen, tower: audio }, { kind: 'audio' });
}

export const qwen25OmniThinker: Family = (context) => thinker(context, 'qwen2_5_omni');
export const qwen3OmniThinker: Family = (context) => thinker(context, 'qwen3_omni_moe');

/** Qwen2.5-Omni's talker: a small Qwen2 over the codes of speech, fed by the thinker's states. */
export const qwen25OmniTalker: Family = (context) => {
  const { config } = context;
  const from = config.integer('embedding_size');
  config.understood(
    'position_id_per_seconds',
    'seconds_per_chunk',
    'spatial_merge_size',
    'tie_word_embeddings',
    'use_sliding_window',
    'max_window_layers',
  );
  const model = llamaLike(
    { ...context, architecture: 'Model' },
    { qkvBias: true, embedding: 'embed_tokens', window: { slides: () => false } },
  );
  // What the talker reads are embeddings of the thinker's width.
  const outside = model.outside.map((tensor) =>
    tensor.role === 'lookup' ? { ...tensor, shape: [model.vocabulary, from] } : tensor,
  );
  return {
    ...model,
    outside: [
      ...outside,
      ...matrix('talker.thinker_to_talker_proj', model.hidden, from, 'other', { bias: true }),
      ...matrix('talker.codec_head', model.vocabulary, model.hidden, 'head'),
    ],
  };
};

/** The decoder of Qwen3-Omni's talker: every layer holds experts and a gated shared one. */
export const qwen3OmniTalkerText: Family = (context) => {
  const { config } = context;
  const bias = config.flag(false, 'attention_bias');
  const experts = config.integer('num_experts', 'num_local_experts');
  const expertsPerToken = config.integer('num_experts_per_tok');
  const width = config.integer('moe_intermediate_size');
  const sharedWidth = config.integer('shared_expert_intermediate_size');
  config.understood('intermediate_size', 'decoder_sparse_step', 'mlp_only_layers', 'tie_word_embeddings');
  return llamaLike(
    { ...context, architecture: 'Model' },
    {
      qkvBias: bias,
      outBias: bias,
      qkNorm: 'head',
      embedding: 'codec_embedding',
      feedForward: (_, base) =>
        expertFeedForward({
          module: `${base.path}mlp`,
          hidden: base.sizes.hidden,
          width,
          experts,
          expertsPerToken,
          sharedWidth,
          sharedGate: true,
        }),
    },
  );
};

/** The small decoder that spells the further codes of one frame: a table and a head for each but the first. */
export const qwen3OmniCodePredictor: Family = (context) => {
  const { config } = context;
  const bias = config.flag(false, 'attention_bias');
  const more = config.integer('num_code_groups') - 1;
  config.understood('tie_word_embeddings', 'use_sliding_window', 'max_window_layers');
  const model = llamaLike(
    { ...context, architecture: 'Model' },
    { qkvBias: bias, outBias: bias, qkNorm: 'head', window: { slides: () => false } },
  );
  return {
    ...model,
    outside: [
      ...model.outside.filter((tensor) => tensor.role !== 'lookup'),
      {
        ...lookup('talker.code_predictor.model.codec_embedding.{i}', model.vocabulary, model.hidden),
        copies: more,
      },
      ...matrix('talker.code_predictor.lm_head.{i}', model.vocabulary, model.hidden, 'head', {
        copies: more,
      }),
    ],
  };
};

/** Qwen3-Omni's talker: its decoder, the small one for further codes, and two ways in from the thinker. */
export const qwen3OmniTalker: Family = (context) => {
  const { config } = context;
  const text = readTower(context, 'text_config', 'qwen3_omni_moe_talker_text');
  const predictor = readTower(context, 'code_predictor_config', 'qwen3_omni_moe_talker_code_predictor');
  const from = config.integer('thinker_hidden_size');
  const width = sizeOf(config, 'text_config', 'intermediate_size', 2048);
  config.understood(
    'num_code_groups',
    'accept_hidden_layer',
    'tie_word_embeddings',
    'position_id_per_seconds',
    'seconds_per_chunk',
    'spatial_merge_size',
    'speaker_id',
  );
  return {
    ...text,
    outside: [
      ...text.outside,
      ...['text_projection', 'hidden_projection'].flatMap((name) => [
        ...matrix(`talker.${name}.linear_fc1`, width, from, 'other', { bias: true }),
        ...matrix(`talker.${name}.linear_fc2`, text.hidden, width, 'other', { bias: true }),
      ]),
      ...(config.flag(false, 'tie_word_embeddings')
        ? []
        : matrix('talker.codec_head', text.vocabulary, text.hidden, 'head')),
    ],
    towers: [asTower(predictor, 'other')],
  };
};

function omni(kind: string, thinkerType: string, voiceKey: string, voiceType: string): Family {
  return (context) => {
    const { config, nested, architecture } = context;
    const whole = nested('thinker_config', thinkerType, {
      architecture: 'ForConditionalGeneration',
      evenIfAbsent: true,
    });
    if (whole === undefined) throw new ReadFailure('contradiction', 'thinker_config is no configuration.');
    config.understood('enable_talker', 'tie_word_embeddings', 'user_token_id');
    const mute = !config.flag(true, 'enable_audio_output') || /Thinker/.test(architecture);
    if (mute) {
      config.understood('talker_config', voiceKey);
      return { ...whole, headKnown: true };
    }
    const talker = readTower(context, 'talker_config', `${kind}_talker`);
    const voice = readTower(context, voiceKey, voiceType);
    return {
      ...whole,
      headKnown: true,
      towers: [
        ...(whole.towers ?? []),
        asTower(talker, 'other'),
        ...(talker.towers ?? []),
        asTower(voice, 'audio'),
        ...(voice.towers ?? []),
      ],
    };
  };
}

/** Qwen2.5-Omni: thinker, talker, and the network that turns codes into sound. */
export const qwen25Omni = omni(
  'qwen2_5_omni',
  'qwen2_5_omni_thinker',
  'token2wav_config',
  'qwen2_5_omni_token2wav',
);

/** Qwen3-Omni: the same with experts, and another network for sound. */
export const qwen3Omni = omni(
  'qwen3_omni_moe',
  'qwen3_omni_moe_thinker',
  'code2wav_config',
  'qwen3_omni_moe_code2wav',
);
