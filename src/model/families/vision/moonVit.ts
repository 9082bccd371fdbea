import type { Family } from '../../family';
import { encoderStack } from '../../parts/encoderStack';
import { convolution, matrix, norm, vector } from '../../parts/tensors';
import { asTower } from './clip';
import { textAndVision } from '../multimodal/visionLanguage';

/** MoonViT: positions learned on a grid that is stretched to the picture. */
export const moonVit: Family = ({ config }) => {
  const hidden = config.integer('hidden_size');
  const patch = config.integer('patch_size');
  config.understood('merge_kernel_size');
  return {
    kind: 'encoder',
    hidden,
    vocabulary: 0,
    maxContext: null,
    layers: encoderStack({
      path: 'vision_tower.encoder.blocks.{layer}.',
      layers: config.integer('num_hidden_layers'),
      hidden,
      heads: config.integer('num_attention_heads'),
      width: config.integer('intermediate_size'),
      qkvBias: true,
      outBias: true,
      mlpBias: true,
      attention: 'attn',
      fused: 'wqkv',
      attentionNames: { output: 'wo' },
      feedForwardNames: { up: 'fc0', down: 'fc1' },
      blockNorms: ['norm0', 'norm1'],
    }),
    outside: [
      ...convolution('vision_tower.patch_embed.proj', [hidden, 3, patch, patch], 'embedding', { bias: true }),
      vector(
        'vision_tower.patch_embed.pos_emb.weight',
        [config.integer('init_pos_emb_height'), config.integer('init_pos_emb_width'), hidden],
        'embedding',
      ),
      ...norm('vision_tower.encoder.final_layernorm', hidden, 'layer'),
    ],
    tiedHead: false,
  };
};

/** Patches that become one position, as the tower's `merge_kernel_size` says. */
function mergedPatches(raw: unknown): number {
  return Array.isArray(raw) && raw.every((size) => typeof size === 'number')
    ? raw.reduce<number>((product, size) => product * Number(size), 1)
    : 4;
}

function kernelOf(section: unknown): unknown {
  return typeof section === 'object' && section !== null && 'merge_kernel_size' in section
    ? section.merge_kernel_size
    : undefined;
}

/** Kimi-VL: a norm on each patch, then two matrices over the merged ones. */
export const kimiVl: Family = (context) => {
  const { text, vision } = textAndVision(context, 'deepseek_v3', 'moonvit');
  if (vision === undefined) return text;
  context.config.understood('media_placeholder_token_id', 'ignore_index');
  const wide = vision.hidden * mergedPatches(kernelOf(context.config.raw.vision_config));
  return {
    ...text,
    towers: [
      asTower(vision, 'vision', [
        ...norm('multi_modal_projector.pre_norm', vision.hidden, 'layer'),
        ...matrix('multi_modal_projector.linear_1', wide, wide, 'vision', { bias: true }),
        ...matrix('multi_modal_projector.linear_2', text.hidden, wide, 'vision', { bias: true }),
      ]),
    ],
  };
};

/** LocateAnything: a norm over the merged patches, then two matrices of the language model's width. */
export const locateAnything: Family = (context) => {
  const { config } = context;
  const { text, vision } = textAndVision(context, 'qwen2', 'moonvit');
  if (vision === undefined) return text;
  config.understood(
    'mlp_connector_layers',
    'mlp_checkpoint',
    'use_backbone_lora',
    'use_llm_lora',
    'template',
  );
  if (config.integerOr(2, 'mlp_connector_layers') !== 2)
    context.notes.doubt('unknown-key', 'A connector of other than two matrices is not known.');
  const wide = vision.hidden * mergedPatches(kernelOf(config.raw.vision_config));
  return {
    ...text,
    towers: [
      asTower(vision, 'vision', [
        ...norm('mlp1.0', wide, 'layer'),
        ...matrix('mlp1.1', text.hidden, wide, 'vision', { bias: true }),
        ...matrix('mlp1.3', text.hidden, text.hidden, 'vision', { bias: true }),
      ]),
    ],
  };
};
