import type { Family, FamilyContext, FamilyModel } from '../../family';
import { denseFeedForward } from '../../parts/feedForward';
import { seqLayers } from '../../parts/seq2seq';
import { lookup, matrix, norm } from '../../parts/tensors';
import { ReadFailure } from '../../readFailure';
import type { WeightTensor } from '../../spec';
import { asTower } from '../vision/clip';

/** MusicGen's decoder: a table and a head for each code book, no biases; it looks at the text or is given it in front. */
export const musicgenDecoder: Family = (context) => {
  const { config, architecture, modelType } = context;
  const hidden = config.integer('hidden_size');
  const width = config.integer('ffn_dim');
  const vocabulary = config.integer('vocab_size');
  const books = config.integer('num_codebooks');
  const melody = modelType.startsWith('musicgen_melody');
  const headed = !architecture.endsWith('Model');
  config.understood('add_cross_attention', 'is_decoder', 'cross_attention_hidden_size');
  config.understood('audio_channels', 'layerdrop', 'scale_embedding', 'max_position_embeddings');
  if (config.flag(false, 'tie_word_embeddings'))
    context.notes.doubt('tied-head-unclear', 'Heads are said to be tied; tables have a row more than heads.');
  const path = 'model.decoder.layers.{layer}.';
  return {
    kind: 'decoder',
    hidden,
    vocabulary,
    maxContext: config.optional('max_position_embeddings') ?? null,
    layers: seqLayers({
      path,
      layers: config.integer('num_hidden_layers'),
      hidden,
      heads: config.integer('num_attention_heads'),
      width,
      qkvBias: false,
      outBias: false,
      decoder: true,
      crosses: !melody,
      feedForward: () =>
        denseFeedForward({
          module: path.slice(0, -1),
          hidden,
          width,
          gated: false,
          names: { up: 'fc1', down: 'fc2' },
        }),
    }),
    outside: [
      ...Array.from({ length: books }, (_, index) =>
        lookup(`model.decoder.embed_tokens.${String(index)}`, vocabulary + 1, hidden),
      ),
      ...norm('model.decoder.layer_norm', hidden, 'layer'),
      ...(headed
        ? Array.from({ length: books }, (_, index) =>
            matrix(`lm_heads.${String(index)}`, vocabulary, hidden, 'head'),
          ).flat()
        : []),
    ],
    tiedHead: false,
    headKnown: true,
  };
};

/** MusicGen: a text encoder, the decoder of code books, and the codec that turns them into sound. */
export const musicgen: Family = (context) => whole(context, 'musicgen_decoder', () => []);

/** MusicGen Melody: the text and a melody's pitches stand before the codes. */
export const musicgenMelody: Family = (context) => {
  const chroma = context.config.integerOr(12, 'num_chroma');
  context.config.understood('chroma_length');
  return whole(context, 'musicgen_melody_decoder', (decoder) =>
    matrix('audio_enc_to_dec_proj', decoder.hidden, chroma, 'other', { bias: true }),
  );
};

function whole(
  context: FamilyContext,
  decoderType: string,
  extra: (decoder: FamilyModel) => readonly WeightTensor[],
): FamilyModel {
  const { architecture, notes, config } = context;
  const text = context.nested('text_encoder', 't5', { architecture: 'T5EncoderModel', evenIfAbsent: true });
  const audio = context.nested('audio_encoder', 'encodec', { evenIfAbsent: true });
  const decoder = context.nested('decoder', decoderType, {
    architecture: 'MusicgenForCausalLM',
    evenIfAbsent: true,
  });
  if (text === undefined || audio === undefined || decoder === undefined)
    throw new ReadFailure('contradiction', 'text_encoder, audio_encoder or decoder is no configuration.');
  config.understood('tie_word_embeddings', 'tie_encoder_decoder');
  if (!architecture.endsWith('ForConditionalGeneration'))
    notes.doubt('unknown-head', 'The architecture is not said or not known: counted is the whole model.');
  return {
    ...decoder,
    kind: 'encoder-decoder',
    outside: [
      ...decoder.outside,
      ...(text.hidden === decoder.hidden
        ? []
        : matrix('enc_to_dec_proj', decoder.hidden, text.hidden, 'other', { bias: true })),
      ...extra(decoder),
    ],
    towers: [asTower(text, 'text-encoder'), asTower(audio, 'audio')],
  };
}
