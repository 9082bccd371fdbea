import { Config } from '../../config';
import type { Family } from '../../family';
import { gptLike } from '../../parts/gptLike';
import { headCount, hiddenSize, layerCount, vocabularySize } from '../../parts/sizes';

/** MPT: ALiBi or learned positions, no biases as a rule, attention described in `attn_config`. */
export const mpt: Family = ({ config, architecture, notes }) => {
  const hidden = hiddenSize(config);
  const heads = headCount(config);
  const attention = config.section('attn_config', {}) ?? new Config({}, {}, notes);
  const type = attention.text('attn_type') ?? 'multihead_attention';
  const kvHeads = attention.optional('kv_n_heads') ?? (type === 'multiquery_attention' ? 1 : heads);
  // The ported class has neither biases, nor norms on query and key, nor another width, whatever the file says.
  const ported = /^Mpt(For|Model)/.test(architecture);
  const bias = !ported && !config.flag(true, 'no_bias');
  const alibi = attention.flag(false, 'alibi');
  const normed = !ported && attention.flag(false, 'qk_ln');
  attention.understood(
    'qk_ln',
    'alibi_bias_max',
    'attn_uses_sequence_id',
    'clip_qkv',
    'rope',
    'sliding_window_size',
  );
  // The transformers class knows no learned positions and no norm biases; MosaicML's own has both where the file says so.
  const learned = !ported && !alibi && config.flag(true, 'learned_pos_emb');
  config.understood(
    'learned_pos_emb',
    'no_bias',
    'expansion_ratio',
    'embedding_fraction',
    'fc_type',
    'ffn_config',
    'init_config',
    'logit_scale',
    'norm_type',
    'init_device',
    'verbose',
    'embed_norm',
    'gate',
  );
  const positions = config.integer('max_seq_len');
  return gptLike(config, {
    architecture,
    sizes: {
      hidden,
      heads,
      kvHeads,
      headDim: hidden / heads,
      layers: layerCount(config),
      vocabulary: vocabularySize(config),
    },
    width: (ported ? 4 : config.integerOr(4, 'expansion_ratio')) * hidden,
    maxContext: positions,
    positions: learned ? positions : 0,
    qkvBias: bias,
    outBias: bias,
    mlpBias: bias,
    norm: bias ? 'layer' : 'rms',
    qkNorm: normed ? 'full' : 'none',
    qkNormKind: bias ? 'layer' : 'rms',
    layer: 'transformer.blocks.{layer}.',
    attention: 'attn',
    fused: 'Wqkv',
    attentionNames: { output: 'out_proj', queryNorm: 'q_ln', keyNorm: 'k_ln' },
    feedForward: 'ffn',
    feedForwardNames: { up: 'up_proj', down: 'down_proj' },
    blockNorms: ['norm_1', 'norm_2'],
    outerNorms: ['transformer.norm_f'],
  });
};
