import type { Config } from '../../config';
import type { Family } from '../../family';
import { denseFeedForward } from '../../parts/feedForward';
import { planLayers } from '../../parts/foldLayers';
import { groupedAttention } from '../../parts/groupedAttention';
import { labelCount } from '../../parts/head';
import { layerCount } from '../../parts/sizes';
import { lookup, matrix, norm } from '../../parts/tensors';
import { conv, doubtHead, learned, linear, visionModel } from '../../parts/visionPieces';
import { patchPositions, patchProjection, vitLayers } from '../../parts/vitLayers';
import type { WeightTensor } from '../../spec';

/** Groups of the convolutions that gather what one letter is read from: fixed in the class. */
const GROUPS = 8;

/** MGP-STR: a vision transformer that reads a word at once, as letters, as byte pairs and as word pieces. */
export const mgpStr: Family = (context) => {
  const { config, architecture } = context;
  doubtHead(context, /Model$|ForSceneTextRecognition$/);
  config.understood('output_a3_attentions', 'drop_rate', 'attn_drop_rate', 'drop_path_rate');
  const hidden = config.integer('hidden_size');
  const tokens = config.flag(false, 'distilled') ? 2 : 1;
  const layers = vitLayers(config, 'mgp_str.encoder.blocks.{layer}.', {
    width: Math.trunc(hidden * (config.number('mlp_ratio') ?? 4)),
    attention: 'attn',
    fused: 'qkv',
    attentionNames: { output: 'proj' },
    feedForward: 'mlp',
    feedForwardNames: { up: 'fc1', down: 'fc2' },
    blockNorms: ['norm1', 'norm2'],
  });
  const letters = config.integer('max_token_length');
  const reader = (name: string): WeightTensor[] => [
    ...norm(`${name}.token_norm`, hidden, 'layer'),
    ...conv(`${name}.tokenLearner.0`, hidden, hidden, { groups: GROUPS, part: 'head' }),
    ...conv(`${name}.tokenLearner.1`, letters, hidden, { part: 'head' }),
    ...conv(`${name}.feat`, hidden, hidden, { groups: GROUPS, part: 'head' }),
    ...norm(`${name}.norm`, hidden, 'layer'),
  ];
  const heads = [
    ['char', 'num_character_labels'],
    ['bpe', 'num_bpe_labels'],
    ['wp', 'num_wordpiece_labels'],
  ] as const;
  return visionModel(hidden, layers, [
    learned('mgp_str.embeddings.cls_token', 1, 1, hidden),
    patchPositions(config, 'mgp_str.embeddings.pos_embed', hidden, tokens),
    ...patchProjection(config, 'mgp_str.embeddings.proj', hidden),
    ...heads.flatMap(([name, key]) => {
      const labels = config.integer(key);
      return /Model$/.test(architecture)
        ? []
        : [...reader(`${name}_a3_module`), ...linear(`${name}_head`, labels, hidden, 'head')];
    }),
  ]);
};

/** Width inside each block of ImageGPT. */
function innerWidth(config: Config, hidden: number): number {
  return config.optional('n_inner') ?? 4 * hidden;
}

/** ImageGPT: GPT-2 over colours, with scales in place of full norms; the head leaves out the token that starts. */
export const imageGpt: Family = ({ config, architecture, notes }) => {
  const hidden = config.integer('n_embd', 'hidden_size');
  const vocabulary = config.integer('vocab_size');
  const positions = config.integer('n_positions', 'max_position_embeddings');
  const heads = config.integer('n_head', 'num_attention_heads');
  config.understood('scale_attn_by_inverse_layer_idx', 'tie_word_embeddings');
  if (config.flag(false, 'add_cross_attention'))
    notes.doubt('unknown-key', 'Attention to another model is not counted.');
  if (!/Model$|ForCausalImageModeling$|ForImageClassification$/.test(architecture))
    notes.doubt('unknown-head', 'The architecture is not said or not known: counted is the trunk.');
  const path = 'transformer.h.{layer}.';
  const classes = labelCount(config);
  return {
    kind: 'decoder',
    hidden,
    vocabulary,
    maxContext: positions,
    headKnown: true,
    layers: planLayers(
      layerCount(config),
      () => '',
      () => ({
        mixer: groupedAttention({
          module: `${path}attn`,
          hidden,
          queryHeads: heads,
          kvHeads: heads,
          headDim: hidden / heads,
          qkvBias: true,
          outBias: true,
          fused: 'c_attn',
          names: { output: 'c_proj' },
        }),
        feedForward: denseFeedForward({
          module: `${path}mlp`,
          hidden,
          width: innerWidth(config, hidden),
          gated: false,
          bias: true,
          names: { up: 'c_fc', down: 'c_proj' },
        }),
        others: ['ln_1', 'ln_2'].flatMap((name) => norm(path + name, hidden, 'rms')),
      }),
    ),
    outside: [
      lookup('transformer.wte', vocabulary, hidden),
      lookup('transformer.wpe', positions, hidden),
      ...norm('transformer.ln_f', hidden, 'rms'),
      ...(/ForCausalImageModeling$/.test(architecture)
        ? matrix('lm_head', vocabulary - 1, hidden, 'head')
        : []),
      ...(/ForImageClassification$/.test(architecture) ? matrix('score', classes, hidden, 'head') : []),
    ],
    tiedHead: false,
  };
};

/** MLCD's picture encoder: CLIP's with rotary positions and one learned for the class token. */
export const mlcdVision: Family = ({ config }) => {
  const hidden = config.integer('hidden_size');
  const heads = config.integer('num_attention_heads');
  const v = 'vision_model.';
  if (config.integerOr(1, 'num_key_value_groups') !== 1)
    config.notes.doubt('unknown-key', 'Keys and values shared between heads are not known in this family.');
  return visionModel(
    hidden,
    vitLayers(config, `${v}encoder.layers.{layer}.`, {
      qkvBias: true,
      attention: 'self_attn',
      attentionNames: { output: 'out_proj' },
      feedForward: 'mlp',
      feedForwardNames: { up: 'fc1', down: 'fc2' },
      blockNorms: ['layer_norm1', 'layer_norm2'],
    }),
    [
      learned(`${v}class_pos_emb`, 1, Math.floor(hidden / heads / 2)),
      learned(`${v}embeddings.class_embedding`, hidden),
      ...patchProjection(config, `${v}embeddings.patch_embedding`, hidden, false),
      ...norm(`${v}pre_layrnorm`, hidden, 'layer'),
      ...norm(`${v}post_layernorm`, hidden, 'layer'),
    ],
  );
};
