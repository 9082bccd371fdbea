import type { Config } from '../../config';
import type { Family, FamilyContext, FamilyModel } from '../../family';
import { NO_FEED_FORWARD, type MixerBlock } from '../../parts/block';
import { planLayers } from '../../parts/foldLayers';
import { groupedAttention } from '../../parts/groupedAttention';
import { headOf } from '../../parts/head';
import { mamba1, mamba2, STATE_SPACE_KEYS } from '../../parts/mamba';
import {
  contextLimit,
  headCount,
  hiddenSize,
  kvHeadCount,
  layerCount,
  vocabularySize,
} from '../../parts/sizes';
import { lookup, matrix, norm } from '../../parts/tensors';
import type { WeightTensor } from '../../spec';
import { timeStepRank } from './mamba';

interface Hybrid {
  context: FamilyContext;
  /** Which layers pass through a shared transformer block before their Mamba. */
  isHybrid: (index: number) => boolean;
  layers: number;
  stateSpace: (path: string) => MixerBlock;
  /** Weights of the shared blocks, stored once however often they are passed through. */
  shared: readonly WeightTensor[];
}

/** Width of what comes into the shared blocks: the state and the embedding side by side. */
function joinedWidth(config: Config): number {
  return config.optional('attention_hidden_size') ?? 2 * hiddenSize(config);
}

/** Attention over the state and the embedding side by side. */
function sharedAttention(config: Config, module: string): MixerBlock {
  const hidden = hiddenSize(config);
  const heads = headCount(config);
  const joined = joinedWidth(config);
  const headDim = config.optional('attention_head_dim') ?? joined / heads;
  const kvHeads = kvHeadCount(config, heads);
  const { mixer } = groupedAttention({ module, hidden, queryHeads: heads, kvHeads, headDim });
  return {
    mixer,
    weights: [
      ...matrix(`${module}.q_proj`, heads * headDim, joined, 'attention'),
      ...matrix(`${module}.k_proj`, kvHeads * headDim, joined, 'attention'),
      ...matrix(`${module}.v_proj`, kvHeads * headDim, joined, 'attention'),
      ...matrix(`${module}.o_proj`, hidden, heads * headDim, 'attention'),
    ],
  };
}

function hybrid({ context, isHybrid, layers, stateSpace, shared }: Hybrid): FamilyModel {
  const { config, notes } = context;
  const hidden = hiddenSize(config);
  const vocabulary = vocabularySize(config);
  const head = headOf(config, hidden, vocabulary, { architecture: context.architecture });
  if (!head.tied && head.known)
    notes.doubt('untied-blocks', 'Releases differ in what an untied model shares between its layers.');
  notes.remark(
    'shared-weights',
    'Transformer blocks are shared by many layers: stored once, worked through in each of those layers.',
  );
  config.understood(
    'attention_head_dim',
    'attention_hidden_size',
    'kv_channels',
    'num_query_groups',
    'sliding_window',
  );
  const attention = { mixer: sharedAttention(config, '').mixer, weights: [] };
  return {
    kind: 'decoder',
    hidden,
    vocabulary,
    maxContext: contextLimit(config),
    layers: planLayers(
      layers,
      (index) => String(isHybrid(index)),
      (index) => {
        const path = `model.layers.{layer}.${isHybrid(index) ? 'mamba_decoder.' : ''}`;
        return {
          mixer: stateSpace(`${path}mamba`),
          feedForward: NO_FEED_FORWARD,
          others: [
            ...norm(`${path}input_layernorm`, hidden, 'rms'),
            ...(isHybrid(index) ? matrix('model.layers.{layer}.linear', hidden, hidden, 'other') : []),
          ],
          ...(isHybrid(index) ? { second: attention } : {}),
        };
      },
    ),
    outside: [
      lookup('model.embed_tokens', vocabulary, hidden),
      ...shared,
      ...norm('model.final_layernorm', hidden, 'rms'),
      ...head.weights,
    ],
    tiedHead: head.tied,
    headKnown: head.known,
  };
}

/** Zamba: Mamba throughout, one transformer block that every sixth layer or so passes through first. */
export const zamba: Family = (context) => {
  const { config } = context;
  const hidden = hiddenSize(config);
  const width = config.integer('intermediate_size');
  const period = Math.max(1, config.integer('attn_layer_period'));
  const offset = config.integer('attn_layer_offset');
  const types = config.texts('layers_block_type');
  const isHybrid = (index: number): boolean => {
    if (types !== undefined) return types[index] === 'hybrid';
    return index < 3 ? index === 2 : (index - 3) % period === offset;
  };
  const block = 'model.shared_transf.';
  config.understood(...STATE_SPACE_KEYS, 'n_mamba_heads');
  return hybrid({
    context,
    isHybrid,
    layers: layerCount(config),
    stateSpace: (module) =>
      mamba1({
        module,
        hidden,
        inner: config.integer('mamba_expand') * hidden,
        state: config.integer('mamba_d_state'),
        kernel: config.integer('mamba_d_conv'),
        timeRank: timeStepRank(config, hidden, 'mamba_dt_rank'),
        bias: config.flag(false, 'mamba_proj_bias'),
        convolutionBias: config.flag(true, 'mamba_conv_bias'),
      }),
    shared: [
      ...sharedAttention(config, `${block}self_attn`).weights,
      ...norm(`${block}input_layernorm`, joinedWidth(config), 'rms'),
      ...norm(`${block}pre_ff_layernorm`, hidden, 'rms'),
      ...['gate_proj', 'up_proj'].flatMap((name) =>
        matrix(`${block}feed_forward.${name}`, width, hidden, 'feedForward'),
      ),
      ...matrix(`${block}feed_forward.down_proj`, hidden, width, 'feedForward'),
    ],
  });
};

/** Blocks and their adapters are listed one by one; no file has more than a handful. */
const MAX_BLOCKS = 64;

/** Zamba 2: Mamba 2, several shared blocks in turn, low-rank adapters for each pass. */
export const zamba2: Family = (context) => {
  const { config, notes } = context;
  const hidden = hiddenSize(config);
  const width = config.optional('intermediate_size', 'ffn_hidden_size') ?? 4 * hidden;
  const types = config.texts('layers_block_type') ?? [];
  const isHybrid = (index: number): boolean => types[index] === 'hybrid';
  const blocks = Math.min(MAX_BLOCKS, config.integer('num_mem_blocks'));
  const passes = types.filter((type) => type === 'hybrid').length;
  const bias = config.flag(false, 'add_bias_linear');
  const rank = config.integer('adapter_rank');
  const inner = config.integer('mamba_expand') * hidden;
  const heads = config.integer('n_mamba_heads');
  const attentionWidth = joinedWidth(config);
  if (types.length !== layerCount(config) || config.integer('num_mem_blocks') > MAX_BLOCKS)
    notes.doubt('contradiction', 'layers_block_type does not list a kind for every layer.');
  config.understood(
    'mamba_headdim',
    'hybrid_layer_ids',
    'use_shared_mlp_adapter',
    'use_mem_rope',
    'use_conv_bias',
  );
  config.understood(...STATE_SPACE_KEYS, 'use_long_context', 'use_mem_eff_path');
  const adapter = (module: string, out: number, input: number): WeightTensor[] => [
    ...matrix(`${module}.0`, rank, input, 'other'),
    ...matrix(`${module}.1`, out, rank, 'other'),
  ];
  const adapted = config.flag(false, 'use_shared_attention_adapter');
  const shared: WeightTensor[] = [];
  for (let block = 0; block < blocks; block += 1) {
    const path = `model.shared_transformer.${String(block)}.`;
    shared.push(
      ...sharedAttention(config, `${path}self_attn`).weights,
      ...norm(`${path}input_layernorm`, joinedWidth(config), 'rms'),
      ...norm(`${path}pre_ff_layernorm`, hidden, 'rms'),
      ...matrix(`${path}feed_forward.gate_up_proj`, 2 * width, hidden, 'feedForward', { bias }),
      ...matrix(`${path}feed_forward.down_proj`, hidden, width, 'feedForward', { bias }),
    );
  }
  for (let pass = 0; pass < passes; pass += 1) {
    const path = `model.shared_transformer.${String(pass % Math.max(1, blocks))}.`;
    shared.push(
      ...adapter(`${path}feed_forward.gate_up_proj_adapter_list.${String(pass)}`, 2 * width, hidden),
    );
    if (!adapted) continue;
    for (const name of ['q', 'k', 'v'])
      shared.push(
        ...adapter(
          `${path}self_attn.linear_${name}_adapter_list.${String(pass)}`,
          attentionWidth,
          attentionWidth,
        ),
      );
  }
  return hybrid({
    context,
    isHybrid,
    layers: layerCount(config),
    stateSpace: (module) =>
      mamba2({
        module,
        hidden,
        heads,
        headDim: inner / heads,
        state: config.integer('mamba_d_state'),
        groups: config.integer('mamba_ngroups'),
        kernel: config.integer('mamba_d_conv'),
        bias,
      }),
    shared,
  });
};
