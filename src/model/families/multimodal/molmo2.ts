import type { Family } from '../../family';
import { groupedAttention } from '../../parts/groupedAttention';
import { llamaLike } from '../../parts/llamaLike';
import { transformerSizes } from '../../parts/sizes';
import { matrix, vector } from '../../parts/tensors';
import { encoderModel, vitStack } from '../../parts/vitStack';
import { joined, readParts, readTower } from './wrapper';

/** Molmo 2's language model: Qwen3 or OLMo, with rows for further tokens that have no row in the head. */
export const molmo2Text: Family = (context) => {
  const { config } = context;
  const sizes = transformerSizes(config);
  const bias = config.flag(false, 'attention_bias', 'qkv_bias');
  const more = config.integerOr(0, 'additional_vocab_size');
  const kind = config.text('qk_norm_type') === 'olmo' ? 'full' : 'head';
  const normed = config.flag(true, 'use_qk_norm');
  config.understood('norm_after', 'rope_scaling_layers');
  const model = llamaLike(context, { qkvBias: bias, qkNorm: normed ? kind : 'none', sizes });
  return {
    ...model,
    outside: model.outside.map((tensor) =>
      tensor.role === 'lookup' ? { ...tensor, shape: [sizes.vocabulary + more, sizes.hidden] } : tensor,
    ),
  };
};

/** Molmo 2's tower: SigLIP's blocks on flattened patches, no norm at the end. */
export const molmo2Vision: Family = ({ config }) => {
  const hidden = config.integer('hidden_size');
  const patch = config.integer('patch_size', 'image_patch_size');
  const heads = config.integer('num_attention_heads');
  const bias = config.flag(true, 'attention_bias');
  const p = 'model.vision_tower.';
  config.understood('image_size', 'image_default_input_size', 'float32_attention');
  return encoderModel(
    hidden,
    vitStack(config, `${p}layers.{layer}.`, {
      kvHeads: config.optional('num_key_value_heads') ?? heads,
      headDim: config.optional('head_dim') ?? Math.floor(hidden / heads),
      qkvBias: bias,
      outBias: bias,
      attentionNames: { output: 'o_proj' },
    }),
    [
      vector(
        `${p}positional_embedding`,
        [config.integer('num_position_embeddings', 'image_num_pos'), hidden],
        'embedding',
      ),
      ...matrix(
        `${p}patch_embedding`,
        hidden,
        config.integerOr(3, 'num_channels') * patch * patch,
        'embedding',
        { bias: true },
      ),
    ],
  );
};

/** Attention that pools neighbouring patches of several layers, and a gated projector. */
export const molmo2Adapter: Family = ({ config }) => {
  const hidden = config.integer('hidden_size');
  const layers = config.list('vision_feature_layer', 'vit_layers')?.length ?? 2;
  const heads = config.integer('num_attention_heads');
  const kvHeads = config.optional('num_key_value_heads') ?? heads;
  const headDim = config.optional('head_dim') ?? Math.floor(hidden / heads);
  const width = config.integer('intermediate_size');
  const bias = config.flag(true, 'attention_bias');
  const mlpBias = config.flag(false, 'mlp_bias');
  const p = 'model.multi_modal_projector.';
  const pooling = groupedAttention({
    module: `${p}image_pooling_2d`,
    hidden: hidden * layers,
    queryHeads: heads,
    kvHeads,
    headDim,
    qkvBias: bias,
    outBias: bias,
    causal: false,
  }).weights.filter((tensor) => !tensor.name.includes('o_proj'));
  config.understood('pooling_attention_mask', 'float32_attention');
  return encoderModel(
    hidden,
    [],
    [
      ...pooling,
      ...matrix(`${p}image_pooling_2d.o_proj`, hidden, heads * headDim, 'vision', { bias }),
      ...matrix(`${p}image_projector.gate_proj`, width, hidden, 'vision', { bias: mlpBias }),
      ...matrix(`${p}image_projector.up_proj`, width, hidden, 'vision', { bias: mlpBias }),
      ...matrix(`${p}image_projector.down_proj`, config.integer('text_hidden_size'), width, 'vision'),
    ],
  );
};

/** Molmo 2: the adapter has its own section. */
export const molmo2: Family = (context) => {
  const { config, notes } = context;
  const parts = readParts(context, { text: 'molmo2_text', tower: 'molmo2_vision' });
  const adapter = readTower(context, 'adapter_config', 'molmo2_adapter');
  if (config.says('vit_config'))
    notes.doubt('unknown-key', 'The form of this file with vit_config is not known.');
  return joined(parts, { projector: adapter.outside });
};
