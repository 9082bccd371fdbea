import type { Config } from '../../config';
import type { Family, FamilyContext, FamilyModel } from '../../family';
import type { FeedForwardBlock, MixerBlock } from '../../parts/block';
import { planLayers } from '../../parts/foldLayers';
import { headOf } from '../../parts/head';
import { hiddenSize, layerCount, vocabularySize } from '../../parts/sizes';
import { lookup, matrix, norm, vector } from '../../parts/tensors';
import type { WeightTensor } from '../../spec';

interface Names {
  root: string;
  layers: string;
  first: string;
  norms: readonly [string, string];
  last: string;
  head: string;
}

/** Names of the classes that RWKV's authors publish, and of those in flash-linear-attention. */
const OWN: Names = {
  root: 'rwkv.',
  layers: 'blocks',
  first: 'pre_ln',
  norms: ['ln1', 'ln2'],
  last: 'ln_out',
  head: 'head',
};
const FLASH: Names = {
  root: 'model.',
  layers: 'layers',
  first: 'pre_norm',
  norms: ['attn_norm', 'ffn_norm'],
  last: 'norm',
  head: 'lm_head',
};

interface Stack {
  names: Names;
  mixer: (path: string, index: number) => MixerBlock;
  feedForward: (path: string) => FeedForwardBlock;
}

function stack({ config, architecture }: FamilyContext, { names, mixer, feedForward }: Stack): FamilyModel {
  const hidden = hiddenSize(config);
  const vocabulary = vocabularySize(config);
  const head = headOf(config, hidden, vocabulary, { module: names.head, architecture });
  const path = `${names.root}${names.layers}.{layer}.`;
  config.understood('rescale_every', 'context_length', 'model_version', 'head_size_divisor');
  return {
    kind: 'decoder',
    hidden,
    vocabulary,
    maxContext: null,
    layers: planLayers(
      layerCount(config),
      (index) => String(index === 0),
      (index) => ({
        mixer: mixer(path, index),
        feedForward: feedForward(path),
        others: [...(index === 0 ? [names.first] : []), ...names.norms].flatMap((name) =>
          norm(path + name, hidden, 'layer'),
        ),
      }),
    ),
    outside: [
      lookup(`${names.root}embeddings`, vocabulary, hidden),
      ...norm(names.root + names.last, hidden, 'layer'),
      ...head.weights,
    ],
    tiedHead: head.tied,
    headKnown: head.known,
  };
}

/** One matrix of key × value a head; the token before is kept for both halves. */
function state(inner: number, headDim: number, hidden: number): MixerBlock['mixer'] {
  return {
    kind: 'recurrent',
    family: 'rwkv',
    stateElements: inner * headDim,
    stateElementBytes: 4,
    convolutionElements: 2 * hidden,
  };
}

/** Three and a half times the width, rounded down to a multiple of 32. */
function roundedWidth(config: Config, hidden: number): number {
  return config.optional('intermediate_size') ?? Math.floor((hidden * 3.5) / 32) * 32;
}

/** What is done to each token in RWKV 5 and 6: a gate, and two matrices with a squared ReLU. */
function channelMixing(path: string, hidden: number, width: number, mix: string): FeedForwardBlock {
  const module = `${path}feed_forward`;
  return {
    feedForward: { kind: 'dense', matrices: 2, width },
    weights: [
      vector(`${module}.${mix}_k`, [1, 1, hidden], 'feedForward'),
      vector(`${module}.${mix}_r`, [1, 1, hidden], 'feedForward'),
      ...matrix(`${module}.key`, width, hidden, 'feedForward'),
      ...matrix(`${module}.receptance`, hidden, hidden, 'feedForward'),
      ...matrix(`${module}.value`, hidden, width, 'feedForward'),
    ],
  };
}

/** Projections and the norm over heads that RWKV 5 and 6 share. */
function timeMixing(module: string, hidden: number, inner: number): WeightTensor[] {
  return [
    ...['key', 'value', 'receptance', 'gate'].flatMap((name) =>
      matrix(`${module}.${name}`, inner, hidden, 'attention'),
    ),
    ...matrix(`${module}.output`, hidden, inner, 'attention'),
    ...norm(`${module}.ln_x`, inner, 'layer'),
    vector(`${module}.time_faaaa`, inner, 'attention'),
  ];
}

/** RWKV 5, Eagle: a matrix for state, one decay a channel. */
export const rwkv5: Family = (context) => {
  const { config } = context;
  const hidden = hiddenSize(config);
  const inner = config.optional('attention_hidden_size') ?? hidden;
  const headDim = config.integerOr(64, 'head_size');
  const width = roundedWidth(config, hidden);
  config.understood('num_attention_heads');
  return stack(context, {
    names: OWN,
    mixer: (path) => {
      const module = `${path}attention`;
      return {
        mixer: state(inner, headDim, hidden),
        weights: [
          ...timeMixing(module, hidden, inner),
          vector(`${module}.time_decay`, inner, 'attention'),
          ...['gate', 'key', 'value', 'receptance'].map((name) =>
            vector(`${module}.time_mix_${name}`, [1, 1, hidden], 'attention'),
          ),
        ],
      };
    },
    feedForward: (path) => channelMixing(path, hidden, width, 'time_mix'),
  });
};

/** Ranks of the small matrices that mix tokens and set the decay: twice as many in the widest published model. */
const MIX_RANK = 32;
const DECAY_RANK = 64;
const WIDE = 4096;

/** RWKV 6, Finch: mixing and decay depend on the token, by small matrices. */
export const rwkv6: Family = (context) => {
  const { config } = context;
  const hidden = hiddenSize(config);
  const inner = config.optional('attention_hidden_size') ?? hidden;
  const headDim = config.integerOr(64, 'head_size');
  const width = roundedWidth(config, hidden);
  const factor = hidden === WIDE ? 2 : 1;
  const mixes = ['w', 'k', 'v', 'r', 'g'];
  config.understood('num_attention_heads');
  return stack(context, {
    names: OWN,
    mixer: (path) => {
      const module = `${path}attention`;
      return {
        mixer: state(inner, headDim, hidden),
        weights: [
          ...timeMixing(module, hidden, inner),
          ...['x', ...mixes].map((name) => vector(`${module}.time_maa_${name}`, [1, 1, hidden], 'attention')),
          vector(`${module}.time_maa_w1`, [hidden, mixes.length * factor * MIX_RANK], 'attention'),
          vector(`${module}.time_maa_w2`, [mixes.length, factor * MIX_RANK, hidden], 'attention'),
          vector(`${module}.time_decay`, [1, 1, inner], 'attention'),
          vector(`${module}.time_decay_w1`, [hidden, factor * DECAY_RANK], 'attention'),
          vector(`${module}.time_decay_w2`, [factor * DECAY_RANK, inner], 'attention'),
        ],
      };
    },
    feedForward: (path) => channelMixing(path, hidden, width, 'time_maa'),
  });
};

/** RWKV 7, Goose: a delta rule, with four small networks that set decay, learning rate, value mixing and gate. */
export const rwkv7: Family = (context) => {
  const { config, notes } = context;
  const hidden = hiddenSize(config);
  const headDim = config.integerOr(64, 'head_dim', 'head_size');
  const width = config.optional('intermediate_size') ?? 4 * hidden;
  const ranks = {
    w: config.integer('decay_low_rank_dim'),
    a: config.integer('a_low_rank_dim'),
    v: config.integer('v_low_rank_dim'),
    g: config.integer('gate_low_rank_dim'),
  };
  const values = config.value('value_dim');
  if (
    Array.isArray(values) ? values.some((each) => each !== hidden) : values !== undefined && values !== hidden
  )
    notes.doubt('value-width', 'Values of another width than the model are not known in this family.');
  if (config.object('attn') !== undefined)
    notes.doubt('hybrid', 'Attention layers between the recurrent ones are not known in this family.');
  if (!config.flag(true, 'norm_bias') || !config.flag(true, 'norm_first'))
    notes.doubt('norms', 'This family is known with norms that have biases, and one after the embedding.');
  config.understood(
    'num_heads',
    'num_attention_heads',
    'hidden_ratio',
    'attn_mode',
    'fuse_norm',
    'use_l2warp',
  );
  const low = (module: string, rank: number, bias: boolean): WeightTensor[] => [
    ...matrix(`${module}.lora.0`, rank, hidden, 'attention'),
    ...matrix(`${module}.lora.2`, hidden, rank, 'attention', { bias }),
  ];
  return stack(context, {
    names: FLASH,
    mixer: (path, index) => {
      const module = `${path}attn`;
      return {
        mixer: state(hidden, headDim, hidden),
        weights: [
          ...['r', 'w', 'k', 'v', 'a', 'g'].map((name) =>
            vector(`${module}.x_${name}`, [1, 1, hidden], 'attention'),
          ),
          ...['k_k', 'k_a', 'r_k'].map((name) => vector(`${module}.${name}`, hidden, 'attention')),
          ...['r', 'k', 'v', 'o'].flatMap((name) =>
            matrix(`${module}.${name}_proj`, hidden, hidden, 'attention'),
          ),
          ...low(`${module}.w_lora`, ranks.w, true),
          ...(index === 0 ? [] : low(`${module}.v_lora`, ranks.v, true)),
          ...low(`${module}.a_lora`, ranks.a, true),
          ...low(`${module}.g_lora`, ranks.g, false),
          ...norm(`${module}.g_norm`, hidden, 'layer'),
        ],
      };
    },
    feedForward: (path) => ({
      feedForward: { kind: 'dense', matrices: 2, width },
      weights: [
        vector(`${path}ffn.x_k`, hidden, 'feedForward'),
        ...matrix(`${path}ffn.key`, width, hidden, 'feedForward'),
        ...matrix(`${path}ffn.value`, hidden, width, 'feedForward'),
      ],
    }),
  });
};
