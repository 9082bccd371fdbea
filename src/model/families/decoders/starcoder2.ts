import type { Family } from '../../family';
import { denseFeedForward } from '../../parts/feedForward';
import { llamaLike } from '../../parts/llamaLike';

/** StarCoder2: layer norms, biases by one switch, two matrices. */
export const starcoder2: Family = (context) => {
  const { config } = context;
  const bias = config.flag(true, 'use_bias');
  const width = config.integer('intermediate_size');
  return llamaLike(context, {
    norm: 'layer',
    qkvBias: bias,
    outBias: bias,
    feedForward: (_, base) =>
      denseFeedForward({
        module: `${base.path}mlp`,
        hidden: base.sizes.hidden,
        width,
        gated: false,
        bias,
        names: { up: 'c_fc', down: 'c_proj' },
      }),
  });
};
