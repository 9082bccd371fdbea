import type { Family } from '../../family';
import { expertFeedForward } from '../../parts/feedForward';
import { llamaLike, plainFeedForward } from '../../parts/llamaLike';

/** ERNIE 4.5 with experts: between a first and a last layer, every n-th; a correction bias on the router. */
export const ernie45Moe: Family = (context) => {
  const { config, notes } = context;
  const bias = config.flag(false, 'use_bias');
  if (bias) notes.doubt('unknown-key', 'Releases differ in whether routed experts have biases.');
  const experts = config.integer('moe_num_experts');
  const expertsPerToken = config.integer('moe_k');
  const width = config.integer('moe_intermediate_size');
  const shared = config.integerOr(0, 'moe_num_shared_experts');
  const interval = Math.max(1, config.integerOr(1, 'moe_layer_interval'));
  const first = config.integerOr(1, 'moe_layer_start_index');
  const last = config.integerOr(-1, 'moe_layer_end_index');
  config.understood(
    'moe_capacity',
    'moe_gate',
    'moe_use_aux_free',
    'moe_norm_min',
    'num_nextn_predict_layers',
  );
  return llamaLike(context, {
    headBias: bias,
    qkvBias: bias,
    outBias: bias,
    describe: (index) => String(isSparse(index)),
    feedForward: (index, base) =>
      isSparse(index)
        ? expertFeedForward({
            module: `${base.path}mlp`,
            hidden: base.sizes.hidden,
            width,
            experts,
            expertsPerToken,
            sharedWidth: shared * width,
            sharedPath: 'shared_experts',
            sharedBias: bias,
            correctionBias: true,
            correctionName: 'moe_statics.e_score_correction_bias',
          })
        : plainFeedForward(base, { mlpBias: bias }),
  });

  function isSparse(index: number): boolean {
    return (index + 1) % interval === 0 && index >= first && (last < 0 || index <= last);
  }
};
