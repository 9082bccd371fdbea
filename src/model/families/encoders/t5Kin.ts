import { isObject, type Config } from '../../config';
import type { Family, FamilyContext, FamilyModel } from '../../family';
import { t5Stack, type T5Stack } from '../../parts/t5Stack';
import { convolution, lookup, matrix, norm } from '../../parts/tensors';
import { towerOf } from '../../parts/tower';
import type { WeightTensor } from '../../spec';

/** What sets one encoder-decoder of the T5 line apart from the next. */
interface T5Kin {
  encoder?: Partial<T5Stack>;
  encoderOutside?: readonly WeightTensor[];
  decoderOutside?: readonly WeightTensor[];
  /** The head is tied, whatever the file says. */
  alwaysTied?: boolean;
}

function t5Sizes(config: Config): Omit<T5Stack, 'side' | 'layers'> {
  config.understood('relative_attention_max_distance', 'dense_act_fn', 'num_hidden_layers', 'n_positions');
  config.understood('scale_decoder_outputs', 'num_attention_heads', 'hidden_size', 'feed_forward_proj');
  const gated = config.text('feed_forward_proj')?.startsWith('gated') ?? false;
  return {
    hidden: config.integer('d_model'),
    heads: config.integer('num_heads'),
    headDim: config.integer('d_kv'),
    width: config.integer('d_ff'),
    gated: config.flag(gated, 'is_gated_act'),
    buckets: config.integerOr(32, 'relative_attention_num_buckets'),
  };
}

function t5Kin(context: FamilyContext, o: T5Kin): FamilyModel {
  const { config, architecture, notes } = context;
  const sizes = t5Sizes(config);
  const { hidden } = sizes;
  const vocabulary = config.integer('vocab_size');
  const layers = config.integer('num_layers');
  const decoderLayers = config.optional('num_decoder_layers') ?? layers;
  const tied = config.flag(true, 'tie_word_embeddings') || o.alwaysTied === true;
  const encoderOnly = architecture.endsWith('EncoderModel');
  const headed = !architecture.endsWith('Model');
  if (headed && !architecture.endsWith('ForConditionalGeneration'))
    notes.doubt(
      'unknown-head',
      'The architecture is not said or not known: counted is the model with its head.',
    );
  const final = (side: string): WeightTensor[] => norm(`${side}.final_layer_norm`, hidden, 'rms');
  const encoder = t5Stack({ ...sizes, side: 'encoder', layers, ...o.encoder });
  const encoderOutside = [...final('encoder'), ...(o.encoderOutside ?? [])];
  const shared = lookup('shared', vocabulary, hidden);
  if (encoderOnly) {
    return {
      kind: 'encoder',
      hidden,
      vocabulary,
      maxContext: null,
      layers: encoder,
      outside: [shared, ...encoderOutside],
      tiedHead: false,
      headKnown: true,
    };
  }
  return {
    kind: 'encoder-decoder',
    hidden,
    vocabulary,
    maxContext: null,
    layers: t5Stack({ ...sizes, side: 'decoder', layers: decoderLayers }),
    outside: [
      shared,
      ...final('decoder'),
      ...(o.decoderOutside ?? []),
      ...(tied || !headed ? [] : matrix('lm_head', vocabulary, hidden, 'head')),
    ],
    tiedHead: tied,
    headKnown: true,
    towers: [towerOf({ kind: 'text-encoder', hidden, layers: encoder, outside: encoderOutside })],
  };
}

/** LongT5: attention to neighbours, or to neighbours and sums of blocks, for which a second table and a norm stand. */
export const longt5: Family = (context) => {
  const { config } = context;
  const global = config.text('encoder_attention_type') === 'transient-global';
  const heads = config.integer('num_heads');
  const hidden = config.integer('d_model');
  const buckets = config.integerOr(32, 'relative_attention_num_buckets');
  config.understood('local_radius', 'global_block_size');
  return t5Kin(context, {
    encoder: {
      selfAttention: global ? 'TransientGlobalSelfAttention' : 'LocalSelfAttention',
      others: (index, path) =>
        global
          ? [
              ...norm(`${path}0.TransientGlobalSelfAttention.global_input_layer_norm`, hidden, 'rms'),
              ...(index === 0
                ? [
                    lookup(
                      `${path}0.TransientGlobalSelfAttention.global_relative_attention_bias`,
                      buckets,
                      heads,
                      'attention',
                    ),
                  ]
                : []),
            ]
          : [],
    },
  });
};

/** Pop2Piano: T5 over sound, with a table of composers. */
export const pop2piano: Family = (context) => {
  const { config } = context;
  const composers = config.integerOr(0, 'composer_vocab_size');
  context.notes.doubt(
    'tied-head-unclear',
    'Releases of the public implementation differ in whether the head is tied to the embedding.',
  );
  return t5Kin(context, {
    encoderOutside: [lookup('mel_conditioner.embedding', composers, config.integer('d_model'))],
  });
};

/** Rows of a table of distances in UDOP, whatever the file says of the layers' own. */
const BIAS_BUCKETS = 32;

/** UDOP: T5 that also sees patches of the page and where words stand on it. */
export const udop: Family = (context) => {
  const { config, architecture, notes } = context;
  const hidden = config.integer('d_model');
  const heads = config.integer('num_heads');
  const patch = config.integer('patch_size');
  const places = config.integer('max_2d_position_embeddings');
  const kinds = config.list('relative_bias_args');
  config.understood('image_size', 'num_channels', 'tie_word_embeddings', 'add_cross_attention');
  const plain = (one: unknown): boolean => isObject(one) && Object.keys(one).every((key) => key === 'type');
  if (kinds !== undefined && (kinds.length !== 3 || !kinds.every(plain)))
    notes.doubt('unknown-key', 'relative_bias_args names other tables than the three that are counted.');
  // A model with a head shares the first table of both stacks with their first layers; a bare trunk does not.
  const tables = /Model$/.test(architecture) ? 3 : 2;
  const biases = (side: string): WeightTensor[] =>
    Array.from({ length: tables }, (_, index) =>
      lookup(
        `${side}.relative_bias.biases.${String(3 - tables + index)}.relative_attention_bias`,
        BIAS_BUCKETS,
        heads,
        'attention',
      ),
    );
  const patches = (name: string): WeightTensor[] =>
    convolution(name, [hidden, config.integer('num_channels'), patch, patch], 'embedding', { bias: true });
  config.notes.doubt(
    'release-differs',
    'Releases differ in whether encoder and decoder share the projection of patches; two are counted.',
  );
  return t5Kin(context, {
    alwaysTied: true,
    encoderOutside: [
      ...patches('encoder.embed_patches.proj'),
      lookup('encoder.cell_2d_embedding.x_position_embeddings', places, hidden),
      lookup('encoder.cell_2d_embedding.y_position_embeddings', places, hidden),
      ...biases('encoder'),
    ],
    decoderOutside: [...patches('decoder.embed_patches.proj'), ...biases('decoder')],
  });
};
