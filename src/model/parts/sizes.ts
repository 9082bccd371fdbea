import type { Config } from '../config';
import { MAX_LAYERS, MAX_WIDTH } from '../limits';
import { ReadFailure } from '../readFailure';

/** The sizes that nearly every transformer has, whatever its family spells them. */
export interface Sizes {
  hidden: number;
  layers: number;
  heads: number;
  kvHeads: number;
  headDim: number;
  vocabulary: number;
}

const HIDDEN = ['hidden_size', 'n_embd', 'd_model', 'n_embed', 'model_dim', 'dim'];
const LAYERS = ['num_hidden_layers', 'n_layer', 'n_layers', 'num_layers', 'num_transformer_layers'];
const HEADS = ['num_attention_heads', 'n_head', 'n_heads', 'num_heads'];
const KV_HEADS = ['num_key_value_heads', 'n_kv_heads', 'num_kv_heads', 'n_head_kv'];

export function hiddenSize(config: Config): number {
  return width(config, config.integer(...HIDDEN));
}

export function layerCount(config: Config): number {
  const layers = config.integer(...LAYERS);
  if (layers > MAX_LAYERS)
    throw new ReadFailure('contradiction', `${String(layers)} layers: more than any model has.`);
  return layers;
}

export function vocabularySize(config: Config): number {
  return config.integer('vocab_size', 'padded_vocab_size', 'n_vocab');
}

export function headCount(config: Config): number {
  return config.integer(...HEADS);
}

/** Heads of keys and values: the query's own number where the file and the class say nothing or null. */
export function kvHeadCount(config: Config, heads: number): number {
  return config.optional(...KV_HEADS) ?? heads;
}

/**
 * Never derived where it is given; otherwise the width divided over the heads, rounded down as most classes do: a width
 * that does not divide is told.
 * @param rounds the class's own sizes do not divide, so that rounding is no surprise.
 */
export function headWidth(config: Config, hidden: number, heads: number, rounds = false): number {
  const given = config.optional('head_dim', 'attention_head_dim', 'kv_channels');
  if (given !== undefined && given > 0) return given;
  const divided = Math.floor(hidden / heads);
  if (!(divided >= 1)) {
    throw new ReadFailure(
      'contradiction',
      `${String(hidden)} does not divide over ${String(heads)} heads, and no head_dim is said.`,
    );
  }
  if (!rounds && divided * heads !== hidden) {
    config.notes.doubt(
      'contradiction',
      `${String(hidden)} does not divide evenly over ${String(heads)} heads, and no head_dim is said.`,
    );
  }
  return divided;
}

export function transformerSizes(config: Config, rounds = false): Sizes {
  const hidden = hiddenSize(config);
  const heads = headCount(config);
  const kvHeads = kvHeadCount(config, heads);
  if (kvHeads < 1 || heads % kvHeads !== 0) {
    config.notes.doubt(
      'contradiction',
      `${String(heads)} query heads do not share ${String(kvHeads)} KV heads evenly.`,
    );
  }
  return {
    hidden,
    heads,
    layers: layerCount(config),
    kvHeads,
    headDim: headWidth(config, hidden, heads, rounds),
    vocabulary: vocabularySize(config),
  };
}

function width(config: Config, value: number): number {
  if (value < 1 || value > MAX_WIDTH) {
    throw new ReadFailure('contradiction', `${config.path}hidden_size of ${String(value)} is no width.`);
  }
  return value;
}

const CONTEXT = [
  'max_position_embeddings',
  'n_positions',
  'max_seq_len',
  'seq_length',
  'max_sequence_length',
  'n_ctx',
  'model_max_length',
];

/** The first limit on positions that the file says; files say several that differ, and none shapes a weight. */
export function contextLimit(config: Config): number | null {
  const limits = CONTEXT.map((key) => config.value(key));
  const first = limits.find((limit): limit is number => typeof limit === 'number' && limit > 0);
  return first ?? null;
}
