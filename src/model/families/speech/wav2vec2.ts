import type { Family, FamilyContext, FamilyModel } from '../../family';
import { encoderStack } from '../../parts/encoderStack';
import { headWidth } from '../../parts/sizes';
import { convolution, lookup, matrix, norm, vector } from '../../parts/tensors';
import {
  maskVector,
  positionalConvolution,
  speechTop,
  waveConvolutions,
  waveWidth,
} from '../../parts/waveEncoder';
import type { WeightTensor } from '../../spec';

/** What sets one speech encoder of the wav2vec 2.0 line apart from the next. */
interface WaveOptions {
  prefix: string;
  /** Weights of an attention beyond the four matrices. */
  attention?: (path: string, index: number) => readonly WeightTensor[];
  /** Tells layers apart where `attention` depends on the index. */
  describe?: (index: number) => string;
  /** The weights that stand for positions, where they are not one convolution in groups. */
  positions?: readonly WeightTensor[];
  /** Heads of the family's own. */
  own?: Readonly<Record<string, readonly WeightTensor[]>>;
  /** The family has an adapter after the encoder. */
  adapters?: boolean;
  /** Every convolution is normed, whatever the file says. */
  allNormed?: boolean;
  /** The frames are normed before they are projected. */
  projectionNorm?: boolean;
}

/** Training, masking and quantising: keys that shape nothing here. */
export const WAVE_TRAINING = [
  'do_stable_layer_norm',
  'layerdrop',
  'feat_quantizer_dropout',
  'num_negatives',
  'contrastive_logits_temperature',
  'diversity_loss_weight',
  'codevector_dim',
  'proj_codevector_dim',
  'num_codevector_groups',
  'num_codevectors_per_group',
  'mask_channel_length',
  'mask_channel_min_space',
  'mask_channel_other',
  'mask_channel_prob',
  'mask_channel_selection',
  'mask_time_min_space',
  'mask_time_other',
  'mask_time_selection',
  'no_mask_channel_overlap',
  'no_mask_time_overlap',
  'gradient_checkpointing',
  'feat_extract_dropout',
  'feat_extract_activation',
  'conv_pos_kernel_size',
  'conv_stride',
  'adapter_attn_dim',
  'adapter_kernel_size',
  'adapter_stride',
  'num_adapter_layers',
  'output_hidden_size',
  'add_adapter',
  'tokenizer_class',
  'num_ctc_classes',
  'replace_prob',
  'freeze_feat_extract_train',
  'use_scan',
  'fuse_matmuls',
  'max_bucket_distance',
  'num_buckets',
] as const;

/** A wave through convolutions, frames through blocks with norms after each half: wav2vec 2.0 and its kin. */
export function waveModel(context: FamilyContext, w: WaveOptions): FamilyModel {
  const { config, notes } = context;
  const { prefix } = w;
  const hidden = config.integer('hidden_size');
  const heads = config.integer('num_attention_heads');
  const layers = config.integer('num_hidden_layers');
  const frames = waveWidth(config);
  const adapterWidth = config.optional('adapter_attn_dim');
  const adapts = w.adapters === true && config.flag(false, 'add_adapter');
  const out = config.optional('output_hidden_size') ?? hidden;
  config.understood(...WAVE_TRAINING);
  const stable = config.flag(false, 'do_stable_layer_norm');
  if (adapterWidth !== undefined && w.adapters !== true)
    notes.doubt('unknown-key', 'Adapters inside the blocks are not known of this family.');
  const path = `${prefix}encoder.layers.{layer}.`;
  return {
    kind: 'encoder',
    hidden,
    vocabulary: config.optional('vocab_size') ?? 0,
    maxContext: null,
    layers: encoderStack({
      path,
      layers,
      hidden,
      heads,
      headDim: headWidth(config, hidden, heads),
      width: config.integer('intermediate_size'),
      qkvBias: true,
      outBias: true,
      mlpBias: true,
      attention: 'attention',
      feedForward: 'feed_forward',
      feedForwardNames: { up: 'intermediate_dense', down: 'output_dense' },
      blockNorms: ['layer_norm', 'final_layer_norm'],
      describe: w.describe ?? ((): string => ''),
      others: (index) => [
        ...(w.attention?.(`${path}attention.`, index) ?? []),
        ...(adapterWidth !== undefined && stable ? blockAdapter(path, hidden, adapterWidth) : []),
      ],
    }),
    outside: [
      ...maskVector(config, prefix, hidden),
      ...waveConvolutions(config, prefix, w.allNormed),
      ...(w.projectionNorm === false ? [] : norm(`${prefix}feature_projection.layer_norm`, frames, 'layer')),
      ...matrix(`${prefix}feature_projection.projection`, hidden, frames, 'other', { bias: true }),
      ...(w.positions ?? positionalConvolution(config, prefix, hidden)),
      ...norm(`${prefix}encoder.layer_norm`, hidden, 'layer'),
      ...(adapts ? waveAdapter(context, prefix, hidden, out) : []),
      ...speechTop(context, hidden, layers, w.own, adapts ? out : hidden),
    ],
    tiedHead: false,
    headKnown: true,
  };
}

/** The small network that a language adds to every block (MMS). */
function blockAdapter(path: string, hidden: number, width: number): WeightTensor[] {
  return [
    ...norm(`${path}adapter_layer.norm`, hidden, 'layer'),
    ...matrix(`${path}adapter_layer.linear_1`, width, hidden, 'other', { bias: true }),
    ...matrix(`${path}adapter_layer.linear_2`, hidden, width, 'other', { bias: true }),
  ];
}

/** Convolutions that shorten the sequence after the encoder. */
export function waveAdapter(
  { config }: FamilyContext,
  prefix: string,
  hidden: number,
  out: number,
): WeightTensor[] {
  const kernel = config.integer('adapter_kernel_size');
  return [
    ...(out === hidden
      ? []
      : [
          ...matrix(`${prefix}adapter.proj`, out, hidden, 'other', { bias: true }),
          ...norm(`${prefix}adapter.proj_layer_norm`, out, 'layer'),
        ]),
    ...Array.from({ length: config.integer('num_adapter_layers') }, (_, index) =>
      convolution(`${prefix}adapter.layers.${String(index)}.conv`, [2 * out, out, kernel], 'other', {
        bias: true,
      }),
    ).flat(),
  ];
}

/** What pre-training adds: code vectors, and the two projections that are compared. */
export function quantiser({ config }: FamilyContext, input: number): WeightTensor[] {
  const groups = config.integer('num_codevector_groups');
  const codes = groups * config.integer('num_codevectors_per_group');
  const width = config.integer('codevector_dim');
  return [
    vector('quantizer.codevectors', [1, codes, Math.floor(width / groups)], 'head'),
    ...matrix('quantizer.weight_proj', codes, input, 'head', { bias: true }),
  ];
}

/** Projections of frames and of codes into the space where pre-training compares them. */
export function contrast({ config }: FamilyContext, hidden: number): WeightTensor[] {
  const width = config.integer('proj_codevector_dim');
  return [
    ...matrix('project_hid', width, hidden, 'head', { bias: true }),
    ...matrix('project_q', width, config.integer('codevector_dim'), 'head', { bias: true }),
  ];
}

export const wav2vec2: Family = (context) => {
  const { config } = context;
  const hidden = config.integer('hidden_size');
  return waveModel(context, {
    prefix: 'wav2vec2.',
    adapters: true,
    own: context.architecture.endsWith('ForPreTraining')
      ? { ForPreTraining: [...quantiser(context, waveWidth(config)), ...contrast(context, hidden)] }
      : {},
  });
};

/** HuBERT: wav2vec 2.0 without a quantiser; the norm before the projection may be off. */
export const hubert: Family = (context) =>
  waveModel(context, {
    prefix: 'hubert.',
    projectionNorm: context.config.flag(true, 'feat_proj_layer_norm'),
  });

/** WavLM: every attention gates a table of relative positions, which the first layer holds for all. */
export const wavlm: Family = (context) => {
  const { config } = context;
  const heads = config.integer('num_attention_heads');
  const headDim = Math.floor(config.integer('hidden_size') / heads);
  const buckets = config.integer('num_buckets');
  return waveModel(context, {
    prefix: 'wavlm.',
    adapters: true,
    describe: (index) => String(index === 0),
    attention: (path, index) => [
      vector(`${path}gru_rel_pos_const`, [1, heads, 1, 1], 'attention'),
      ...matrix(`${path}gru_rel_pos_linear`, 8, headDim, 'attention', { bias: true }),
      ...(index === 0 ? [lookup(`${path}rel_attn_embed`, buckets, heads, 'attention')] : []),
    ],
  });
};

export const unispeech: Family = (context) => {
  const { config } = context;
  const hidden = config.integer('hidden_size');
  const width = config.integer('proj_codevector_dim');
  return waveModel(context, {
    prefix: 'unispeech.',
    adapters: true,
    own: context.architecture.endsWith('ForPreTraining')
      ? {
          ForPreTraining: [
            ...quantiser(context, waveWidth(config)),
            ...matrix('project_q', width, config.integer('codevector_dim'), 'head', { bias: true }),
            ...matrix('project_hid', hidden, width, 'head', { bias: true }),
            ...matrix('ctc_proj', config.integer('num_ctc_classes'), hidden, 'head', { bias: true }),
          ],
        }
      : {},
  });
};

export const unispeechSat: Family = (context) => {
  const { config } = context;
  const hidden = config.integer('hidden_size');
  const width = config.integer('codevector_dim');
  config.understood('num_clusters');
  return waveModel(context, {
    prefix: 'unispeech_sat.',
    adapters: true,
    own: context.architecture.endsWith('ForPreTraining')
      ? {
          ForPreTraining: [
            ...quantiser(context, hidden),
            ...contrast(context, hidden),
            ...matrix('speaker_proj', width, hidden, 'head', { bias: true }),
            vector('label_embeddings_concat', [config.integer('num_clusters'), width], 'head'),
            ...norm('layer_norm_for_extract', hidden, 'layer', 'head'),
          ],
        }
      : {},
  });
};

/** data2vec: several small convolutions in place of one wide one for positions, norms without weights between them. */
export const data2vecAudio: Family = (context) => {
  const { config } = context;
  const hidden = config.integer('hidden_size');
  const groups = config.integer('num_conv_pos_embedding_groups');
  const kernel = config.integer('conv_pos_kernel_size');
  const count = config.integer('num_conv_pos_embeddings');
  return waveModel(context, {
    prefix: 'data2vec_audio.',
    adapters: true,
    allNormed: true,
    positions: Array.from({ length: count }, (_, index) =>
      convolution(
        `data2vec_audio.encoder.pos_conv_embed.layers.${String(index)}.conv`,
        [hidden, Math.floor(hidden / groups), kernel],
        'other',
        { bias: true },
      ),
    ).flat(),
  });
};
