import type { Family } from '../../family';
import { NO_FEED_FORWARD } from '../../parts/block';
import { llamaLike, plainAttention, plainFeedForward } from '../../parts/llamaLike';
import { transformerSizes } from '../../parts/sizes';
import { matrix, vector } from '../../parts/tensors';

/** HRM for text: two small stacks that are passed over and over; each pass keeps keys and values of its own. */
export const hrmText: Family = (context) => {
  const { config, notes } = context;
  // Files from before the two counts were told apart say the layers of one stack alone.
  const sizes = transformerSizes(config);
  const said = config.optional('num_layers_per_stack');
  const stack = said ?? sizes.layers;
  const passes = config.integer('H_cycles') * (config.integer('L_cycles') + 1);
  const layers = said === undefined ? stack * passes : Math.max(sizes.layers, 2 * stack);
  const bias = config.flag(false, 'attention_bias');
  const mlpBias = config.flag(false, 'mlp_bias');
  const stored = 2 * stack;
  const isStored = (index: number): boolean => index < stored;
  const hidden = config.integer('hidden_size');
  notes.remark(
    'looped-layers',
    'Two stacks are passed many times: what later passes work through is stored, and counted, once.',
  );
  config.understood('L_bp_cycles', 'embedding_scale', 'prefix_lm');
  return llamaLike(context, {
    sizes: { ...sizes, layers },
    norm: 'none',
    describe: (index) => String(isStored(index)),
    attention: (index, base) => {
      const block = plainAttention(index, base, { qkvBias: bias, outBias: bias });
      if (!isStored(index)) return { mixer: block.mixer, weights: [] };
      const { heads, headDim } = base.sizes;
      const gate = matrix(`${base.path}self_attn.gate_proj`, heads * headDim, hidden, 'attention', { bias });
      return { mixer: block.mixer, weights: [...block.weights, ...gate] };
    },
    feedForward: (index, base) => (isStored(index) ? plainFeedForward(base, { mlpBias }) : NO_FEED_FORWARD),
    outside: [vector('model.z_L_init', hidden, 'other')],
  });
};
