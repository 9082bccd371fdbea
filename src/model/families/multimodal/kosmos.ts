import type { Family, FamilyContext } from '../../family';
import { gptLike } from '../../parts/gptLike';
import { groupedAttention } from '../../parts/groupedAttention';
import { lookup, matrix, norm, vector } from '../../parts/tensors';
import { encoderModel, vitStack } from '../../parts/vitStack';
import type { WeightTensor } from '../../spec';
import { joined, readParts } from './wrapper';

/** Kosmos' decoder: biases everywhere, sinusoidal positions, a norm inside the feed-forward part (and attention). */
function kosmosText(context: FamilyContext, innerNorm: boolean): ReturnType<typeof gptLike> {
  const { config, architecture } = context;
  const hidden = config.integer('embed_dim');
  const heads = config.integer('attention_heads');
  const width = config.integer('ffn_dim');
  const layer = 'text_model.model.layers.{layer}.';
  config.understood('scale_embedding', 'layerdrop');
  if (config.flag(false, 'add_cross_attention'))
    context.notes.doubt('unknown-key', 'Cross-attention inside this decoder is not counted.');
  const model = gptLike(config, {
    sizes: {
      hidden,
      layers: config.integer('layers'),
      heads,
      kvHeads: heads,
      headDim: hidden / heads,
      vocabulary: config.integer('vocab_size'),
    },
    width,
    maxContext: config.integer('max_position_embeddings'),
    qkvBias: true,
    outBias: true,
    mlpBias: true,
    blockNorms: ['self_attn_layer_norm', 'final_layer_norm'],
    outerNorms: ['text_model.model.layer_norm'],
    embedding: 'text_model.model.embed_tokens',
    headModule: 'text_model.lm_head',
    headAbsent: /Model$/.test(architecture),
    layer,
    attention: 'self_attn',
    attentionNames: { output: 'out_proj' },
    feedForward: 'ffn',
    feedForwardNames: { up: 'fc1', down: 'fc2' },
    outside: innerNorm ? [] : [lookup('text_model.model.segment_emb', 2, hidden)],
  });
  const inner = [
    ...(innerNorm ? norm(`${layer}self_attn.inner_attn_ln`, hidden, 'layer') : []),
    ...norm(`${layer}ffn.ffn_layernorm`, width, 'layer'),
  ];
  const first = model.layers[0];
  if (first === undefined) return model;
  const full = { ...first, others: [...first.others, ...inner] };
  return { ...model, layers: model.layers.map(() => full) };
}

export const kosmos2Text: Family = (context) => kosmosText(context, true);
export const kosmos25Text: Family = (context) => kosmosText(context, false);

/** Learned queries that look once at the tower's output. */
function projection(context: FamilyContext, hidden: number, from: number): WeightTensor[] {
  const queries = context.config.integer('latent_query_num');
  const p = 'image_to_text_projection';
  return [
    vector(`${p}.latent_query`, [queries, hidden], 'other'),
    ...matrix(`${p}.dense`, hidden, from, 'vision', { bias: true }),
    ...groupedAttention({
      module: `${p}.x_attn`,
      hidden,
      queryHeads: 1,
      kvHeads: 1,
      headDim: hidden,
      qkvBias: true,
      outBias: true,
      causal: false,
      names: { output: 'out_proj' },
    }).weights,
  ];
}

/** Kosmos-2.5's tower: Pix2Struct, patches with a row and a column. */
export const kosmos25Vision: Family = ({ config }) => {
  const hidden = config.integer('hidden_size');
  const p = 'vision_model.';
  const rows = config.integer('max_num_patches');
  return encoderModel(
    hidden,
    vitStack(config, `${p}encoder.layer.{layer}.`, {
      headDim: config.integer('head_dim'),
      qkvBias: false,
      outBias: false,
      mlpBias: false,
      gated: true,
      norm: 'rms',
      attention: 'attention',
      attentionNames: { query: 'query', key: 'key', value: 'value', output: 'output' },
      feedForwardNames: { gate: 'wi_0', up: 'wi_1', down: 'wo' },
      blockNorms: ['pre_mlp_layer_norm', 'pre_attention_layer_norm'],
    }),
    [
      ...matrix(
        `${p}embeddings.patch_projection`,
        hidden,
        config.integer('patch_embed_hidden_size'),
        'embedding',
        { bias: true },
      ),
      lookup(`${p}embeddings.row_embedder`, rows, hidden),
      lookup(`${p}embeddings.column_embedder`, rows, hidden),
      ...norm(`${p}layernorm`, hidden, 'rms'),
    ],
  );
};

/** Kosmos-2 and 2.5: the tower's output is read by learned queries. */
export const kosmos: Family = (context) => {
  const { config, modelType } = context;
  const kind = modelType === 'kosmos-2' ? 'kosmos_2' : 'kosmos_2_5';
  const parts = readParts(context, { text: `${kind}_text_model`, tower: `${kind}_vision_model` });
  return joined(parts, {
    projector: projection(context, parts.text.hidden, parts.tower.hidden),
    outputTokens: config.integer('latent_query_num'),
  });
};
