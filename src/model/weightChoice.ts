import { isIgnored } from './ignoreList';
import type { Quantisation } from './quantisation';
import type { ModelSpec, WeightTensor } from './spec';
import type { WeightScheme } from './weightScheme';
import { findScheme } from './weightSchemes';

/** Which scheme a tensor is stored under; undefined for the model's plain format. `name` has its layer put in. */
export type WeightChoice = (tensor: WeightTensor, name: string, inLayer: boolean) => WeightScheme | undefined;

/** The choice under a given scheme, or under what the file itself says where none is given. */
export function weightChoice(spec: ModelSpec, scheme: WeightScheme | undefined, own: boolean): WeightChoice {
  return own ? ownChoice(spec.quantisation) : givenChoice(scheme);
}

function givenChoice(scheme: WeightScheme | undefined): WeightChoice {
  if (scheme === undefined) return () => undefined;
  return (tensor, _, inLayer) => (takesPart(tensor, scheme, inLayer) ? scheme : undefined);
}

/** What the file's own quantisation says of each module: its ignore list first, then its parts, then the rest. */
function ownChoice(own: Quantisation | null): WeightChoice {
  if (own === null) return () => undefined;
  const ignored = isIgnored(own.ignored);
  const rest = own.partsOnly === true ? undefined : schemeOf(own);
  const parts = (own.parts ?? []).map((part) => ({
    matches: part.targets.includes('Linear') ? (): boolean => true : isIgnored(part.targets),
    named: !part.targets.includes('Linear'),
    scheme: part.scheme === null ? undefined : schemeOf({ ...part, scheme: part.scheme }),
  }));
  return (tensor, name, inLayer) => {
    if ((tensor.role !== 'linear' && tensor.role !== 'lookup') || ignored(name)) return undefined;
    const part = parts.find(({ matches }) => matches(name));
    if (part === undefined) return rest !== undefined && takesPart(tensor, rest, inLayer) ? rest : undefined;
    if (part.scheme === undefined) return undefined;
    return part.named || takesPart(tensor, part.scheme, inLayer) ? part.scheme : undefined;
  };
}

/** A scheme of the table with the file's own bits, group and scales. */
function schemeOf(said: {
  scheme: string;
  bits: number;
  group: WeightScheme['group'];
  scaleBits?: number;
}): WeightScheme | undefined {
  const base = findScheme(said.scheme);
  if (base === undefined) return undefined;
  return { ...base, bits: said.bits, group: said.group, scaleBits: said.scaleBits ?? base.scaleBits };
}

/** Formats without scales apply to every weight alike; quantised ones to linear weights that they cover. */
export function isPlainFormat(scheme: WeightScheme | undefined): boolean {
  return scheme !== undefined && scheme.scaleBits === 0 && scheme.covers.embedding && scheme.bits >= 16;
}

function takesPart(tensor: WeightTensor, scheme: WeightScheme, inLayer: boolean): boolean {
  if (isPlainFormat(scheme)) return false;
  if (tensor.role === 'lookup') return scheme.covers.embedding && tensor.part === 'embedding';
  if (tensor.role !== 'linear') return false;
  if (tensor.part === 'head') return scheme.covers.head;
  return inLayer && (scheme.covers.head || !ROUTER.test(tensor.name));
}

/** Routers stay in the model's format: every tool leaves them out, and few say so. Whole-file formats take them along. */
const ROUTER = /(?:^|\.)(?:gate|router|router\.layer|router\.proj|gate\.wg|shared_expert_gate)\.weight$/;
