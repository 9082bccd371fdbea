import type { Family } from '../../family';
import { denseFeedForward } from '../../parts/feedForward';
import { llamaLike } from '../../parts/llamaLike';
import { matrix, vector } from '../../parts/tensors';

/** Code World Model: Llama, of which every fourth layer sees everything, from the first on. */
export const cwm: Family = (context) =>
  llamaLike(context, {
    mlpBias: context.config.flag(false, 'mlp_bias'),
    window: { slides: (index) => index % 4 !== 0 },
  });

/** VaultGemma: Gemma 2 with the norms before each half alone. */
export const vaultGemma: Family = (context) => {
  const bias = context.config.flag(false, 'attention_bias');
  return llamaLike(context, {
    qkvBias: bias,
    outBias: bias,
    blockNorms: ['input_layernorm', 'pre_feedforward_layernorm'],
    window: { slides: (index) => index % 2 === 0 },
  });
};

/** DiffLlama: attention as the difference of two, weighed by four learned vectors a layer. */
export const diffLlama: Family = (context) => {
  const bias = context.config.flag(false, 'attention_bias');
  return llamaLike(context, {
    qkvBias: bias,
    outBias: bias,
    others: (_, base) =>
      ['lambda_q1', 'lambda_k1', 'lambda_q2', 'lambda_k2'].map((name) =>
        vector(`${base.path}self_attn.${name}`, base.sizes.headDim, 'attention'),
      ),
  });
};

/** Jais 2: layer norms, two matrices with a squared ReLU, biases by switches. */
export const jais2: Family = (context) => {
  const bias = context.config.flag(true, 'attention_bias');
  return llamaLike(context, {
    norm: 'layer',
    gated: false,
    qkvBias: bias,
    outBias: bias,
    mlpBias: context.config.flag(true, 'mlp_bias'),
  });
};

/** nanochat: norms that store nothing, two matrices. */
export const nanochat: Family = (context) => {
  const { config } = context;
  const bias = config.flag(false, 'attention_bias');
  const width = config.integer('intermediate_size');
  return llamaLike(context, {
    norm: 'none',
    qkvBias: bias,
    outBias: bias,
    feedForward: (_, base) =>
      denseFeedForward({
        module: `${base.path}mlp`,
        hidden: base.sizes.hidden,
        width,
        gated: false,
        names: { up: 'fc1', down: 'fc2' },
      }),
  });
};

/** HyperCLOVA X: Granite, with a norm after each half where the switch says so. */
export const hyperclovax: Family = (context) => {
  const { config } = context;
  const bias = config.flag(false, 'attention_bias');
  const norms = ['input_layernorm', 'post_attention_layernorm'];
  return llamaLike(context, {
    qkvBias: bias,
    outBias: bias,
    mlpBias: config.flag(false, 'mlp_bias'),
    blockNorms: config.flag(false, 'use_post_norm') ? [...norms, 'post_norm1', 'post_norm2'] : norms,
  });
};

/** Doge: scales on the residuals, a mask computed from the values; where it is a mixture, tables of tiny experts. */
export const doge: Family = (context) => {
  const { config, notes } = context;
  const bias = config.flag(false, 'attention_bias');
  const mlpBias = config.flag(false, 'mlp_bias');
  const experts = config.flag(false, 'is_moe') ? config.integer('num_experts') : 0;
  const perToken = config.integer('num_experts_per_tok');
  config.understood('keep_window_size', 'num_experts');
  if (experts > 0)
    notes.remark(
      'tiny-experts',
      'Each expert is a pair of rows, looked up: counted as experts of width one.',
    );
  return llamaLike(context, {
    qkvBias: bias,
    outBias: bias,
    qkNorm: 'head',
    mlpBias,
    others: (_, base) => {
      const { hidden, kvHeads, headDim } = base.sizes;
      const rows = { copies: experts, activeCopies: Math.min(perToken, experts) };
      return [
        vector(`${base.path}input_residual`, hidden, 'norms'),
        vector(`${base.path}post_attention_residual`, hidden, 'norms'),
        vector(`${base.path}self_attn.A`, kvHeads, 'attention'),
        ...matrix(`${base.path}self_attn.dt_proj`, kvHeads, kvHeads * headDim, 'attention', { bias }),
        ...(experts === 0
          ? []
          : [
              ...matrix(`${base.path}mlp.router_gate`, 2 * Math.floor(Math.sqrt(experts)), hidden, 'experts'),
              vector(`${base.path}mlp.down_embed.weight`, hidden, 'experts', rows),
              vector(`${base.path}mlp.up_embed.weight`, hidden, 'experts', rows),
            ]),
      ];
    },
  });
};

/** Granite with sinks in every head; three of four layers slide. */
export const graniteSwa: Family = (context) => {
  const { config } = context;
  const bias = config.flag(false, 'attention_bias');
  config.understood('layer_rope_theta');
  return llamaLike(context, {
    qkvBias: bias,
    outBias: bias,
    mlpBias: config.flag(false, 'mlp_bias'),
    window: { slides: (index) => index % 4 !== 0 },
    others: (_, base) => [vector(`${base.path}self_attn.sinks`, base.sizes.heads, 'attention')],
  });
};
