import { Config } from '../../config';
import type { Family } from '../../family';
import { expertFeedForward } from '../../parts/feedForward';
import { groupedAttention } from '../../parts/groupedAttention';
import { planLayers } from '../../parts/foldLayers';
import { headOf } from '../../parts/head';
import { headCount, hiddenSize, layerCount, vocabularySize } from '../../parts/sizes';
import { lookup, norm } from '../../parts/tensors';

/** DBRX: attention and experts each described in a section of their own, norms that store a scale alone. */
export const dbrx: Family = ({ config, notes, architecture }) => {
  const hidden = hiddenSize(config);
  const heads = headCount(config);
  const vocabulary = vocabularySize(config);
  const attention = config.section('attn_config', {}) ?? new Config({}, {}, notes);
  const ffn = config.section('ffn_config', {}) ?? new Config({}, {}, notes);
  attention.understood('clip_qkv', 'model_type', 'attn_pdrop');
  ffn.understood(
    'ffn_act_fn',
    'model_type',
    'moe_jitter_eps',
    'moe_loss_weight',
    'moe_normalize_expert_weights',
    'uniform_expert_assignment',
  );
  const kvHeads = attention.integerOr(1, 'kv_n_heads');
  const path = 'transformer.blocks.{layer}.';
  const experts = ffn.integer('moe_num_experts');
  const expertsPerToken = ffn.integer('moe_top_k');
  const width = ffn.integer('ffn_hidden_size');
  const head = headOf(config, hidden, vocabulary, { architecture });
  const layers = planLayers(
    layerCount(config),
    () => '',
    () => ({
      mixer: groupedAttention({
        module: `${path}norm_attn_norm.attn`,
        hidden,
        queryHeads: heads,
        kvHeads,
        headDim: hidden / heads,
        fused: 'Wqkv',
        names: { output: 'out_proj' },
      }),
      feedForward: expertFeedForward({
        module: `${path}ffn`,
        hidden,
        width,
        experts,
        expertsPerToken,
        router: 'router.layer',
        expertsPath: 'experts.mlp',
        names: { gate: 'w1', up: 'v1', down: 'w2' },
      }),
      others: ['norm_attn_norm.norm_1', 'norm_attn_norm.norm_2'].flatMap((name) =>
        norm(path + name, hidden, 'rms'),
      ),
    }),
  );
  return {
    kind: 'decoder',
    hidden,
    vocabulary,
    maxContext: config.optional('max_seq_len') ?? null,
    layers,
    outside: [
      lookup('transformer.wte', vocabulary, hidden),
      ...norm('transformer.norm_f', hidden, 'rms'),
      ...head.weights,
    ],
    tiedHead: head.tied,
    headKnown: head.known,
  };
};
