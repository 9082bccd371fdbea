import type { Family } from '../../family';
import { encoderStack } from '../../parts/encoderStack';
import { convolution, matrix, norm, vector } from '../../parts/tensors';
import { asTower, patchCount } from '../vision/clip';

/** InternViT: layer scales, norms on all heads together in the large one. */
export const internVit: Family = ({ config }) => {
  const hidden = config.integer('hidden_size');
  const patch = config.integer('patch_size');
  const kind = config.text('norm_type') === 'layer_norm' ? 'layer' : 'rms';
  const p = 'vision_model';
  config.understood(
    'use_flash_attn',
    'drop_path_rate',
    'dropout',
    'qkv_bias',
    'qk_normalization',
    'num_channels',
    'output_hidden_states',
  );
  return {
    kind: 'encoder',
    hidden,
    vocabulary: 0,
    maxContext: null,
    layers: encoderStack({
      path: `${p}.encoder.layers.{layer}.`,
      layers: config.integer('num_hidden_layers'),
      hidden,
      heads: config.integer('num_attention_heads'),
      width: config.integer('intermediate_size'),
      qkvBias: config.flag(false, 'qkv_bias'),
      outBias: true,
      mlpBias: true,
      norm: kind,
      attention: 'attn',
      fused: 'qkv',
      attentionNames: { output: 'proj' },
      qkNorm: config.flag(true, 'qk_normalization') ? 'full' : 'none',
      blockNorms: ['norm1', 'norm2'],
      others: () => [
        vector(`${p}.encoder.layers.{layer}.ls1`, hidden, 'vision'),
        vector(`${p}.encoder.layers.{layer}.ls2`, hidden, 'vision'),
      ],
    }),
    outside: [
      vector(`${p}.embeddings.class_embedding`, [1, 1, hidden], 'embedding'),
      ...convolution(`${p}.embeddings.patch_embedding`, [hidden, 3, patch, patch], 'embedding', {
        bias: true,
      }),
      vector(`${p}.embeddings.position_embedding`, [1, patchCount(config) + 1, hidden], 'embedding'),
    ],
    tiedHead: false,
  };
};

/** InternVL: neighbouring patches are stacked, normed and mapped by two matrices. */
export const internVl: Family = (context) => {
  const { config, nested, notes } = context;
  const text = nested('llm_config', 'internlm2', { architecture: 'ForCausalLM' });
  const vision = nested('vision_config', 'intern_vit_6b');
  if (text === undefined) return context.as('internlm2');
  config.understood(
    'dynamic_image_size',
    'downsample_ratio',
    'force_image_size',
    'max_dynamic_patch',
    'min_dynamic_patch',
    'pad2square',
    'ps_version',
    'select_layer',
    'template',
    'use_backbone_lora',
    'use_llm_lora',
    'use_thumbnail',
    'hidden_size',
    'system_message',
    'tie_word_embeddings',
  );
  if (config.integerOr(0, 'use_backbone_lora') > 0 || config.integerOr(0, 'use_llm_lora') > 0) {
    notes.doubt('adapter', 'The file announces adapters, which are not counted.');
  }
  if (vision === undefined) {
    notes.doubt('missing-part', 'The file does not describe the vision tower.');
    return text;
  }
  const merged = vision.hidden * Math.round(1 / (config.number('downsample_ratio') ?? 0.5)) ** 2;
  return {
    ...text,
    towers: [
      asTower(vision, 'vision', [
        ...norm('mlp1.0', merged, 'layer'),
        ...matrix('mlp1.1', text.hidden, merged, 'vision', { bias: true }),
        ...matrix('mlp1.3', text.hidden, text.hidden, 'vision', { bias: true }),
      ]),
    ],
  };
};
