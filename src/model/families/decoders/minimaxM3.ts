import type { Family } from '../../family';
import { denseFeedForward } from '../../parts/feedForward';
import { llamaLike, plainAttention } from '../../parts/llamaLike';
import { matrix, norm } from '../../parts/tensors';
import type { WeightTensor } from '../../spec';
import { fineExperts } from './fineExperts';

/** MiniMax M3, text: norms on every head, some layers pick blocks of keys by an indexer of a few heads. */
export const minimaxM3Text: Family = (context) => {
  const { config } = context;
  const sparse = config.section('sparse_attention_config', {});
  const frequency = sparse?.list('sparse_attention_freq');
  const types = config.texts('layer_types');
  const isIndexed = (index: number): boolean =>
    types === undefined
      ? frequency?.[index] === 1 || frequency?.[index] === true
      : types[index] === 'minimax_m3_sparse';
  const mlpTypes = config.texts('mlp_layer_types');
  const listed = config.list('moe_layer_freq');
  const isSparse = (index: number): boolean =>
    mlpTypes === undefined
      ? listed === undefined || (listed[index] !== 0 && listed[index] !== false)
      : mlpTypes[index] === 'sparse';
  const indexHeads = sparse?.optional('sparse_num_index_heads') ?? config.integer('index_n_heads');
  const indexDim = sparse?.optional('sparse_index_dim') ?? config.integer('index_head_dim');
  sparse?.understood('sparse_block_size', 'sparse_topk_blocks', 'sparse_local_block', 'use_sparse_attention');
  sparse?.understood('sparse_init_block', 'sparse_score_type', 'sparse_disable_index_value');
  config.understood('index_block_size', 'index_topk_blocks', 'index_local_blocks', 'use_qk_norm');
  config.understood('qk_norm_type', 'num_mtp_modules', 'mtp_transformer_layers', 'use_mtp', 'use_gemma_norm');
  const width = config.integer('intermediate_size');
  const denseWidth = config.integer('dense_intermediate_size');
  const experts = fineExperts(config, {
    width,
    sharedWidth: config.integerOr(0, 'shared_intermediate_size'),
    correctionBias: true,
  });
  // The text model taken out of its wrapper repeats the experts' width and says that the router learns a correction.
  config.understood(
    'n_shared_experts',
    'moe_intermediate_size',
    'use_routing_bias',
    'num_nextn_predict_layers',
  );
  return llamaLike(context, {
    window: { slides: () => false },
    describe: (index) => `${String(isIndexed(index))} ${String(isSparse(index))}`,
    attention: (index, base) => {
      const block = plainAttention(index, base, { qkNorm: 'head' });
      if (!isIndexed(index)) return block;
      const module = `${base.path}self_attn.indexer`;
      const indexer: WeightTensor[] = [
        ...matrix(`${module}.q_proj`, indexHeads * indexDim, base.sizes.hidden, 'attention'),
        ...matrix(`${module}.k_proj`, indexDim, base.sizes.hidden, 'attention'),
        ...norm(`${module}.q_norm`, indexDim, 'rms'),
        ...norm(`${module}.k_norm`, indexDim, 'rms'),
      ];
      return { ...block, weights: [...block.weights, ...indexer] };
    },
    feedForward: (index, base) =>
      isSparse(index)
        ? experts(base)
        : denseFeedForward({ module: `${base.path}mlp`, hidden: base.sizes.hidden, width: denseWidth }),
  });
};
