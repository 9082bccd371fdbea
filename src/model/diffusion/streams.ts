import type { Layer, WeightTensor } from '../spec';
import type { DenoisingNetwork } from './networks';

/**
 * What a weight of a denoising network is applied to: every place of the picture, of the text, of both in one sequence, or one
 * vector a sample (time step, shifts and scales).
 */
export type Stream = 'picture' | 'text' | 'both' | 'sample';

/** Attention in a block: whose queries look at whose keys, how wide all heads together are, how many such blocks. */
export interface AttentionSite {
  queries: Stream;
  keys: Stream;
  /** Heads × (key + value width) / 2. */
  width: number;
  /** Widest head; attention that is linear in its tokens costs that in place of the number of keys. */
  headWidth: number;
  linear: boolean;
  copies: number;
}

/** Time steps and what else is one vector a sample, by the names that diffusers gives its modules. */
const SAMPLE =
  /(^|\.)(adaln_single|adaLN_modulation|img_mod|txt_mod|\w+_modulation(_img|_txt)?|time\w*|t_embedder|p_embedder|distilled_guidance_layer|proj_out_1|add_embedding|class_embedding)(\.|$)|(^|\.)norm\w*\.(linear|emb)/;

/** The text's own weights where it keeps a sequence of its own. */
const TEXT =
  /(^|\.)(add_[qkv]_proj|to_add_out|ff_context|txt_mlp|txt_in|context_embedder|caption_projection|cap_embedder|text_embedder|image_embedder|text_proj|context_refiner|to_[qkv]_t|to_out_t|ff_t)(\.|$)/;

/** Of Mochi and Lumina 2: beside the time step by name, and applied to every place of the text. */
const TEXT_BY_THE_TIME = /(^|\.)(caption_proj|pooler\.to_kv)(\.|$)/;

const CROSS_KEYS = /(^|\.)attn2\.(to_[kv]|add_[kv]_proj)(\.|$)/;
const SINGLE = /(^|\.)single\w*blocks\./;
const BLOCK = /^(layers|transformer_blocks|blocks)\./;

/** What a weight of a transformer is applied to. */
export function streamOf(tensor: WeightTensor, network: DenoisingNetwork): Stream {
  const { name } = tensor;
  const lumina = network.network.startsWith('Lumina');
  if (TEXT_BY_THE_TIME.test(name)) return 'text';
  if (/caption_embedder/.test(name)) return network.attends === 'stream' ? 'text' : 'sample';
  if (lumina && name.startsWith('norm_out.linear_2')) return 'picture';
  if (SAMPLE.test(name)) return 'sample';
  if (TEXT.test(name)) return 'text';
  if (network.attends === 'cross' && CROSS_KEYS.test(name)) return 'text';
  if (network.attends === 'joint' && SINGLE.test(name)) return 'both';
  if (network.attends === 'stream' && BLOCK.test(name)) return 'both';
  return 'picture';
}

/** Where a transformer's layer attends, from the weights that it has. */
export function attentionSites(layer: Layer, network: DenoisingNetwork): AttentionSite[] {
  const { mixer } = layer;
  if (mixer.kind !== 'attention') return [];
  const own = layer.weights.find(
    (tensor) => tensor.role === 'linear' && streamOf(tensor, network) !== 'sample',
  );
  const stream = own === undefined ? 'picture' : streamOf(own, network);
  const joins = layer.weights.some(({ name }) => /\.(add_k_proj|to_k_t)\./.test(name) && !/attn2/.test(name));
  const seen = joins ? 'both' : stream;
  const width = (mixer.queryHeads * (mixer.keyHeadDim + mixer.valueHeadDim)) / 2;
  const headWidth = Math.max(mixer.keyHeadDim, mixer.valueHeadDim);
  const sites: AttentionSite[] = [
    { queries: seen, keys: seen, width, headWidth, linear: network.linear === true, copies: 1 },
  ];
  const second = layer.weights.find(({ name }) => /(^|\.)attn2\.to_q\.weight$/.test(name));
  if (second !== undefined) {
    const keys = network.attends === 'cross' ? 'text' : 'picture';
    sites.push({
      queries: 'picture',
      keys,
      width: second.shape[0] ?? width,
      headWidth,
      linear: false,
      copies: 1,
    });
  }
  return sites;
}
