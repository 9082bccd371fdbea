import { isObject, type Config } from '../../config';
import type { Family } from '../../family';
import { denseFeedForward } from '../../parts/feedForward';
import { groupedAttention } from '../../parts/groupedAttention';
import { llamaLike, type BlockContext } from '../../parts/llamaLike';
import { lookup, matrix, norm, vector } from '../../parts/tensors';
import type { WeightTensor } from '../../spec';
import { slidingExceptEvery } from '../decoders/slidingPattern';
import { asTower } from '../vision/clip';
import { languagePart } from './languagePart';

const BLOCK_NORMS = [
  'input_layernorm',
  'post_attention_layernorm',
  'pre_feedforward_layernorm',
  'post_feedforward_layernorm',
];

/**
 * Gemma 3n, text: four streams that each layer predicts and corrects (AltUp), a low-rank branch beside attention (Laurel),
 * a small embedding for every layer, upper layers that reuse a lower one's cache though they store projections of their own.
 */
export const gemma3nText: Family = (context) => {
  const { config } = context;
  const layers = config.integer('num_hidden_layers');
  const reuses = (index: number): boolean => index >= layers - config.integerOr(0, 'num_kv_shared_layers');
  const widths = config.list('intermediate_size');
  const width = (index: number): number => {
    const said = widths?.[index];
    if (typeof said === 'number') return said;
    return widths === undefined ? config.integer('intermediate_size') : 0;
  };
  if (widths !== undefined && widths.length !== layers)
    context.notes.doubt('contradiction', 'intermediate_size does not list a width for every layer.');
  const bias = config.flag(false, 'attention_bias');
  const perLayer = config.integer('hidden_size_per_layer_input');
  const streams = config.integer('altup_num_inputs');
  const scaled = config.flag(true, 'altup_correct_scale');
  const rank = config.integer('laurel_rank');
  if (config.integerOr(0, 'num_kv_shared_layers') > 0)
    context.notes.doubt(
      'shared-cache',
      'Releases differ in whether layers that reuse a cache have projections of their own; published weights hold them.',
    );
  config.understood(
    'altup_active_idx',
    'altup_coef_clip',
    'activation_sparsity_pattern',
    'altup_lr_multiplier',
  );
  return llamaLike(context, {
    blockNorms: BLOCK_NORMS,
    window: slidingExceptEvery(config, 5),
    describe: (index) => `${String(reuses(index))} ${String(width(index))}`,
    attention: (index, base) => {
      const window = base.window(index);
      const block = groupedAttention({
        module: `${base.path}self_attn`,
        hidden: base.sizes.hidden,
        queryHeads: base.sizes.heads,
        kvHeads: base.sizes.kvHeads,
        headDim: base.sizes.headDim,
        qkvBias: bias,
        outBias: bias,
        qkNorm: 'head',
        ...(window === undefined ? {} : { window }),
      });
      if (!reuses(index) || block.mixer.kind !== 'attention') return block;
      return { ...block, mixer: { ...block.mixer, sharesCache: true } };
    },
    feedForward: (index, base) =>
      denseFeedForward({ module: `${base.path}mlp`, hidden: base.sizes.hidden, width: width(index) }),
    others: (_, base) => blockExtras(base, { perLayer, streams, scaled, rank }),
    outside: streamTables(config, layers, perLayer, streams),
  });
};

interface Extras {
  perLayer: number;
  streams: number;
  scaled: boolean;
  rank: number;
}

function blockExtras(base: BlockContext, e: Extras): WeightTensor[] {
  const { hidden } = base.sizes;
  const altup = `${base.path}altup.`;
  const laurel = `${base.path}laurel.`;
  return [
    ...(e.scaled ? [vector(`${altup}correct_output_scale`, hidden, 'other')] : []),
    ...matrix(`${altup}correction_coefs`, e.streams, e.streams, 'other'),
    ...matrix(`${altup}prediction_coefs`, e.streams ** 2, e.streams, 'other'),
    ...matrix(`${altup}modality_router`, e.streams, hidden, 'other'),
    ...norm(`${altup}router_norm`, hidden, 'rms'),
    ...matrix(`${laurel}linear_left`, e.rank, hidden, 'other'),
    ...matrix(`${laurel}linear_right`, hidden, e.rank, 'other'),
    ...norm(`${laurel}post_laurel_norm`, hidden, 'rms'),
    ...matrix(`${base.path}per_layer_input_gate`, e.perLayer, hidden, 'feedForward'),
    ...matrix(`${base.path}per_layer_projection`, hidden, e.perLayer, 'feedForward'),
    ...norm(`${base.path}post_per_layer_input_norm`, hidden, 'rms'),
  ];
}

function streamTables(config: Config, layers: number, perLayer: number, streams: number): WeightTensor[] {
  const hidden = config.integer('hidden_size');
  const others = Array.from({ length: Math.min(Math.max(0, streams - 1), 16) }, (_, index) => String(index));
  return [
    lookup('model.embed_tokens_per_layer', config.integer('vocab_size_per_layer_input'), layers * perLayer),
    ...matrix('model.per_layer_model_projection', layers * perLayer, hidden, 'embedding'),
    ...norm('model.per_layer_projection_norm', perLayer, 'rms'),
    ...['altup_projections', 'altup_unembed_projections'].flatMap((name) =>
      others.flatMap((index) => matrix(`model.${name}.${index}`, hidden, hidden, 'other')),
    ),
  ];
}

/** A tower's own table of tokens, norms for them and for what the tower hands on, and the way into the language model. */
function embedder(kind: 'vision' | 'audio', rows: number, width: number, hidden: number): WeightTensor[] {
  const path = `embed_${kind}.`;
  return [
    lookup(`${path}embedding`, rows, width),
    ...norm(`${path}hard_embedding_norm`, width, 'rms'),
    ...norm(`${path}soft_embedding_norm`, width, 'rms'),
    ...matrix(`${path}embedding_projection`, hidden, width, 'other'),
  ];
}

/** Rows of a tower's table of tokens where its section does not say them. */
const TOWER_TOKENS = 128;

/** Gemma 3n: the language model with both its towers. */
export const gemma3n: Family = (context) => {
  const { config, nested } = context;
  const text = languagePart(context, { type: 'gemma3n_text' });
  if (text === undefined) return context.as('gemma3n_text');
  config.understood('audio_soft_tokens_per_image', 'vision_soft_tokens_per_image');
  const towers = (['vision', 'audio'] as const).flatMap((kind) => {
    const tower = nested(`${kind}_config`, `gemma3n_${kind}`, { evenIfAbsent: true });
    if (tower === undefined) return [];
    const section = config.raw[`${kind}_config`];
    const said = isObject(section) ? section.vocab_size : undefined;
    const rows = typeof said === 'number' && Number.isInteger(said) ? said : TOWER_TOKENS;
    return [asTower(tower, kind, embedder(kind, rows, tower.hidden, text.hidden))];
  });
  return { ...text, towers };
};
