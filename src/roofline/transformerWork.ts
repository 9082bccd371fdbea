import type { DenoisingNetwork } from '../model/diffusion/networks';
import { attentionSites, streamOf, type Stream } from '../model/diffusion/streams';
import type { Layer, ModelSpec } from '../model/spec';
import type { Place, WorkSum } from './workSum';

/*
 * Passes of a block over its activations where nothing is fused, as PyTorch runs it, in reads and writes of one vector each;
 * counted in diffusers 0.42.1, models/normalization.py, models/embeddings.py, models/transformers/transformer_flux.py.
 */
/** Of each half: norm 2, scale and shift 4, gate and residual addition 6. */
const MODULATED_HALVES = 24;
/** Queries and keys: norms 2 each; rotation in 32 bits, by halves that are put together again, 22 each. */
const HEAD_NORMS = 4;
const ROTATIONS = 44;
/** An activation function reads and writes; a gated one has two halves to read and one more product. */
const ACTIVATION = 2;
const GATED_ACTIVATION = 5;
/** Hidden vectors alive at once: residual, normed, queries, keys, values, both rotated, what attention gives. */
const ALIVE = 8;

/** Adds up the work of one evaluation of a network of transformer blocks. */
export function transformerWork(model: ModelSpec, network: DenoisingNetwork, sum: WorkSum): void {
  const flat = (stream: Stream): Place => ({ stream, level: 0 });
  for (const tensor of model.outside) sum.add(tensor, null, flat(streamOf(tensor, network)), 'outside');
  model.groups.forEach(({ indices, layer }, index) => {
    for (const tensor of layer.weights) {
      sum.add(tensor, indices, flat(streamOf(tensor, network)), String(index));
    }
    const layers = indices.length;
    sum.blocks += layers;
    const sites = attentionSites(layer, network);
    for (const { queries, keys, ...site } of sites) {
      sum.attends({ ...site, queries: flat(queries), keys: flat(keys), layers });
    }
    const [own] = sites;
    if (own)
      sum.passesOver({
        ...blockPasses(layer, model.hiddenSize, own.width, network),
        layers,
        place: flat(own.queries),
      });
  });
}

function blockPasses(
  layer: Layer,
  hidden: number,
  width: number,
  network: DenoisingNetwork,
): { elements: number; alive: number } {
  const ffn = layer.feedForward.kind === 'none' ? 0 : layer.feedForward.width;
  const gated = layer.feedForward.kind !== 'none' && layer.feedForward.matrices === 3;
  const normed = layer.weights.some(({ name }) => /(norm_q|q_norm)\b/.test(name));
  return {
    elements:
      MODULATED_HALVES * hidden +
      ((network.rotary ? ROTATIONS : 0) + (normed ? HEAD_NORMS : 0)) * width +
      (gated ? GATED_ACTIVATION : ACTIVATION) * ffn,
    alive: Math.max(ALIVE * hidden, 2 * hidden + (gated ? 3 : 2) * ffn),
  };
}
