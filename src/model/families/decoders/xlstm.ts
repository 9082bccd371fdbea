import type { Family } from '../../family';
import { denseFeedForward } from '../../parts/feedForward';
import { planLayers } from '../../parts/foldLayers';
import { topOf } from '../../parts/head';
import { vocabularySize } from '../../parts/sizes';
import { lookup, matrix, norm } from '../../parts/tensors';

function roundedUp(value: number, multiple: number): number {
  return Math.trunc(Math.floor((value + multiple - 1) / multiple) * multiple);
}

/** xLSTM: a matrix of key × value a head as memory, with gates that depend on the token. */
export const xlstm: Family = ({ config, architecture }) => {
  const embedding = config.optional('embedding_dim');
  const blocks = config.optional('num_blocks');
  const hidden = config.optional('hidden_size') ?? config.integer('embedding_dim');
  const layers = blocks ?? config.integer('num_hidden_layers');
  const vocabulary = vocabularySize(config);
  const heads = Math.max(1, config.integer('num_heads'));
  const keyWidth = Math.trunc(hidden * (config.number('qk_dim_factor') ?? 0.5));
  const valueWidth = Math.trunc(hidden * (config.number('v_dim_factor') ?? 1));
  const width = roundedUp(
    hidden * (config.number('ffn_proj_factor') ?? 1),
    Math.max(1, config.integer('ffn_round_up_to_multiple_of')),
  );
  const bias = config.flag(false, 'use_bias');
  const kind = bias ? 'layer' : 'rms';
  const top = topOf(architecture);
  config.understood(
    'tie_word_embeddings',
    'num_hidden_layers',
    'chunk_size',
    'add_out_norm',
    'chunkwise_kernel',
    'sequence_kernel',
    'step_kernel',
    'mode',
    'weight_mode',
    'gate_soft_cap',
    'norm_reduction_force_float32',
    'max_inference_chunksize',
    'inference_state_dtype',
    'autocast_kernel_dtype',
    'return_last_states',
    'head_dim',
    'force_bos_token_insert',
    'add_embedding_dropout',
    'add_post_blocks_norm',
    'add_post_norm',
    'add_qk_norm',
    'cell_norm_eps',
    'mlstm_round_up_to_multiple_of',
  );
  const path = 'backbone.blocks.{layer}.';
  const cell = `${path}mlstm_layer`;
  return {
    kind: 'decoder',
    hidden,
    vocabulary,
    maxContext: null,
    layers: planLayers(
      layers,
      () => '',
      () => ({
        mixer: {
          mixer: {
            kind: 'recurrent',
            family: 'linear-attention',
            // The memory, its normaliser and a running maximum.
            stateElements: heads * ((keyWidth / heads) * (valueWidth / heads) + keyWidth / heads + 1),
            stateElementBytes: 4,
            convolutionElements: 0,
          },
          weights: [
            ...matrix(`${cell}.q`, keyWidth, hidden, 'attention', { bias }),
            ...matrix(`${cell}.k`, keyWidth, hidden, 'attention', { bias }),
            ...matrix(`${cell}.v`, valueWidth, hidden, 'attention', { bias }),
            ...matrix(`${cell}.ogate_preact`, valueWidth, hidden, 'attention', { bias }),
            ...matrix(`${cell}.igate_preact`, heads, hidden, 'attention', { bias: true }),
            ...matrix(`${cell}.fgate_preact`, heads, hidden, 'attention', { bias: true }),
            ...norm(`${cell}.multihead_norm`, Math.floor(valueWidth / heads) * heads, kind),
            ...matrix(`${cell}.out_proj`, hidden, valueWidth, 'attention', { bias }),
          ],
        },
        feedForward: denseFeedForward({
          module: `${path}ffn`,
          hidden,
          width,
          bias,
          names: { gate: 'proj_up_gate', up: 'proj_up', down: 'proj_down' },
        }),
        others: ['norm_mlstm', 'norm_ffn'].flatMap((name) => norm(path + name, hidden, kind)),
      }),
    ),
    outside: [
      lookup('backbone.embeddings', vocabulary, embedding ?? hidden),
      ...norm('backbone.out_norm', hidden, 'rms'),
      ...(top === 'none' ? [] : matrix('lm_head', vocabulary, hidden, 'head')),
    ],
    // The class ties nothing, whatever the file says.
    tiedHead: false,
    headKnown: top === 'none' || top === 'language',
  };
};
