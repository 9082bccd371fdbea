import type { Bytes } from '../../units/quantities';
import { elementBytes } from '../../units/numberFormat';
import { formatBinaryBytes, formatCount, formatInteger, formatPercent } from '../../units/format';
import { countedTensors, elements, totalParameters } from '../count';
import { kvCacheBytes } from '../memory';
import type { AttentionMixer, LayerGroup, ModelSpec, Part } from '../spec';

/** The layers whose cache grows with every token, most numerous first. */
export function cachingGroups(spec: ModelSpec): { group: LayerGroup; mixer: AttentionMixer }[] {
  return spec.groups
    .flatMap((group) => {
      const { mixer } = group.layer;
      return mixer.kind === 'attention' && mixer.causal && mixer.sharesCache !== true
        ? [{ group, mixer }]
        : [];
    })
    .sort((a, b) => b.group.indices.length - a.group.indices.length);
}

export function layersThatCache(spec: ModelSpec): number {
  return cachingGroups(spec).reduce((sum, { group }) => sum + group.indices.length, 0);
}

/**
 * `KV cache 128 KiB a token = 2 × 32 layers × 8 heads × 128 × 2 B`, or what it is for latent and mixed stacks; null for
 * models that keep no cache.
 */
export function cacheFormula(spec: ModelSpec): string | null {
  const groups = cachingGroups(spec);
  const first = groups[0]?.mixer;
  if (first === undefined) return null;
  const total = `KV cache **${formatBinaryBytes(kvCacheBytes(spec, 1))} a token**`;
  const shapes = new Set(groups.map(({ mixer }) => cacheShape(mixer)));
  const beside = indexTerm(groups);
  if (shapes.size === 1) return `${total} = ${shapeTerm(first, layersThatCache(spec))} × 2 B${beside}`;
  const terms = new Map<string, { mixer: AttentionMixer; layers: number }>();
  for (const { group, mixer } of groups) {
    const key = cacheShape(mixer);
    const known = terms.get(key);
    if (known === undefined) terms.set(key, { mixer, layers: group.indices.length });
    else known.layers += group.indices.length;
  }
  return `${total} = (${[...terms.values()].map((each) => shapeTerm(each.mixer, each.layers)).join(' + ')}) × 2 B${beside}`;
}

/** What sparse attention keeps beside the cache to choose keys by, as a further term; empty for others. */
function indexTerm(groups: readonly { group: LayerGroup; mixer: AttentionMixer }[]): string {
  const indexed = groups.filter(({ mixer }) => mixer.indexKeyBytes !== undefined);
  const first = indexed[0]?.mixer.indexKeyBytes;
  if (first === undefined) return '';
  const layers = indexed.reduce((sum, { group }) => sum + group.indices.length, 0);
  return ` + ${formatInteger(layers)} layers × ${formatInteger(first)} B of index keys`;
}

function cacheShape(mixer: AttentionMixer): string {
  const latent =
    mixer.latent === undefined ? '' : `${String(mixer.latent.rank)}+${String(mixer.latent.ropeDim)}`;
  return `${latent}/${String(mixer.kvHeads)}/${String(mixer.keyHeadDim)}/${String(mixer.valueHeadDim)}`;
}

function shapeTerm(mixer: AttentionMixer, layers: number): string {
  if (mixer.latent !== undefined) {
    return `${formatInteger(layers)} layers × (${String(mixer.latent.rank)} + ${String(mixer.latent.ropeDim)})`;
  }
  const heads = `${formatInteger(layers)} layers × ${plural(mixer.kvHeads, 'head')}`;
  if (mixer.keyHeadDim !== mixer.valueHeadDim) {
    return `${heads} × (${String(mixer.keyHeadDim)} + ${String(mixer.valueHeadDim)})`;
  }
  return `2 × ${heads} × ${String(mixer.keyHeadDim)}`;
}

export function plural(count: number, noun: string): string {
  return `${formatInteger(count)} ${noun}${count === 1 ? '' : 's'}`;
}

/** Parameters of the given parts, and their share of all. */
export function shareOfParts(spec: ModelSpec, parts: readonly Part[]): { parameters: number; share: number } {
  let parameters = 0;
  for (const { tensor, count } of countedTensors(spec)) {
    if (tensor.role !== 'buffer' && parts.includes(tensor.part)) parameters += count * elements(tensor);
  }
  const total = totalParameters(spec);
  return { parameters, share: total === 0 ? 0 : parameters / total };
}

/** `525 M parameters, 6.54 % of the model`. */
export function partSentence(spec: ModelSpec, parts: readonly Part[]): string {
  const { parameters, share } = shareOfParts(spec, parts);
  return `${formatCount(parameters)} parameters, ${formatPercent(share)} of the model`;
}

/** Bytes that so many parameters take in the model's own plain format. */
export function plainBytes(spec: ModelSpec, parameters: number): Bytes {
  return parameters * elementBytes(spec.format);
}

/** `4×`, `an eighth`, `half`: a ratio as people say it. */
export function times(ratio: number): string {
  const fractions: Readonly<Record<number, string>> = {
    2: 'half',
    3: 'a third',
    4: 'a quarter',
    8: 'an eighth',
  };
  if (ratio >= 1)
    return `${formatInteger(ratio * 100) === `${formatInteger(ratio)}00` ? formatInteger(ratio) : ratio.toFixed(1)}×`;
  const inverse = Math.round(1 / ratio);
  if (Math.abs(1 / ratio - inverse) < 1e-9) return fractions[inverse] ?? `1/${String(inverse)}`;
  return `${ratio.toFixed(2)}×`;
}

export function isCount(value: unknown): value is number {
  return (
    typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= Number.MAX_SAFE_INTEGER
  );
}

/** True for keys inside a vision or audio part, where the language model's formulas do not hold. */
export function isInTower(path: readonly (string | number)[]): boolean {
  return path.some(
    (step) => typeof step === 'string' && /vision|visual|audio|vit|speech|image|encoder_config/i.test(step),
  );
}
