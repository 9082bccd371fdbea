import type { Family } from '../../family';
import { llamaLike } from '../../parts/llamaLike';
import { headCount, hiddenSize } from '../../parts/sizes';

/** Phi-1 to Phi-2: attention and feed-forward side by side behind one norm, biases everywhere, the head's too. */
export const phi: Family = (context) => {
  const { config } = context;
  const hidden = hiddenSize(config);
  const normed = config.flag(false, 'qk_layernorm');
  config.understood('rotary_dim', 'architecture');
  const heads = headCount(config);
  const said = config.optional('head_dim');
  if (said !== undefined && said * heads !== hidden) {
    context.notes.doubt(
      'contradiction',
      'head_dim does not fit hidden_size over the heads, and releases of this class differ in which they follow.',
    );
  }
  return llamaLike(context, {
    qkvBias: true,
    outBias: true,
    mlpBias: true,
    gated: false,
    norm: 'layer',
    qkNorm: normed ? 'head' : 'none',
    qkNormKind: 'layer',
    blockNorms: ['input_layernorm'],
    finalNorm: 'final_layernorm',
    width: config.optional('intermediate_size', 'n_inner') ?? 4 * hidden,
    headBias: true,
  });
};
