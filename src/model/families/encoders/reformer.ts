import type { Family } from '../../family';
import { attends } from '../../parts/bertTrunk';
import { denseFeedForward } from '../../parts/feedForward';
import { planLayers } from '../../parts/foldLayers';
import { labelCount } from '../../parts/head';
import { lookup, matrix, norm, vector } from '../../parts/tensors';
import { ReadFailure } from '../../readFailure';
import type { WeightTensor } from '../../spec';

/** Reformer: attention to neighbours or to what hashes alike, two streams side by side, positions along two axes. */
export const reformer: Family = ({ config, architecture, notes }) => {
  const hidden = config.integer('hidden_size');
  const heads = config.integer('num_attention_heads');
  const headDim = config.integer('attention_head_size');
  const vocabulary = config.integer('vocab_size');
  const positions = config.integer('max_position_embeddings');
  const kinds = config.texts('attn_layers') ?? [];
  const layers = config.optional('num_hidden_layers') ?? kinds.length;
  const classes = labelCount(config);
  const all = heads * headDim;
  if (kinds.some((kind) => kind !== 'local' && kind !== 'lsh') || layers > kinds.length)
    throw new ReadFailure('contradiction', 'attn_layers does not say local or lsh for every layer.');
  config.understood(
    'local_attn_chunk_length',
    'lsh_attn_chunk_length',
    'local_num_chunks_after',
    'local_num_chunks_before',
    'lsh_num_chunks_after',
    'lsh_num_chunks_before',
    'num_buckets',
    'num_hashes',
    'num_chunks_after',
    'num_chunks_before',
    'chunk_size_lm_head',
    'axial_norm_std',
    'axial_pos_shape',
    'axial_pos_embds_dim',
    'hash_seed',
    'tie_word_embeddings',
    'is_decoder',
    'sinusoidal_pos_embds',
  );
  const head = ((): WeightTensor[] => {
    if (/(?:ForMaskedLM|ModelWithLMHead)$/.test(architecture)) {
      return [
        ...matrix('lm_head.decoder', vocabulary, 2 * hidden, 'head'),
        vector('lm_head.bias', vocabulary, 'head'),
      ];
    }
    if (architecture.endsWith('ForSequenceClassification')) {
      return [
        ...matrix('classifier.dense', hidden, 2 * hidden, 'head', { bias: true }),
        ...matrix('classifier.out_proj', classes, hidden, 'head', { bias: true }),
      ];
    }
    if (architecture.endsWith('ForQuestionAnswering'))
      return matrix('qa_outputs', classes, 2 * hidden, 'head', { bias: true });
    if (!architecture.endsWith('Model'))
      notes.doubt('unknown-head', 'The architecture is not said or not known: counted is the trunk.');
    return [];
  })();
  const path = 'reformer.encoder.layers.{layer}.';
  const self = `${path}attention.self_attention.`;
  return {
    kind: 'encoder',
    hidden,
    vocabulary,
    maxContext: positions,
    layers: planLayers(
      layers,
      (index) => kinds[index] ?? '',
      (index) => ({
        mixer: {
          mixer: attends(heads, headDim),
          weights: [
            ...(kinds[index] === 'lsh' ? ['query_key', 'value'] : ['query', 'key', 'value']).flatMap((name) =>
              matrix(self + name, all, hidden, 'attention'),
            ),
            ...matrix(`${path}attention.output.dense`, hidden, all, 'attention'),
          ],
        },
        feedForward: denseFeedForward({
          module: `${path}feed_forward`,
          hidden,
          width: config.integer('feed_forward_size'),
          gated: false,
          bias: true,
          names: { up: 'dense.dense', down: 'output.dense' },
        }),
        others: ['attention.layer_norm', 'feed_forward.layer_norm'].flatMap((name) =>
          norm(path + name, hidden, 'layer'),
        ),
      }),
    ),
    outside: [
      lookup('reformer.embeddings.word_embeddings', vocabulary, hidden),
      ...(config.flag(true, 'axial_pos_embds')
        ? axes(config.integers('axial_pos_shape') ?? [], config.integers('axial_pos_embds_dim') ?? [])
        : [lookup('reformer.embeddings.position_embeddings.embedding', positions, hidden)]),
      ...norm('reformer.encoder.layer_norm', 2 * hidden, 'layer'),
      ...head,
    ],
    tiedHead: false,
    headKnown: true,
  };
};

/** A short table for each axis, whose rows side by side stand for a position. */
function axes(shape: readonly number[], widths: readonly number[]): WeightTensor[] {
  return shape.map((length, axis) =>
    vector(
      `reformer.embeddings.position_embeddings.weights.${String(axis)}`,
      [length, widths[axis] ?? 0],
      'embedding',
    ),
  );
}
