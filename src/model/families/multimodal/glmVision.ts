import type { Family } from '../../family';
import { encoderStack } from '../../parts/encoderStack';
import { convolution, lookup, matrix, norm } from '../../parts/tensors';
import { asTower, patchCount } from '../vision/clip';
import { textAndVision } from './visionLanguage';

/** The vision transformer of GLM-4.1V and 4.5V: gated, a convolution that shrinks, a gated merger. */
export const glmVision: Family = ({ config }) => {
  const hidden = config.integer('hidden_size');
  const out = config.integer('out_hidden_size');
  const width = config.integer('intermediate_size');
  const patch = config.integer('patch_size');
  const merge = config.integer('spatial_merge_size');
  const bias = config.flag(false, 'attention_bias');
  return {
    kind: 'encoder',
    hidden,
    vocabulary: 0,
    maxContext: null,
    layers: encoderStack({
      path: 'model.visual.blocks.{layer}.',
      layers: config.integer('depth'),
      hidden,
      heads: config.integer('num_heads'),
      width: out,
      qkvBias: bias,
      outBias: false,
      mlpBias: false,
      gated: true,
      norm: 'rms',
      attention: 'attn',
      fused: 'qkv',
      attentionNames: { output: 'proj' },
      blockNorms: ['norm1', 'norm2'],
    }),
    outside: [
      ...convolution(
        'model.visual.patch_embed.proj',
        [hidden, config.integerOr(3, 'in_channels'), config.integer('temporal_patch_size'), patch, patch],
        'embedding',
        { bias: true },
      ),
      lookup('model.visual.embeddings.position_embedding', patchCount(config), hidden),
      ...norm('model.visual.post_conv_layernorm', hidden, 'rms'),
      ...norm('model.visual.post_layernorm', hidden, 'rms'),
      ...convolution('model.visual.downsample', [out, hidden, merge, merge], 'vision', { bias: true }),
      ...matrix('model.visual.merger.proj', out, out, 'vision'),
      ...norm('model.visual.merger.post_projection_norm', out, 'layer'),
      ...matrix('model.visual.merger.gate_proj', width, out, 'vision'),
      ...matrix('model.visual.merger.up_proj', width, out, 'vision'),
      ...matrix('model.visual.merger.down_proj', out, width, 'vision'),
    ],
    tiedHead: false,
  };
};

function glmVl(textType: string, visionType: string): Family {
  return (context) => {
    const { text, vision } = textAndVision(context, textType, visionType);
    return vision === undefined ? text : { ...text, towers: [asTower(vision)] };
  };
}

export const glm4v = glmVl('glm4v_text', 'glm4v_vision');
export const glm4vMoe = glmVl('glm4v_moe_text', 'glm4v_moe_vision');
