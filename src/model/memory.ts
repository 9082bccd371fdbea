import { elementBytes } from '../units/numberFormat';
import type { Bytes } from '../units/quantities';
import { countedTensors, elements } from './count';
import type { AttentionMixer, LayerGroup, Mixer, ModelSpec, WeightTensor } from './spec';
import type { WeightScheme } from './weightScheme';
import { isPlainFormat, weightChoice } from './weightChoice';
import { findScheme, storedBytes } from './weightSchemes';

/**
 * Bytes of all weights on disk and in memory. Without a scheme: as the file itself declares, quantisation and ignore
 * list included. With the id of one: as if the model were stored so; null means the model's own format, unquantised.
 * An unknown id counts as null.
 */
export function weightBytes(spec: ModelSpec, schemeId?: string | null): Bytes {
  const own = schemeId === undefined;
  if (own && spec.storedBytes !== undefined) return spec.storedBytes;
  const scheme = own || schemeId === null ? undefined : findScheme(schemeId);
  const choose = weightChoice(spec, scheme, own);
  const plainBytes = isPlainFormat(scheme) ? (scheme?.bits ?? 0) / 8 : elementBytes(spec.format);
  let sum = 0;
  for (const { tensor, count, layers } of countedTensors(spec)) {
    if (layers === null) {
      sum += count * storedOr(choose(tensor, tensor.name, false), tensor, plainBytes);
      continue;
    }
    const perLayer = count / layers.length;
    let known: { scheme: WeightScheme | undefined; bytes: Bytes } | undefined;
    for (const layer of layers) {
      const chosen = choose(tensor, tensor.name.replaceAll('{layer}', String(layer)), true);
      if (known === undefined || known.scheme !== chosen) {
        known = { scheme: chosen, bytes: storedOr(chosen, tensor, plainBytes) };
      }
      sum += perLayer * known.bytes;
    }
  }
  return sum;
}

function storedOr(scheme: WeightScheme | undefined, tensor: WeightTensor, plainBytes: Bytes): Bytes {
  if (scheme === undefined) return elements(tensor) * plainBytes;
  const rows = tensor.shape[0] ?? 1;
  return storedBytes(scheme, rows, rows === 0 ? 0 : elements(tensor) / rows);
}

/** What the weights are in: the file's quantisation scheme, or its plain format. */
export function weightFormatName(spec: ModelSpec): string {
  return spec.quantisation?.scheme ?? spec.format;
}

/**
 * Bytes of keys and values that one sequence of `tokens` holds. Layers with a window keep at most that many tokens;
 * latent attention keeps one vector of rank + rope width a token, whatever its heads; sparse attention keeps the keys of its
 * indexer beside, in bytes of their own; layers that share another's cache, encoders and recurrent layers keep none.
 * @param bytesPerElement 2 if absent: the contract's figure is at 16 bits.
 */
export function kvCacheBytes(spec: ModelSpec, tokens: number, bytesPerElement: Bytes = 2): Bytes {
  let sum = 0;
  for (const group of spec.groups) {
    const layers = group.indices.length;
    sum += layers * (cachedElements(group, tokens) * bytesPerElement + tokens * indexKeyBytes(group));
  }
  return sum;
}

function indexKeyBytes(group: LayerGroup): Bytes {
  const { mixer } = group.layer;
  return mixer.kind === 'attention' ? (mixer.indexKeyBytes ?? 0) : 0;
}

function cachedElements(group: LayerGroup, tokens: number): number {
  const { mixer, secondMixer } = group.layer;
  return mixerElements(mixer, tokens) + (secondMixer === undefined ? 0 : mixerElements(secondMixer, tokens));
}

function mixerElements(mixer: Mixer, tokens: number): number {
  if (mixer.kind !== 'attention' || !mixer.causal || mixer.sharesCache === true) return 0;
  const kept = mixer.window === undefined ? tokens : Math.min(tokens, mixer.window);
  if (mixer.latent !== undefined) return kept * (mixer.latent.rank + mixer.latent.ropeDim);
  return kept * mixer.kvHeads * (mixer.keyHeadDim + mixer.valueHeadDim);
}

/** Bytes of recurrent and short-convolution state that one sequence holds at any length. */
export function stateBytesPerSequence(spec: ModelSpec): Bytes {
  const compute = elementBytes(spec.format);
  let sum = 0;
  for (const group of spec.groups) {
    for (const mixer of [group.layer.mixer, group.layer.secondMixer]) {
      if (mixer?.kind !== 'recurrent') continue;
      const state = mixer.stateElements * mixer.stateElementBytes + mixer.convolutionElements * compute;
      sum += group.indices.length * state;
    }
  }
  return sum;
}

export type AttentionName = 'mha' | 'gqa' | 'mqa' | 'mla' | 'sliding' | 'hybrid' | 'linear' | 'none';

/**
 * One word for how the model's tokens mix: `hybrid` where softmax attention and a recurrent mixer are both there,
 * `linear` where only the latter is, `sliding` where every layer or all but some look through a window.
 */
export function attentionName(spec: ModelSpec): AttentionName {
  const own = spec.groups.flatMap((group) => mixersOf(group.layer.mixer, group.layer.secondMixer));
  const mixers = own.length > 0 ? own : towerMixers(spec);
  const attention = mixers.filter((mixer): mixer is AttentionMixer => mixer.kind === 'attention');
  const recurrent = mixers.some((mixer) => mixer.kind === 'recurrent');
  if (attention.length === 0) return recurrent ? 'linear' : 'none';
  if (recurrent) return 'hybrid';
  if (attention.some((mixer) => mixer.latent !== undefined)) return 'mla';
  const limit = spec.maxContext ?? Infinity;
  if (attention.some((mixer) => mixer.window !== undefined && mixer.window < limit)) return 'sliding';
  const first = attention[0];
  if (first === undefined || first.kvHeads === first.queryHeads) return 'mha';
  return first.kvHeads === 1 ? 'mqa' : 'gqa';
}

function mixersOf(...mixers: (Mixer | undefined)[]): Mixer[] {
  return mixers.filter((mixer): mixer is Mixer => mixer !== undefined && mixer.kind !== 'none');
}

function towerMixers(spec: ModelSpec): Mixer[] {
  return spec.towers.flatMap((tower) => tower.groups.map((group) => group.layer.mixer));
}
