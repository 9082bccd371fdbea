import type { Family } from '../../family';
import { groupedAttention } from '../../parts/groupedAttention';
import { llamaLike, plainAttention } from '../../parts/llamaLike';
import { transformerSizes } from '../../parts/sizes';
import { vector } from '../../parts/tensors';
import { slidingExceptEvery } from './slidingPattern';

/** Nemotron 4: layer norms, two matrices with a squared ReLU. */
export const nemotron: Family = (context) => {
  const bias = context.config.flag(false, 'attention_bias');
  return llamaLike(context, {
    norm: 'layer',
    gated: false,
    qkvBias: bias,
    outBias: bias,
    mlpBias: context.config.flag(false, 'mlp_bias'),
  });
};

/** Arcee: Llama with two matrices. */
export const arcee: Family = (context) => {
  const bias = context.config.flag(false, 'attention_bias');
  return llamaLike(context, {
    gated: false,
    qkvBias: bias,
    outBias: bias,
    mlpBias: context.config.flag(false, 'mlp_bias'),
  });
};

/** Helium: Llama without a bias on the output. */
export const helium: Family = (context) => {
  const { config, notes } = context;
  const sizes = transformerSizes(config);
  if (sizes.heads * sizes.headDim !== sizes.hidden)
    notes.doubt(
      'contradiction',
      'The output of attention is not as wide as the model: the class has no way for it.',
    );
  return llamaLike(context, {
    sizes,
    qkvBias: config.flag(false, 'attention_bias'),
    mlpBias: config.flag(false, 'mlp_bias'),
  });
};

/** EXAONE 4: norms after each half and on every head, three sliding layers to one. */
export const exaone4: Family = (context) =>
  llamaLike(context, {
    qkNorm: 'head',
    blockNorms: ['post_attention_layernorm', 'post_feedforward_layernorm'],
    window: slidingExceptEvery(context.config, 4),
  });

/** Seed-OSS: biases on query, key and value by one switch, on the output by another. */
export const seedOss: Family = (context) => {
  const { config } = context;
  return llamaLike(context, {
    qkvBias: config.flag(true, 'attention_bias'),
    outBias: config.flag(false, 'attention_out_bias'),
    mlpBias: config.flag(false, 'mlp_bias'),
  });
};

/** ERNIE 4.5 dense: every bias by one switch. */
export const ernie45: Family = (context) => {
  const bias = context.config.flag(false, 'use_bias');
  return llamaLike(context, { qkvBias: bias, outBias: bias, mlpBias: bias });
};

/** Hunyuan dense: Llama with a norm on every head. */
export const hunyuanDense: Family = (context) => {
  const bias = context.config.flag(false, 'attention_bias');
  context.config.understood('use_qk_norm', 'use_cla', 'cla_share_factor', 'attention_head_dim');
  if (context.config.flag(false, 'use_cla')) {
    context.notes.doubt(
      'shared-cache',
      'Layers share keys and values in pairs (use_cla), which is not reckoned with.',
    );
  }
  return llamaLike(context, {
    qkNorm: context.config.flag(true, 'use_qk_norm') ? 'head' : 'none',
    qkvBias: bias,
    outBias: bias,
  });
};

/** Orion: Llama with layer norms. */
export const orion: Family = (context) =>
  llamaLike(context, { norm: 'layer', qkvBias: context.config.flag(false, 'attention_bias') });

/** BitNet b1.58: a norm more inside each half. */
export const bitnet: Family = (context) => {
  const { config } = context;
  const width = config.integer('intermediate_size');
  const bias = config.flag(false, 'attention_bias');
  return llamaLike(context, {
    qkvBias: bias,
    outBias: bias,
    others: (_, base) => [
      vector(`${base.path}self_attn.attn_sub_norm.weight`, base.sizes.hidden, 'norms'),
      vector(`${base.path}mlp.ffn_sub_norm.weight`, width, 'norms'),
    ],
  });
};

/** Persimmon: everything with biases, norms on every head. */
export const persimmon: Family = (context) => {
  const { config } = context;
  const normed = config.flag(true, 'qk_layernorm');
  return llamaLike(context, {
    norm: 'layer',
    gated: false,
    mlpBias: true,
    finalNorm: 'final_layernorm',
    attention: (_, base) =>
      groupedAttention({
        module: `${base.path}self_attn`,
        hidden: base.sizes.hidden,
        queryHeads: base.sizes.heads,
        kvHeads: base.sizes.heads,
        headDim: base.sizes.headDim,
        qkvBias: true,
        outBias: true,
        qkNorm: normed ? 'head' : 'none',
        qkNormKind: 'layer',
        fused: 'query_key_value',
        names: { output: 'dense' },
      }),
  });
};

/** Apertus: two matrices with an activation that learns two numbers a layer, norms on every head. */
export const apertus: Family = (context) => {
  const { config } = context;
  const bias = config.flag(false, 'attention_bias');
  if (config.text('hidden_act') !== 'xielu')
    context.notes.doubt('unknown-key', 'An activation other than xielu is not known in this family.');
  config.understood('qk_norm', 'post_norm');
  return llamaLike(context, {
    gated: false,
    qkNorm: 'head',
    qkvBias: bias,
    outBias: bias,
    mlpBias: config.flag(false, 'mlp_bias'),
    blockNorms: ['attention_layernorm', 'feedforward_layernorm'],
    others: (_, base) =>
      ['alpha_p', 'alpha_n'].map((name) => vector(`${base.path}mlp.act_fn.${name}`, 1, 'feedForward')),
  });
};

/** DeciLM: Llama with another number of KV heads in every layer. */
export const deci: Family = (context) => {
  const { config } = context;
  const listed = config.integers('num_key_value_heads_per_layer');
  if (listed === undefined) context.notes.doubt('missing-key', 'num_key_value_heads_per_layer is not said.');
  config.understood('num_key_value_heads');
  const bias = config.flag(false, 'attention_bias');
  return llamaLike(context, {
    qkvBias: bias,
    outBias: bias,
    mlpBias: config.flag(false, 'mlp_bias'),
    describe: (index) => String(listed?.[index]),
    attention: (index, base) =>
      plainAttention(
        index,
        { ...base, sizes: { ...base.sizes, kvHeads: listed?.[index] ?? base.sizes.kvHeads } },
        { qkvBias: bias, outBias: bias },
      ),
  });
};
