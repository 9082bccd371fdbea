import { isObject, type Config } from '../../config';
import type { Family } from '../../family';
import { classDefaults } from '../../classDefaults';
import { denseFeedForward } from '../../parts/feedForward';
import { planLayers, type LayerPlan } from '../../parts/foldLayers';
import { groupedAttention } from '../../parts/groupedAttention';
import { topOf } from '../../parts/head';
import { lookup, matrix, norm } from '../../parts/tensors';
import { towerOf } from '../../parts/tower';
import { ReadFailure } from '../../readFailure';
import type { WeightTensor } from '../../spec';

interface Part {
  config: Config;
  hidden: number;
  layers: number;
  heads: number;
  kvHeads: number;
}

/** One of the four stacks, by its section of the file over its class's defaults. */
function part(config: Config, name: 'patcher' | 'encoder' | 'global' | 'decoder'): Part {
  const defaults = classDefaults('blt')[`${name}_config`];
  const section = config.section(`${name}_config`, isObject(defaults) ? defaults : {});
  if (section === undefined) throw new ReadFailure('contradiction', `${name}_config is no configuration.`);
  section.understood('model_type', 'tie_word_embeddings', 'head_dim', 'encoder_cross_output_size');
  section.understood('max_position_embeddings', 'sliding_window', 'vocab_size', 'cross_attn_k');
  section.understood('cross_attn_all_layers', 'hidden_size_global', 'intermediate_size', 'architectures');
  const heads = section.integer('num_attention_heads');
  return {
    config: section,
    hidden: section.integer('hidden_size'),
    layers: section.integer('num_hidden_layers'),
    heads,
    kvHeads: section.optional('num_key_value_heads') ?? heads,
  };
}

/** Llama's block. A width that is not said is eight thirds of the model's. */
function stack(path: string, p: Part, window: number | undefined): LayerPlan[] {
  const layer = `${path}layers.{layer}.`;
  const width = p.config.optional('intermediate_size') ?? Math.trunc((8 * p.hidden) / 3);
  return planLayers(
    p.layers,
    () => '',
    () => ({
      mixer: groupedAttention({
        module: `${layer}self_attn`,
        hidden: p.hidden,
        queryHeads: p.heads,
        kvHeads: p.kvHeads,
        headDim: Math.floor(p.hidden / p.heads),
        ...(window === undefined ? {} : { window }),
      }),
      feedForward: denseFeedForward({ module: `${layer}mlp`, hidden: p.hidden, width }),
      others: ['input_layernorm', 'post_attention_layernorm'].flatMap((name) =>
        norm(layer + name, p.hidden, 'rms'),
      ),
    }),
  );
}

/** Attention between bytes and patches: in every layer, or once; norms on both sides. */
function crossings(path: string, p: Part): WeightTensor[] {
  const count = p.config.flag(false, 'cross_attn_all_layers') ? p.layers : 1;
  const module = `${path}cross_attn_layers.{layer}`;
  const { weights } = groupedAttention({
    module,
    hidden: p.hidden,
    queryHeads: p.heads,
    kvHeads: p.kvHeads,
    headDim: Math.floor(p.hidden / p.heads),
  });
  const norms = ['q_norm', 'k_norm'].flatMap((name) => norm(`${module}.${name}`, p.hidden, 'rms'));
  return [...weights, ...norms].map((weight) => ({ ...weight, copies: count }));
}

/**
 * Byte Latent Transformer: a small stack reads bytes, a large one works on patches of them, a small one writes bytes; a
 * fourth, on its own, says where patches end.
 */
export const blt: Family = (context) => {
  const { config, architecture, notes } = context;
  const encoder = part(config, 'encoder');
  const global = part(config, 'global');
  const decoder = part(config, 'decoder');
  const patcher = config.flag(true, 'patch_in_forward') ? part(config, 'patcher') : null;
  const vocabulary = config.integer('vocab_size');
  const window = config.optional('local_attention_window_len');
  const groups = config.list('encoder_hash_byte_group_size')?.length ?? 0;
  const hashRows =
    config.integer('encoder_hash_byte_group_vocab') *
    config.integer('encoder_hash_byte_group_nb_functions') *
    (groups > 0 ? groups : DEFAULT_GROUPS);
  const e = 'model.local_encoder.';
  const d = 'model.local_decoder.';
  const crossed = encoder.hidden * config.integer('cross_attn_k');
  config.understood(
    'patch_size',
    'patching_mode',
    'patching_threshold',
    'patching_batch_size',
    'max_patch_length',
  );
  config.understood('patcher_config');
  const headed = topOf(architecture) !== 'none';
  const tied = config.flag(false, 'tie_word_embeddings') && headed;
  notes.remark(
    'patches',
    'The large stack caches one entry a patch of several bytes; it is reckoned with one a byte.',
  );
  return {
    kind: 'decoder',
    hidden: global.hidden,
    vocabulary,
    maxContext: config.optional('max_position_embeddings') ?? null,
    layers: [
      ...stack(e, encoder, window),
      ...stack('model.global_transformer.', global, undefined),
      ...stack(d, decoder, undefined),
    ],
    outside: [
      lookup(`${e}embed_tokens`, encoder.config.integer('vocab_size'), encoder.hidden),
      lookup('model.encoder_hash_tok_embedding', hashRows, encoder.hidden),
      ...matrix(
        `${e}patch_embedding_projection`,
        encoder.hidden * encoder.config.integer('cross_attn_k'),
        encoder.hidden,
        'other',
      ),
      ...crossings(e, encoder),
      ...(crossed === global.hidden
        ? []
        : matrix('model.global_transformer.token_embedding_projection', global.hidden, crossed, 'other')),
      ...matrix(
        `${d}patch_embedding_projection`,
        decoder.hidden * decoder.config.integer('cross_attn_k'),
        decoder.config.integer('hidden_size_global'),
        'other',
      ),
      ...crossings(d, decoder),
      ...norm(`${d}norm`, decoder.hidden, 'rms'),
      ...(tied || !headed ? [] : matrix('lm_head', vocabulary, decoder.hidden, 'head')),
    ],
    tiedHead: tied,
    headKnown: true,
    ...(patcher === null ? {} : { towers: [patcherTower(patcher)] }),
  };
};

/** Sizes of byte groups that are hashed, where the file lists none: three to eight. */
const DEFAULT_GROUPS = 6;

function patcherTower(p: Part): ReturnType<typeof towerOf> {
  const path = 'model.patcher.';
  const vocabulary = p.config.integer('vocab_size');
  return towerOf({
    kind: 'other',
    hidden: p.hidden,
    layers: stack(path, p, undefined),
    outside: [
      lookup(`${path}embed_tokens`, vocabulary, p.hidden),
      ...norm(`${path}norm`, p.hidden, 'rms'),
      ...matrix(`${path}lm_head`, vocabulary, p.hidden, 'head'),
    ],
  });
}
