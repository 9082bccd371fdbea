import type { Family, FamilyContext, FamilyModel } from '../../family';
import { gptLike } from '../../parts/gptLike';
import { groupedAttention } from '../../parts/groupedAttention';
import { denseFeedForward } from '../../parts/feedForward';
import { planLayers } from '../../parts/foldLayers';
import { headCount, hiddenSize, layerCount, vocabularySize } from '../../parts/sizes';
import { headOf } from '../../parts/head';
import { lookup, norm } from '../../parts/tensors';

/** ChatGLM: the first generation by its `inner_hidden_size`, the later ones by their own spelling of everything. */
export const chatglm: Family = (context) =>
  context.config.says('inner_hidden_size') ? firstGeneration(context) : laterGeneration(context);

function firstGeneration({ config }: FamilyContext): FamilyModel {
  const hidden = hiddenSize(config);
  const heads = headCount(config);
  config.understood('position_encoding_2d', 'pre_seq_len', 'prefix_projection', 'quantization_bit');
  return gptLike(config, {
    sizes: {
      hidden,
      heads,
      kvHeads: heads,
      headDim: hidden / heads,
      layers: layerCount(config),
      vocabulary: vocabularySize(config),
    },
    width: config.integer('inner_hidden_size'),
    maxContext: config.optional('max_sequence_length') ?? null,
    qkvBias: true,
    outBias: true,
    mlpBias: true,
    layer: 'transformer.layers.{layer}.',
    attention: 'attention',
    fused: 'query_key_value',
    attentionNames: { output: 'dense' },
    feedForward: 'mlp',
    feedForwardNames: { up: 'dense_h_to_4h', down: 'dense_4h_to_h' },
    blockNorms: ['input_layernorm', 'post_attention_layernorm'],
    outerNorms: ['transformer.final_layernorm'],
    embedding: 'transformer.word_embeddings',
  });
}

function laterGeneration({ config }: FamilyContext): FamilyModel {
  const hidden = hiddenSize(config);
  const heads = headCount(config);
  const kvHeads = config.flag(false, 'multi_query_attention')
    ? config.integerOr(1, 'multi_query_group_num')
    : heads;
  const headDim = config.integer('kv_channels');
  const width = config.integer('ffn_hidden_size');
  const bias = config.flag(false, 'add_bias_linear');
  const qkvBias = bias || config.flag(false, 'add_qkv_bias');
  const kind = config.flag(true, 'rmsnorm') ? 'rms' : 'layer';
  const vocabulary = vocabularySize(config);
  const head = headOf(config, hidden, vocabulary, { module: 'transformer.output_layer' });
  config.understood(
    'post_layer_norm',
    'pre_seq_len',
    'prefix_projection',
    'quantization_bit',
    'original_rope',
    'apply_query_key_layer_scaling',
    'bias_dropout_fusion',
    'interleaved_qkv',
    'multi_query_group_num',
    'classifier_dropout',
    'use_flash_attn',
  );
  const path = 'transformer.encoder.layers.{layer}.';
  const layers = planLayers(
    layerCount(config),
    () => '',
    () => ({
      mixer: groupedAttention({
        module: `${path}self_attention`,
        hidden,
        queryHeads: heads,
        kvHeads,
        headDim,
        qkvBias,
        outBias: bias,
        fused: 'query_key_value',
        names: { output: 'dense' },
      }),
      feedForward: denseFeedForward({
        module: `${path}mlp`,
        hidden,
        width,
        bias,
        fused: 'dense_h_to_4h',
        names: { down: 'dense_4h_to_h' },
      }),
      others: [
        ...norm(`${path}input_layernorm`, hidden, kind),
        ...norm(`${path}post_attention_layernorm`, hidden, kind),
      ],
    }),
  );
  return {
    kind: 'decoder',
    hidden,
    vocabulary,
    maxContext: config.optional('seq_length') ?? null,
    layers,
    outside: [
      lookup('transformer.embedding.word_embeddings', vocabulary, hidden),
      ...(config.flag(true, 'post_layer_norm')
        ? norm('transformer.encoder.final_layernorm', hidden, kind)
        : []),
      ...head.weights,
    ],
    tiedHead: head.tied,
  };
}
