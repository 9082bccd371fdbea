import type { Family } from '../../family';
import { encoderStack } from '../../parts/encoderStack';
import { layerCount } from '../../parts/sizes';
import { convolution, norm, vector } from '../../parts/tensors';

/** DINOv3's vision transformer: rotary positions, registers, layer scales, a key without a bias. */
export const dinov3: Family = ({ config, architecture, notes }) => {
  const hidden = config.integer('hidden_size');
  const patch = config.integer('patch_size');
  const queryBias = config.flag(true, 'query_bias');
  const path = 'layer.{layer}.';
  if (architecture !== '' && !/Model$|Backbone$/.test(architecture))
    notes.doubt('unknown-head', 'The architecture has a head that is not known and not counted.');
  config.understood('layerscale_value', 'pos_embed_shift', 'pos_embed_jitter', 'pos_embed_rescale');
  config.understood('apply_layernorm', 'reshape_hidden_states', 'image_size', 'out_features', 'out_indices');
  config.understood('stage_names');
  return {
    kind: 'encoder',
    hidden,
    vocabulary: 0,
    maxContext: null,
    layers: encoderStack({
      path,
      layers: layerCount(config),
      hidden,
      heads: config.integer('num_attention_heads'),
      width: config.integer('intermediate_size'),
      qkvBias: queryBias,
      keyBias: config.flag(false, 'key_bias'),
      valueBias: config.flag(true, 'value_bias'),
      outBias: config.flag(true, 'proj_bias'),
      mlpBias: config.flag(true, 'mlp_bias'),
      gated: config.flag(false, 'use_gated_mlp'),
      attention: 'attention',
      attentionNames: { output: 'o_proj' },
      feedForwardNames: { gate: 'gate_proj', up: 'up_proj', down: 'down_proj' },
      blockNorms: ['norm1', 'norm2'],
      others: () =>
        ['layer_scale1.lambda1', 'layer_scale2.lambda1'].map((name) => vector(path + name, hidden, 'vision')),
    }),
    outside: [
      vector('embeddings.cls_token', [1, 1, hidden], 'embedding'),
      vector('embeddings.mask_token', [1, 1, hidden], 'embedding'),
      vector('embeddings.register_tokens', [1, config.integer('num_register_tokens'), hidden], 'embedding'),
      ...convolution(
        'embeddings.patch_embeddings',
        [hidden, config.integerOr(3, 'num_channels'), patch, patch],
        'embedding',
        { bias: true },
      ),
      ...norm('norm', hidden, 'layer'),
    ],
    tiedHead: false,
  };
};
