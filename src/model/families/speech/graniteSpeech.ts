import type { Family } from '../../family';
import { attends } from '../../parts/bertTrunk';
import { planLayers } from '../../parts/foldLayers';
import { convolution, lookup, matrix, norm, vector } from '../../parts/tensors';
import { ReadFailure } from '../../readFailure';
import { asTower } from '../vision/clip';
import type { WeightTensor } from '../../spec';
import { outerTie } from './outerTie';

/** Granite Speech's encoder: conformer blocks with a table of distances each, and letters that feed back half way. */
export const graniteSpeechEncoder: Family = ({ config }) => {
  const hidden = config.integer('hidden_dim');
  const heads = config.integer('num_heads');
  const headDim = config.optional('dim_head') ?? Math.floor(hidden / heads);
  const width = hidden * config.integer('feedforward_mult');
  const inner = hidden * config.integer('conv_expansion_factor');
  const all = heads * headDim;
  const letters = config.integer('output_dim');
  config.understood('context_size');
  const path = 'encoder.layers.{layer}.';
  const feedForward = (name: string): WeightTensor[] => [
    ...norm(`${path}${name}.pre_norm`, hidden, 'layer'),
    ...matrix(`${path}${name}.up_proj`, width, hidden, 'feedForward', { bias: true }),
    ...matrix(`${path}${name}.down_proj`, hidden, width, 'feedForward', { bias: true }),
  ];
  return {
    kind: 'encoder',
    hidden,
    vocabulary: 0,
    maxContext: null,
    layers: planLayers(
      config.integer('num_layers'),
      () => '',
      () => ({
        mixer: {
          mixer: attends(heads, headDim),
          weights: [
            ...norm(`${path}attn.pre_norm`, hidden, 'layer'),
            ...matrix(`${path}attn.to_q`, all, hidden, 'attention'),
            ...matrix(`${path}attn.to_kv`, 2 * all, hidden, 'attention'),
            ...matrix(`${path}attn.to_out`, hidden, all, 'attention', { bias: true }),
            lookup(`${path}attn.rel_pos_emb`, 2 * config.integer('max_pos_emb') + 1, headDim, 'attention'),
          ],
        },
        feedForward: {
          feedForward: { kind: 'dense', matrices: 2, width: 2 * width },
          weights: [...feedForward('ff1'), ...feedForward('ff2')],
        },
        others: [
          ...norm(`${path}conv.norm`, hidden, 'layer'),
          ...convolution(`${path}conv.up_conv`, [2 * inner, hidden, 1], 'other', { bias: true }),
          ...convolution(
            `${path}conv.depth_conv.conv`,
            [inner, 1, config.integer('conv_kernel_size')],
            'other',
          ),
          ...norm(`${path}conv.batch_norm`, inner, 'layer'),
          ...convolution(`${path}conv.down_conv`, [hidden, inner, 1], 'other', { bias: true }),
          ...norm(`${path}post_norm`, hidden, 'layer'),
        ],
      }),
    ),
    outside: [
      ...matrix('encoder.input_linear', hidden, config.integer('input_dim'), 'other', { bias: true }),
      ...matrix('encoder.out', letters, hidden, 'other', { bias: true }),
      ...matrix('encoder.out_mid', hidden, letters, 'other', { bias: true }),
    ],
    tiedHead: false,
    headKnown: true,
  };
};

/** Granite Speech: conformer blocks of its own, a query transformer over windows, Granite. */
export const graniteSpeech: Family = (context) => {
  const { config } = context;
  const tied = outerTie(context, 'text_config', true);
  const encoder = context.nested('encoder_config', 'granite_speech_encoder', { evenIfAbsent: true });
  const projector = context.nested('projector_config', 'blip_2_qformer', { evenIfAbsent: true });
  const text = context.nested('text_config', 'granite', {
    evenIfAbsent: true,
    architecture: 'GraniteModel',
  });
  if (encoder === undefined || projector === undefined || text === undefined)
    throw new ReadFailure('contradiction', 'A section of this file is no configuration.');
  config.understood('has_lora_adapter', 'audio_token_index');
  const queries = Math.floor(config.integer('window_size') / Math.max(1, config.integer('downsample_rate')));
  const { architecture, notes } = context;
  if (!/(?:ForConditionalGeneration|Model)$/.test(architecture))
    notes.doubt(
      'unknown-head',
      'The architecture is not said or not known: counted is the model with its head.',
    );
  const headed = !tied && !architecture.endsWith('Model');
  return {
    ...text,
    outside: [...text.outside, ...(headed ? matrix('lm_head', text.vocabulary, text.hidden, 'head') : [])],
    tiedHead: tied,
    towers: [
      asTower(encoder, 'audio'),
      asTower(projector, 'audio', [
        vector('projector.query', [1, queries, projector.hidden], 'other'),
        ...matrix('projector.linear', text.hidden, projector.hidden, 'other', { bias: true }),
      ]),
    ],
  };
};
