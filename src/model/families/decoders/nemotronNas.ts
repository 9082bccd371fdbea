import { isObject, type JsonObject } from '../../config';
import type { Family } from '../../family';
import { NO_FEED_FORWARD, NO_MIXER, type FeedForwardBlock, type MixerBlock } from '../../parts/block';
import { denseFeedForward } from '../../parts/feedForward';
import { llamaLike, plainAttention, type BlockContext } from '../../parts/llamaLike';
import { matrix } from '../../parts/tensors';
import { ReadFailure } from '../../readFailure';

/** Widths of searched networks are rounded up to a multiple of this. */
const WIDTH_MULTIPLE = 256;

/** Llama-Nemotron from architecture search: every block says its own heads and width, or leaves a half out. */
export const nemotronNas: Family = (context) => {
  const { config } = context;
  const blocks = config.list('block_configs') ?? [];
  const part = (index: number, name: 'attention' | 'ffn'): JsonObject => {
    const block = blocks[index];
    const section = isObject(block) ? block[name] : undefined;
    if (!isObject(section))
      throw new ReadFailure('missing-key', `block_configs[${String(index)}].${name} is not said.`);
    return section;
  };
  config.understood('num_key_value_heads', 'intermediate_size');
  const bias = config.flag(false, 'attention_bias');
  return llamaLike(context, {
    describe: (index) => JSON.stringify([part(index, 'attention'), part(index, 'ffn')]),
    attention: (index, base) => attention(part(index, 'attention'), index, base, bias),
    feedForward: (index, base) => feedForward(part(index, 'ffn'), base),
    blockNorms: [],
    others: (index, base) => [
      ...(part(index, 'attention').no_op === true ? [] : [norm(base, 'input_layernorm')]),
      ...(part(index, 'ffn').no_op === true ? [] : [norm(base, 'post_attention_layernorm')]),
    ],
  });
};

function norm(base: BlockContext, name: string) {
  return {
    name: `${base.path}${name}.weight`,
    shape: [base.sizes.hidden],
    part: 'norms',
    role: 'vector',
  } as const;
}

function attention(section: JsonObject, index: number, base: BlockContext, bias: boolean): MixerBlock {
  if (section.no_op === true) return NO_MIXER;
  const { hidden, heads } = base.sizes;
  if (section.replace_with_linear === true) {
    return { ...NO_MIXER, weights: matrix(`${base.path}self_attn.linear_attn`, hidden, hidden, 'attention') };
  }
  const group = section.n_heads_in_group;
  if (typeof group !== 'number' || group < 1 || heads % group !== 0) {
    throw new ReadFailure('contradiction', `n_heads_in_group does not divide ${String(heads)} heads.`);
  }
  return plainAttention(
    index,
    { ...base, sizes: { ...base.sizes, kvHeads: heads / group } },
    { qkvBias: bias, outBias: bias },
  );
}

function feedForward(section: JsonObject, base: BlockContext): FeedForwardBlock {
  if (section.no_op === true) return NO_FEED_FORWARD;
  const { hidden } = base.sizes;
  if (section.replace_with_linear === true) {
    return {
      ...NO_FEED_FORWARD,
      weights: matrix(`${base.path}mlp.linear_mlp`, hidden, hidden, 'feedForward'),
    };
  }
  const said = section.intermediate_size;
  const multiplier = section.ffn_mult;
  if (typeof said !== 'number' && typeof multiplier !== 'number')
    throw new ReadFailure('missing-key', 'ffn_mult is not said.');
  const raw = typeof said === 'number' ? said : Math.trunc((2 * Number(multiplier) * hidden) / 3);
  const width = typeof said === 'number' ? said : Math.ceil(raw / WIDTH_MULTIPLE) * WIDTH_MULTIPLE;
  return denseFeedForward({ module: `${base.path}mlp`, hidden, width });
}
