import { isObject, type Config } from '../../config';
import type { Family } from '../../family';
import type { FeedForwardBlock } from '../../parts/block';
import { encoderStack } from '../../parts/encoderStack';
import { denseFeedForward, expertFeedForward } from '../../parts/feedForward';
import { groupedAttention } from '../../parts/groupedAttention';
import { llamaLike, type BlockContext } from '../../parts/llamaLike';
import { lookup, matrix, norm, vector } from '../../parts/tensors';
import { ReadFailure } from '../../readFailure';
import type { WeightTensor } from '../../spec';
import { asTower } from '../vision/clip';
import { languagePart } from './languagePart';
import { TOKEN_KEYS } from './visionLanguage';

const BLOCK_NORMS = [
  'input_layernorm',
  'post_attention_layernorm',
  'pre_feedforward_layernorm',
  'post_feedforward_layernorm',
];

/**
 * Gemma 4, text: sliding layers and wider heads in full ones, upper layers that reuse a lower one's cache, experts beside
 * the dense network, a small embedding for every layer.
 */
export const gemma4Text: Family = (context) => {
  const { config } = context;
  const layers = config.integer('num_hidden_layers');
  const types = config.texts('layer_types') ?? [];
  // The last layer sees everything, whatever the list says.
  const isSliding = (index: number): boolean =>
    index < layers - 1 &&
    (types[index] ?? ((index + 1) % 6 === 0 ? 'full_attention' : 'sliding_attention')) ===
      'sliding_attention';
  const shared = config.integerOr(0, 'num_kv_shared_layers');
  const firstShared = layers - shared;
  const reuses = (index: number): boolean => shared > 0 && index >= firstShared;
  const headDim = config.integer('head_dim');
  // A file that says its sizes layer by layer says none for all full layers together.
  const own = config.object('per_layer_config');
  const wideDim = (own === undefined ? config.optional('global_head_dim') : undefined) ?? headDim;
  const keyIsValue = config.flag(false, 'attention_k_eq_v');
  const bias = config.flag(false, 'attention_bias');
  // Saved files pad a layer's number with noughts.
  const ofLayer = (index: number): unknown =>
    own?.[String(index)] ?? own?.[String(index).padStart(String(layers - 1).length, '0')];
  const ownSize = (index: number, key: string): number | undefined => {
    const layer = ofLayer(index);
    const said = isObject(layer) ? layer[key] : undefined;
    return typeof said === 'number' && Number.isInteger(said) && said > 0 ? said : undefined;
  };
  const perLayer = config.integerOr(0, 'hidden_size_per_layer_input');
  const experts = config.flag(false, 'enable_moe_block');
  const width = config.integer('intermediate_size');
  const doubles = config.flag(false, 'use_double_wide_mlp');
  const vocabularyPerLayer = config.integerOr(0, 'vocab_size_per_layer_input');
  const window = config.optional('sliding_window');
  const kvHeads = config.integer('num_key_value_heads');
  const wideKvHeads =
    (own === undefined ? config.optional('num_global_key_value_heads') : undefined) ?? kvHeads;
  config.understood(
    'num_experts',
    'top_k_experts',
    'moe_intermediate_size',
    'expert_intermediate_size',
    'use_bidirectional_attention',
    'global_head_dim',
    'num_global_key_value_heads',
  );
  const model = llamaLike(context, {
    blockNorms: BLOCK_NORMS,
    describe: (index) =>
      `${String(isSliding(index))} ${String(reuses(index))} ${JSON.stringify(ofLayer(index) ?? null)}`,
    attention: (index, base) => {
      const sliding = isSliding(index);
      return groupedAttention({
        module: `${base.path}self_attn`,
        hidden: base.sizes.hidden,
        queryHeads: base.sizes.heads,
        kvHeads: ownSize(index, 'num_key_value_heads') ?? (!sliding && keyIsValue ? wideKvHeads : kvHeads),
        headDim: ownSize(index, 'head_dim') ?? (sliding ? headDim : wideDim),
        qkvBias: bias,
        outBias: bias,
        qkNorm: 'head',
        sharedKeyValue: keyIsValue && !sliding,
        sharesCache: reuses(index),
        ...(sliding && window !== undefined ? { window } : {}),
      });
    },
    feedForward: (index, base) => {
      const dense = denseFeedForward({
        module: `${base.path}mlp`,
        hidden: base.sizes.hidden,
        width: width * (doubles && reuses(index) ? 2 : 1),
      });
      return experts ? besideExperts(config, base, dense) : dense;
    },
    others: (_, base) => perLayerWeights(base, perLayer),
    outside: perLayer === 0 ? [] : perLayerTables(config, layers, perLayer, vocabularyPerLayer),
  });
  return model;
};

/** The dense network and the experts see the same token; the router scales its input and each expert's output. */
function besideExperts(config: Config, base: BlockContext, dense: FeedForwardBlock): FeedForwardBlock {
  const { hidden } = base.sizes;
  const experts = config.integer('num_experts');
  const routed = expertFeedForward({
    module: base.path.slice(0, -1),
    hidden,
    width: config.integer('moe_intermediate_size', 'expert_intermediate_size'),
    experts,
    expertsPerToken: config.integer('top_k_experts'),
    router: 'router.proj',
  });
  const sharedWidth = dense.feedForward.kind === 'dense' ? dense.feedForward.width : 0;
  const feedForward =
    routed.feedForward.kind === 'experts' ? { ...routed.feedForward, sharedWidth } : routed.feedForward;
  return {
    feedForward,
    weights: [
      ...dense.weights,
      ...routed.weights,
      vector(`${base.path}router.scale`, hidden, 'experts'),
      vector(`${base.path}router.per_expert_scale`, experts, 'experts'),
      ...[
        'post_feedforward_layernorm_1',
        'post_feedforward_layernorm_2',
        'pre_feedforward_layernorm_2',
      ].flatMap((name) => norm(base.path + name, hidden, 'rms')),
    ],
  };
}

function perLayerWeights(base: BlockContext, perLayer: number): WeightTensor[] {
  const { hidden } = base.sizes;
  const scalar: WeightTensor = {
    name: `${base.path}layer_scalar`,
    shape: [1],
    part: 'other',
    role: 'buffer',
  };
  if (perLayer === 0) return [scalar];
  return [
    scalar,
    ...matrix(`${base.path}per_layer_input_gate`, perLayer, hidden, 'feedForward'),
    ...matrix(`${base.path}per_layer_projection`, hidden, perLayer, 'feedForward'),
    ...norm(`${base.path}post_per_layer_input_norm`, hidden, 'rms'),
  ];
}

function perLayerTables(
  config: Config,
  layers: number,
  perLayer: number,
  vocabulary: number,
): WeightTensor[] {
  return [
    lookup('model.embed_tokens_per_layer', vocabulary, layers * perLayer),
    ...matrix(
      'model.per_layer_model_projection',
      layers * perLayer,
      config.integer('hidden_size'),
      'embedding',
    ),
    ...norm('model.per_layer_projection_norm', perLayer, 'rms'),
  ];
}

/** Gemma 4's vision transformer: gated, four norms a block, positions from two tables. */
export const gemma4Vision: Family = ({ config }) => {
  const hidden = config.integer('hidden_size');
  const patch = config.integer('patch_size');
  config.understood(
    'global_head_dim',
    'default_output_length',
    'pooling_kernel_size',
    'use_clipped_linears',
    'standardize',
    'max_position_embeddings',
    'attention_bias',
    'layer_types',
  );
  return {
    kind: 'encoder',
    hidden,
    vocabulary: 0,
    maxContext: null,
    layers: encoderStack({
      path: 'vision_tower.encoder.layers.{layer}.',
      layers: config.integer('num_hidden_layers'),
      hidden,
      heads: config.integer('num_attention_heads'),
      kvHeads: config.integer('num_key_value_heads'),
      headDim: config.integer('head_dim'),
      width: config.integer('intermediate_size'),
      qkvBias: false,
      outBias: false,
      mlpBias: false,
      gated: true,
      norm: 'rms',
      qkNorm: 'head',
      attentionNames: { output: 'o_proj' },
      blockNorms: BLOCK_NORMS,
    }),
    outside: [
      ...matrix('vision_tower.patch_embedder.input_proj', hidden, 3 * patch * patch, 'embedding'),
      vector(
        'vision_tower.patch_embedder.position_embedding_table',
        [2, config.integer('position_embedding_size'), hidden],
        'embedding',
      ),
    ],
    tiedHead: false,
  };
};

/** Gemma 4: text model with the towers that the file describes, for pictures and for sound. */
export const gemma4: Family = (context) => {
  const { config, nested } = context;
  if (!config.says('text_config') && config.says('hidden_size')) return context.as('gemma4_text');
  const text = languagePart(context, { type: 'gemma4_text' });
  if (text === undefined) throw new ReadFailure('contradiction', 'text_config is no configuration.');
  config.understood(...TOKEN_KEYS, 'vision_soft_tokens_per_image', 'audio_soft_tokens_per_image');
  const towers = (['vision', 'audio'] as const).flatMap((kind) => {
    const tower = nested(`${kind}_config`, `gemma4_${kind}`);
    if (tower === undefined) return [];
    const projector = matrix(`embed_${kind}.embedding_projection`, text.hidden, tower.hidden, 'other');
    return [asTower(tower, kind, projector)];
  });
  return { ...text, towers };
};
