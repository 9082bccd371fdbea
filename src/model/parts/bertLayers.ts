import type { Config } from '../config';
import type { WeightTensor } from '../spec';
import { encoderStack, type EncoderStack } from './encoderStack';
import type { LayerPlan } from './foldLayers';
import { layerCount } from './sizes';
import { lookup, norm } from './tensors';

/** Blocks as BERT names them, norms after each half: text parts of many models for pictures keep them. */
export function bertLayers(config: Config, path: string, changes: Partial<EncoderStack> = {}): LayerPlan[] {
  return encoderStack({
    path,
    layers: changes.layers ?? layerCount(config),
    hidden: changes.hidden ?? config.integer('hidden_size'),
    heads: changes.heads ?? config.integer('num_attention_heads'),
    width: changes.width ?? config.integer('intermediate_size'),
    qkvBias: true,
    outBias: true,
    mlpBias: true,
    attention: 'attention',
    attentionNames: { query: 'self.query', key: 'self.key', value: 'self.value', output: 'output.dense' },
    feedForward: '',
    feedForwardNames: { up: 'intermediate.dense', down: 'output.dense' },
    blockNorms: ['attention.output.LayerNorm', 'output.LayerNorm'],
    ...changes,
  });
}

/** Words, positions and segments, each a table, and the norm over their sum. */
export function bertEmbeddings(config: Config, path: string): WeightTensor[] {
  const hidden = config.integer('hidden_size');
  const segments = config.integerOr(0, 'type_vocab_size');
  if (config.text('position_embedding_type')?.startsWith('relative_key') === true)
    config.notes.doubt(
      'relative-positions',
      'Relative positions are learned in each layer; they are not counted.',
    );
  return [
    lookup(`${path}word_embeddings`, config.integer('vocab_size'), hidden),
    lookup(`${path}position_embeddings`, config.integer('max_position_embeddings'), hidden),
    ...(segments > 0 ? [lookup(`${path}token_type_embeddings`, segments, hidden)] : []),
    ...norm(`${path}LayerNorm`, hidden, 'layer'),
  ];
}
