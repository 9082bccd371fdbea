import type { Config } from '../../config';
import type { Family } from '../../family';
import { encoderStack } from '../../parts/encoderStack';
import { groupedAttention } from '../../parts/groupedAttention';
import { llamaLike, plainAttention } from '../../parts/llamaLike';
import { convolution, lookup, matrix, norm, vector } from '../../parts/tensors';
import { towerOf } from '../../parts/tower';
import type { Tower } from '../../spec';
import { patchCount } from '../vision/clip';
import { languagePart } from './languagePart';

/** Rows that the embedding has beyond the vocabulary, for the picture's token. */
const EXTRA_TOKENS = 8;

/** Llama 3.2 Vision, text: between Llama's layers, some that attend to the picture alone, behind two gates. */
export const mllamaText: Family = (context) => {
  const { config } = context;
  const crossing = new Set(config.integers('cross_attention_layers') ?? []);
  const model = llamaLike(context, {
    describe: (index) => String(crossing.has(index)),
    attention: (index, base) =>
      crossing.has(index)
        ? groupedAttention({
            module: `${base.path}cross_attn`,
            hidden: base.sizes.hidden,
            queryHeads: base.sizes.heads,
            kvHeads: base.sizes.kvHeads,
            headDim: base.sizes.headDim,
            qkNorm: 'head',
            causal: false,
          })
        : plainAttention(index, base),
    others: (index, base) =>
      crossing.has(index)
        ? [
            vector(`${base.path}cross_attn_attn_gate`, 1, 'attention'),
            vector(`${base.path}cross_attn_mlp_gate`, 1, 'feedForward'),
          ]
        : [],
  });
  return {
    ...model,
    outside: model.outside.map((tensor) =>
      tensor.role === 'lookup'
        ? { ...tensor, shape: [model.vocabulary + EXTRA_TOKENS, model.hidden] }
        : tensor,
    ),
  };
};

export const mllama: Family = (context) => {
  const { config, architecture } = context;
  const text = languagePart(context, { type: 'mllama_text_model' });
  const section = config.section('vision_config', VISION_DEFAULTS);
  if (text === undefined || section === undefined) return context.as('mllama_text_model');
  section.understood(
    'model_type',
    'supported_aspect_ratios',
    'intermediate_layers_indices',
    'vision_output_dim',
    'max_num_tiles',
    'is_encoder_decoder',
    'architectures',
  );
  config.understood('image_token_index');
  const tower = visionTower(section, text.hidden);
  // The language model alone is a class of its own under the same type.
  return architecture === 'MllamaForCausalLM' ? text : { ...text, towers: [tower] };
};

const VISION_DEFAULTS = {
  hidden_size: 1280,
  num_hidden_layers: 32,
  num_global_layers: 8,
  attention_heads: 16,
  num_channels: 3,
  intermediate_size: 5120,
  vision_output_dim: 7680,
  image_size: 448,
  patch_size: 14,
  max_num_tiles: 4,
};

/** Aspect ratios that four tiles can make, for files that do not list them. */
const DEFAULT_ASPECT_RATIOS = 8;

function visionTower(config: Config, textHidden: number): Tower {
  const hidden = config.integer('hidden_size');
  const patch = config.integer('patch_size');
  const positions = patchCount(config) + 1;
  const tiles = config.integer('max_num_tiles');
  const ratios = (config.list('supported_aspect_ratios')?.length ?? DEFAULT_ASPECT_RATIOS) + 1;
  const p = 'vision_model';
  const stack = (path: string, layers: number, gated: boolean): ReturnType<typeof encoderStack> =>
    encoderStack({
      path,
      layers,
      hidden,
      heads: config.integer('attention_heads', 'num_attention_heads'),
      width: config.integer('intermediate_size'),
      qkvBias: false,
      outBias: false,
      mlpBias: true,
      attentionNames: { output: 'o_proj' },
      blockNorms: ['input_layernorm', 'post_attention_layernorm'],
      others: () =>
        gated ? [vector(`${path}gate_attn`, 1, 'vision'), vector(`${path}gate_ffn`, 1, 'vision')] : [],
    });
  const tileTable = (name: string): ReturnType<typeof vector>[] => [
    lookup(`${p}.${name}.embedding`, ratios, tiles * hidden),
    vector(`${p}.${name}.gate`, 1, 'vision'),
  ];
  return towerOf({
    kind: 'vision',
    hidden,
    layers: [
      ...stack(`${p}.transformer.layers.{layer}.`, config.integer('num_hidden_layers'), false),
      ...stack(`${p}.global_transformer.layers.{layer}.`, config.integer('num_global_layers'), true),
    ],
    outside: [
      ...convolution(
        `${p}.patch_embedding`,
        [hidden, config.integerOr(3, 'num_channels'), patch, patch],
        'vision',
      ),
      vector(`${p}.class_embedding`, hidden, 'vision'),
      vector(`${p}.gated_positional_embedding.embedding`, [positions, hidden], 'vision'),
      vector(`${p}.gated_positional_embedding.gate`, 1, 'vision'),
      lookup(`${p}.gated_positional_embedding.tile_embedding`, ratios, tiles * positions * hidden),
      ...tileTable('pre_tile_positional_embedding'),
      ...tileTable('post_tile_positional_embedding'),
      ...norm(`${p}.layernorm_pre`, hidden, 'layer'),
      ...norm(`${p}.layernorm_post`, hidden, 'layer'),
      ...matrix('multi_modal_projector', textHidden, config.integer('vision_output_dim'), 'vision', {
        bias: true,
      }),
    ],
  });
}
