import type { Family } from '../../family';
import { BERT_BLOCK } from '../../parts/bertTrunk';
import { encoderStack } from '../../parts/encoderStack';
import { BERT_POOLS, encoderTop } from '../../parts/encoderTop';
import { transformerSizes } from '../../parts/sizes';
import { convolution, lookup, norm } from '../../parts/tensors';
import { ReadFailure } from '../../readFailure';

/** CANINE: reads characters by several hashes, narrows them to fewer positions, and widens them again. */
export const canine: Family = (context) => {
  const { config } = context;
  // The class reads characters by their code points; the number of them is no size of a table.
  const { hidden, heads, layers, vocabulary } = transformerSizes(config.withDefaults({ vocab_size: 1 }));
  const hashes = config.integer('num_hash_functions');
  const buckets = config.integer('num_hash_buckets');
  const positions = config.integer('max_position_embeddings');
  config.understood('local_transformer_stride', 'vocab_size');
  if (hashes < 1 || hidden % hashes !== 0)
    throw new ReadFailure(
      'contradiction',
      `${String(hidden)} does not divide over ${String(hashes)} hashes.`,
    );
  const stack = (name: string, count: number): ReturnType<typeof encoderStack> =>
    encoderStack({
      ...BERT_BLOCK,
      path: `canine.${name}.layer.{layer}.`,
      layers: count,
      hidden,
      heads,
      width: config.integer('intermediate_size'),
    });
  const kernel = config.integer('upsampling_kernel_size');
  const rate = config.integer('downsampling_rate');
  const top = encoderTop(context, {
    hidden,
    vocabulary,
    masked: 'bert',
    sequence: 'linear',
    pools: BERT_POOLS,
    alwaysPools: true,
    poolerName: 'canine.pooler.dense',
  });
  const embeddings = 'canine.char_embeddings.';
  return {
    kind: 'encoder',
    hidden,
    vocabulary: buckets,
    maxContext: positions,
    layers: [
      ...stack('initial_char_encoder', 1),
      ...stack('encoder', layers),
      ...stack('final_char_encoder', 1),
    ],
    outside: [
      ...Array.from({ length: hashes }, (_, index) =>
        lookup(`${embeddings}HashBucketCodepointEmbedder_${String(index)}`, buckets, hidden / hashes),
      ),
      lookup(`${embeddings}char_position_embeddings`, buckets, hidden),
      lookup(`${embeddings}token_type_embeddings`, config.integer('type_vocab_size'), hidden),
      ...norm(`${embeddings}LayerNorm`, hidden, 'layer'),
      ...convolution('canine.chars_to_molecules.conv', [hidden, hidden, rate], 'other', { bias: true }),
      ...norm('canine.chars_to_molecules.LayerNorm', hidden, 'layer'),
      ...convolution('canine.projection.conv', [hidden, 2 * hidden, kernel], 'other', { bias: true }),
      ...norm('canine.projection.LayerNorm', hidden, 'layer'),
      ...top.weights,
    ],
    tiedHead: false,
    headKnown: true,
  };
};
