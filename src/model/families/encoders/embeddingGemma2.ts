import { isObject, type Config } from '../../config';
import type { Family } from '../../family';
import { denseFeedForward } from '../../parts/feedForward';
import { planLayers } from '../../parts/foldLayers';
import { groupedAttention } from '../../parts/groupedAttention';
import { lookup, matrix, norm } from '../../parts/tensors';
import { ReadFailure } from '../../readFailure';

/** What one layer's attention looks like. */
interface LayerShape {
  headDim: number;
  kvHeads: number;
  full: boolean;
}

/** Every sixth layer sees everything where the file has no list, and the last one always does. */
const PATTERN = 6;

/** Heads of the layers that see everything, where the file does not say (EmbeddingGemma2TextConfig). */
const FULL_HEAD_DIM = 512;
const FULL_KV_HEADS = 1;

function shapes(config: Config, layers: number): (index: number) => LayerShape {
  const types = config.texts('layer_types');
  const pattern = config.integerOr(PATTERN, 'sliding_window_pattern');
  const own = config.object('per_layer_config');
  const headDim = config.integer('head_dim');
  const kvHeads = config.integer('num_key_value_heads');
  const fullDim = config.integerOr(FULL_HEAD_DIM, 'global_head_dim');
  const fullHeads = config.integerOr(FULL_KV_HEADS, 'num_global_key_value_heads');
  const byIndex = new Map(Object.entries(own ?? {}).map(([key, value]) => [Number(key), value]));
  const number = (value: unknown, fallback: number): number =>
    typeof value === 'number' && Number.isInteger(value) && value > 0 ? value : fallback;
  return (index) => {
    const type = types?.[index] ?? ((index + 1) % pattern === 0 ? 'full_attention' : 'sliding_attention');
    const full = type === 'full_attention' || index === layers - 1;
    const said = byIndex.get(index);
    if (own === undefined)
      return { full, headDim: full ? fullDim : headDim, kvHeads: full ? fullHeads : kvHeads };
    if (!isObject(said)) return { full, headDim, kvHeads };
    return {
      full,
      headDim: number(said.head_dim, headDim),
      kvHeads: number(said.num_key_value_heads, kvHeads),
    };
  };
}

/** EmbeddingGemma 2: Gemma's block read both ways, wider heads where it sees everything, a signal a layer from the input. */
export const embeddingGemma2Text: Family = ({ config, architecture, notes }) => {
  const hidden = config.integer('hidden_size');
  const vocabulary = config.integer('vocab_size');
  const heads = config.integer('num_attention_heads');
  const layers = config.integer('num_hidden_layers');
  const signal = config.integer('hidden_size_per_layer_input');
  const bias = config.flag(false, 'attention_bias');
  const window = config.optional('sliding_window');
  const shape = shapes(config, layers);
  if (architecture !== '' && !architecture.endsWith('Model'))
    notes.doubt('unknown-head', 'The architecture may have a head that is not counted.');
  config.understood('max_position_embeddings', 'tie_word_embeddings');
  const path = 'layers.{layer}.';
  return {
    kind: 'encoder',
    hidden,
    vocabulary,
    maxContext: config.optional('max_position_embeddings') ?? null,
    layers: planLayers(
      layers,
      (index) => JSON.stringify(shape(index)),
      (index) => {
        const { headDim, kvHeads, full } = shape(index);
        return {
          mixer: groupedAttention({
            module: `${path}self_attn`,
            hidden,
            queryHeads: heads,
            kvHeads,
            headDim,
            qkvBias: bias,
            outBias: bias,
            qkNorm: 'head',
            causal: false,
            ...(full || window === undefined ? {} : { window }),
          }),
          feedForward: denseFeedForward({
            module: `${path}mlp`,
            hidden,
            width: config.integer('intermediate_size'),
          }),
          others: [
            ...['input', 'post_attention', 'pre_feedforward', 'post_feedforward'].flatMap((name) =>
              norm(`${path}${name}_layernorm`, hidden, 'rms'),
            ),
            ...matrix(`${path}ple_block.per_layer_input_gate`, signal, hidden, 'other'),
            ...matrix(`${path}ple_block.per_layer_projection`, hidden, signal, 'other'),
            ...norm(`${path}ple_block.post_per_layer_input_norm`, hidden, 'rms'),
          ],
        };
      },
    ),
    outside: [
      lookup('embed_tokens', vocabulary, hidden),
      ...norm('norm', hidden, 'rms'),
      ...matrix('ple.per_layer_model_projection', layers * signal, hidden, 'other'),
      ...norm('ple.per_layer_projection_norm', signal, 'rms'),
      ...matrix('embedding_projection', config.integer('embedding_dim'), hidden, 'head'),
    ],
    tiedHead: false,
    headKnown: true,
  };
};

/** EmbeddingGemma 2 with its towers, of which the text is counted. */
export const embeddingGemma2: Family = (context) => {
  const { config, notes } = context;
  const text = context.nested('text_config', 'embedding_gemma2_text', {
    evenIfAbsent: true,
    architecture: 'EmbeddingGemma2TextModel',
  });
  if (text === undefined) throw new ReadFailure('contradiction', 'text_config is no configuration.');
  config.understood('vision_config', 'audio_config', 'tie_word_embeddings');
  if (isObject(config.raw.vision_config) || isObject(config.raw.audio_config))
    notes.doubt('unknown-key', 'The towers for pictures and sound are not counted.');
  return text;
};
