import type { Family } from '../../family';
import { encoderStack } from '../../parts/encoderStack';
import { convolution, norm } from '../../parts/tensors';

/** Pixtral's vision transformer: rotary in two directions, gated, norms without shift. */
export const pixtralVision: Family = ({ config }) => {
  const hidden = config.integer('hidden_size');
  const heads = config.integer('num_attention_heads');
  const patch = config.integer('patch_size');
  config.understood('head_dim', 'image_size', 'vocab_size');
  return {
    kind: 'encoder',
    hidden,
    vocabulary: 0,
    maxContext: null,
    layers: encoderStack({
      path: 'vision_tower.transformer.layers.{layer}.',
      layers: config.integer('num_hidden_layers'),
      hidden,
      heads,
      width: config.integer('intermediate_size'),
      qkvBias: false,
      outBias: false,
      mlpBias: false,
      gated: true,
      norm: 'rms',
      attention: 'attention',
      attentionNames: { output: 'o_proj' },
      feedForward: 'feed_forward',
      blockNorms: ['attention_norm', 'ffn_norm'],
    }),
    outside: [
      ...convolution(
        'vision_tower.patch_conv',
        [hidden, config.integerOr(3, 'num_channels'), patch, patch],
        'embedding',
      ),
      ...norm('vision_tower.ln_pre', hidden, 'rms'),
    ],
    tiedHead: false,
  };
};
