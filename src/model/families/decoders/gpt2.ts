import type { Config } from '../../config';
import type { Family, FamilyContext, FamilyModel } from '../../family';
import { gptLike, type GptLike } from '../../parts/gptLike';
import { hiddenSize, layerCount, transformerSizes } from '../../parts/sizes';

function innerWidth(config: Config, hidden: number): number {
  return config.optional('n_inner', 'intermediate_size') ?? 4 * hidden;
}

function maxPositions(config: Config): number {
  return config.integer('n_positions', 'max_position_embeddings');
}

/** Keys of a classification head that the language model does not have. */
const SUMMARY = ['summary_activation', 'summary_proj_to_labels', 'summary_type', 'summary_use_proj', 'n_ctx'];

/** GPT-2's own block and its kin's: biases everywhere, one matrix for query, key and value. */
function gpt2Like({ config, architecture }: FamilyContext, own: Partial<GptLike> = {}): FamilyModel {
  const sizes = transformerSizes(config);
  const positions = maxPositions(config);
  config.understood(...SUMMARY);
  return gptLike(config, {
    architecture,
    sizes: { ...sizes, kvHeads: sizes.heads },
    width: innerWidth(config, sizes.hidden),
    maxContext: positions,
    positions,
    qkvBias: true,
    outBias: true,
    mlpBias: true,
    layer: 'transformer.h.{layer}.',
    attention: 'attn',
    feedForward: 'mlp',
    fused: 'c_attn',
    attentionNames: { output: 'c_proj' },
    feedForwardNames: { up: 'c_fc', down: 'c_proj' },
    blockNorms: ['ln_1', 'ln_2'],
    outerNorms: ['transformer.ln_f'],
    ...own,
  });
}

/** GPT-2: learned positions, biases everywhere, head tied. */
export const gpt2: Family = (context) => gpt2Like(context);

/** StarCoder and SantaCoder: GPT-2 with one key and value head for all. */
export const gptBigcode: Family = (context) => {
  const { config } = context;
  const sizes = transformerSizes(config);
  config.understood(
    'inference_runner',
    'max_batch_size',
    'max_sequence_length',
    'pad_key_length',
    'pre_allocate_kv_cache',
    'validate_runner_input',
    'num_key_value_heads',
  );
  const kvHeads = config.flag(true, 'multi_query') ? 1 : sizes.heads;
  return gpt2Like(context, { sizes: { ...sizes, kvHeads } });
};

/** What GPT-J and CodeGen share: rotary, both halves behind one norm, no biases in attention, one in the head. */
const GPTJ: Partial<GptLike> = {
  positions: 0,
  qkvBias: false,
  outBias: false,
  headBias: true,
  attentionNames: { output: 'out_proj' },
  feedForwardNames: { up: 'fc_in', down: 'fc_out' },
  blockNorms: ['ln_1'],
};

export const gptj: Family = (context) => {
  context.config.understood('rotary_dim');
  return gpt2Like(context, { ...GPTJ, apart: true });
};

/** CodeGen: GPT-J with query, key and value in one matrix. */
export const codegen: Family = (context) => {
  context.config.understood('rotary_dim');
  return gpt2Like(context, { ...GPTJ, fused: 'qkv_proj' });
};

/** GPT-Neo: local and global layers in turn, biases on all but query, key and value. */
export const gptNeo: Family = (context) => {
  const { config } = context;
  const window = config.integerOr(256, 'window_size');
  const kinds = neoLayers(config, layerCount(config));
  return gpt2Like(context, {
    qkvBias: false,
    apart: true,
    attention: 'attn.attention',
    attentionNames: { output: 'out_proj' },
    window: (index) => (kinds[index] === 'local' ? window : undefined),
  });
};

/** `[[["global", "local"], 12]]` spelled out, or the plain list where the file has one. */
function neoLayers(config: Config, layers: number): readonly unknown[] {
  const listed = config.list('attention_layers');
  const types = config.list('attention_types');
  if (listed !== undefined) return listed;
  const first = types?.[0];
  const pattern =
    Array.isArray(first) && Array.isArray(first[0]) ? (first[0] as unknown[]) : ['global', 'local'];
  return Array.from({ length: layers }, (_, index) => pattern[index % Math.max(1, pattern.length)]);
}

/** GPT 1: GPT-2 without a norm at the end. */
export const openaiGpt: Family = (context) => {
  context.config.understood('afn');
  return gpt2Like(context, {
    width: 4 * hiddenSize(context.config),
    embedding: 'transformer.tokens_embed',
    positionTable: 'transformer.positions_embed',
    outerNorms: [],
  });
};

/** The position table of BioGPT starts with two rows that no position uses. */
const BIOGPT_OFFSET = 2;

export const biogpt: Family = (context) =>
  gpt2Like(context, {
    positions: maxPositions(context.config) + BIOGPT_OFFSET,
    positionTable: 'biogpt.embed_positions',
    embedding: 'biogpt.embed_tokens',
    headModule: 'output_projection',
    apart: true,
    layer: 'biogpt.layers.{layer}.',
    attention: 'self_attn',
    attentionNames: { output: 'out_proj' },
    feedForward: '',
    feedForwardNames: { up: 'fc1', down: 'fc2' },
    blockNorms: ['self_attn_layer_norm', 'final_layer_norm'],
    outerNorms: ['biogpt.layer_norm'],
  });
