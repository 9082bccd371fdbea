import type { Config } from '../../config';
import type { Family, FamilyContext, FamilyModel } from '../../family';
import { bothWays } from '../../parts/bothWays';
import { denseFeedForward } from '../../parts/feedForward';
import { planLayers } from '../../parts/foldLayers';
import { groupedAttention } from '../../parts/groupedAttention';
import { headCount, hiddenSize, layerCount, vocabularySize } from '../../parts/sizes';
import { lookup, matrix, norm, type NormKind } from '../../parts/tensors';
import { qwen2 } from './qwen2';

/** What a norm of the OLMo trainer stores: a scale where it is affine, a shift where biases are asked for. */
function normKind(config: Config, bias: boolean): NormKind {
  if (!config.flag(true, 'layer_norm_with_affine')) return 'none';
  const shifts = config.flag(bias, 'bias_for_layer_norm');
  return shifts ? 'layer' : 'rms';
}

/** Keys and values: a number of heads, one for all, or as many as queries. */
function kvHeads(config: Config, heads: number): number {
  return config.optional('n_kv_heads') ?? (config.flag(false, 'multi_query_attention') ? 1 : heads);
}

/** OLMo as its trainer saves it; `upProjection` where gate and up are two matrices rather than halves of one. */
function trainerModel(context: FamilyContext, upProjection: boolean): FamilyModel {
  const { config, notes } = context;
  const hidden = hiddenSize(config);
  const heads = headCount(config);
  const headDim = hidden / heads;
  const vocabulary = config.optional('embedding_size') ?? vocabularySize(config);
  const bias = config.flag(false, 'include_bias');
  const qkvBias = bias || config.flag(false, 'include_qkv_bias');
  const kind = normKind(config, bias);
  const said = config.optional('mlp_hidden_size') ?? Math.trunc(hidden * (config.number('mlp_ratio') ?? 4));
  const gated = upProjection || config.text('activation_type') === 'swiglu';
  const width = upProjection || !gated ? said : Math.floor(said / 2);
  const separate = config.text('block_type') === 'llama';
  const learned = !config.flag(false, 'rope') && !config.flag(false, 'alibi');
  const positions = config.integerOr(0, 'max_sequence_length');
  const tied = config.flag(true, 'weight_tying');
  if (
    config.flag(false, 'embedding_layer_norm') ||
    config.flag(false, 'input_emb_norm') ||
    config.flag(false, 'norm_after')
  )
    notes.doubt('norms', 'Norms on the embedding or after the halves are not known in this family.');
  config.understood(
    'vocab_size',
    'attention_layer_norm_with_affine',
    'block_group_size',
    'clip_qkv',
    'embedding_dropout',
    'init_device',
    'precision',
    'rope_full_precision',
    'scale_logits',
    'tie_word_embeddings',
    'num_attention_heads',
    'num_hidden_layers',
    'hidden_size',
    'max_position_embeddings',
    'layer_norm_type',
    'attention_dropout',
    'residual_dropout',
    'flash_attention',
    'alibi_bias_max',
    'mlp_ratio',
  );
  const path = 'model.transformer.blocks.{layer}.';
  const normed = config.flag(false, 'attention_layer_norm');
  return {
    kind: 'decoder',
    hidden,
    vocabulary,
    maxContext: positions > 0 ? positions : null,
    layers: planLayers(
      layerCount(config),
      () => '',
      () => ({
        mixer: groupedAttention({
          module: path.slice(0, -1),
          hidden,
          queryHeads: heads,
          kvHeads: kvHeads(config, heads),
          headDim,
          qkvBias,
          outBias: bias,
          qkNorm: normed ? 'full' : 'none',
          qkNormKind: kind,
          names: { output: 'attn_out' },
          ...(separate ? {} : { fused: 'att_proj' }),
        }),
        feedForward: denseFeedForward({
          module: path.slice(0, -1),
          hidden,
          width,
          gated,
          bias,
          names: { gate: 'ff_proj', up: gated ? 'up_proj' : 'ff_proj', down: 'ff_out' },
          ...(gated && !upProjection ? { fused: 'ff_proj' } : {}),
        }),
        others: ['attn_norm', 'ff_norm'].flatMap((name) => norm(path + name, hidden, kind)),
      }),
    ),
    outside: [
      lookup('model.transformer.wte', vocabulary, hidden),
      ...(learned ? [lookup('model.transformer.wpe', positions, hidden)] : []),
      ...norm('model.transformer.ln_f', hidden, kind),
      ...(tied ? [] : matrix('model.transformer.ff_out', vocabulary, hidden, 'head', { bias })),
    ],
    tiedHead: tied,
    headKnown: true,
  };
}

/** OLMo 1 in the form of its trainer. */
export const hfOlmo: Family = (context) => trainerModel(context, false);

/** LLaDA: diffusion over tokens on OLMo's trainer, with Llama's block. */
export const llada: Family = (context) => {
  const { config, notes } = context;
  if (config.text('block_type') !== 'llama')
    notes.doubt('block-type', 'This family is known with blocks like Llama’s alone.');
  return bothWays(trainerModel(context, config.text('block_type') === 'llama'));
};

/** Dream: diffusion over tokens, with the weights of Qwen 2.5; its class is called a model and has a head. */
export const dream: Family = (context) =>
  bothWays(
    qwen2({ ...context, architecture: context.architecture === 'DreamModel' ? '' : context.architecture }),
  );
