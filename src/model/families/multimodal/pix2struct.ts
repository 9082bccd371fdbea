import type { Config } from '../../config';
import type { Family, FamilyModel } from '../../family';
import { denseFeedForward } from '../../parts/feedForward';
import { planLayers, type LayerPlan } from '../../parts/foldLayers';
import { groupedAttention } from '../../parts/groupedAttention';
import type { MixerBlock } from '../../parts/block';
import { lookup, matrix, norm } from '../../parts/tensors';
import { doubtHead, linear, visionModel } from '../../parts/visionPieces';
import { ReadFailure } from '../../readFailure';
import { asTower } from '../vision/clip';

const NAMES = { query: 'query', key: 'key', value: 'value', output: 'output' };
const GATED = { gate: 'wi_0', up: 'wi_1', down: 'wo' };

function attention(module: string, hidden: number, heads: number, headDim: number): MixerBlock {
  return groupedAttention({
    module,
    hidden,
    queryHeads: heads,
    kvHeads: heads,
    headDim,
    causal: false,
    names: NAMES,
  });
}

/** The decoder's attention: square matrices, whatever the heads are said to be. */
function square(module: string, hidden: number, heads: number, headDim: number, causal: boolean): MixerBlock {
  return {
    mixer: {
      kind: 'attention',
      queryHeads: heads,
      kvHeads: heads,
      keyHeadDim: headDim,
      valueHeadDim: headDim,
      causal,
    },
    weights: ['query', 'key', 'value', 'output'].flatMap((name) =>
      matrix(`${module}.${name}`, hidden, hidden, 'attention'),
    ),
  };
}

/** Pix2Struct's encoder: patches of any picture, told where they stand by two tables. */
export const pix2structVision: Family = ({ config }) => {
  const hidden = config.integer('hidden_size');
  const heads = config.integer('num_attention_heads');
  const rows = config.integer('seq_len');
  const path = 'encoder.encoder.layer.{layer}.';
  config.understood('relative_attention_num_buckets', 'relative_attention_max_distance', 'dense_act_fn');
  config.understood(
    'projection_dim',
    'intermediate_size',
    'image_size',
    'num_channels',
    'patch_size',
    'qkv_bias',
    'mlp_bias',
  );
  const layers = planLayers(
    config.integer('num_hidden_layers'),
    () => '',
    () => ({
      mixer: attention(`${path}attention`, hidden, heads, config.integer('d_kv')),
      feedForward: denseFeedForward({
        module: `${path}mlp`,
        hidden,
        width: config.integer('d_ff'),
        names: GATED,
      }),
      others: ['pre_attention_layer_norm', 'pre_mlp_layer_norm'].flatMap((name) =>
        norm(path + name, hidden, 'rms'),
      ),
    }),
  );
  return visionModel(hidden, layers, [
    ...linear(
      'encoder.embeddings.patch_projection',
      hidden,
      config.integer('patch_embed_hidden_size'),
      'embedding',
    ),
    lookup('encoder.embeddings.row_embedder', rows, hidden),
    lookup('encoder.embeddings.column_embedder', rows, hidden),
    ...norm('encoder.layernorm', hidden, 'rms'),
  ]);
};

function textLayers(config: Config, hidden: number): LayerPlan[] {
  const heads = config.integer('num_heads', 'num_attention_heads');
  const headDim = config.integer('d_kv');
  const path = 'decoder.layer.{layer}.';
  const buckets = config.integer('relative_attention_num_buckets');
  return planLayers(
    config.integer('num_layers', 'num_hidden_layers'),
    (index) => (index === 0 ? 'biased' : ''),
    (index) => ({
      mixer: square(`${path}self_attention.attention`, hidden, heads, headDim, true),
      second: square(`${path}encoder_decoder_attention.attention`, hidden, heads, headDim, false),
      feedForward: denseFeedForward({
        module: `${path}mlp.DenseReluDense`,
        hidden,
        width: config.integer('d_ff'),
        names: GATED,
      }),
      others: [
        ...['self_attention.layer_norm', 'encoder_decoder_attention.layer_norm', 'mlp.layer_norm'].flatMap(
          (name) => norm(path + name, hidden, 'rms'),
        ),
        // The first block alone holds the biases by distance.
        ...(index === 0
          ? [lookup(`${path}self_attention.attention.relative_attention_bias`, buckets, heads, 'attention')]
          : []),
      ],
    }),
  );
}

/** Pix2Struct's decoder: T5's block with its head apart. */
export const pix2structText: Family = ({ config }) => {
  const hidden = config.integer('hidden_size');
  const vocabulary = config.integer('vocab_size');
  config.understood('relative_attention_max_distance', 'dense_act_fn', 'encoder_hidden_size', 'is_decoder');
  config.understood(
    'feed_forward_proj',
    'tie_word_embeddings',
    'add_cross_attention',
    'use_cache',
    'layer_norm_epsilon',
  );
  return {
    kind: 'decoder',
    hidden,
    vocabulary,
    maxContext: null,
    headKnown: true,
    layers: textLayers(config, hidden),
    outside: [
      lookup('decoder.embed_tokens', vocabulary, hidden),
      ...norm('decoder.final_layer_norm', hidden, 'rms'),
      ...matrix('decoder.lm_head', vocabulary, hidden, 'head'),
    ],
    tiedHead: false,
  };
};

/** Pix2Struct, DePlot and MatCha: screens and charts read as text. */
export const pix2struct: Family = (context) => {
  const { config, nested, notes } = context;
  doubtHead(context, /ForConditionalGeneration$/);
  config.understood('is_vqa', 'text_config_dict', 'vision_config_dict', 'initializer_factor');
  if (config.flag(false, 'tie_word_embeddings'))
    notes.doubt('tied-head-unclear', 'The head of this family is stored apart from the embedding.');
  const options = { architecture: 'Model', evenIfAbsent: true };
  const vision = nested('vision_config', 'pix2struct_vision_model', options);
  const text: FamilyModel | undefined = nested('text_config', 'pix2struct_text_model', options);
  if (vision === undefined || text === undefined)
    throw new ReadFailure('contradiction', 'One of the two parts is no configuration.');
  return { ...text, kind: 'encoder-decoder', towers: [asTower(vision)] };
};
