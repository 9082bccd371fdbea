import type { TechniqueEntry } from './technique';

/** What a technique works on, in the engine's terms. */
export type TermName =
  | 'weight bytes'
  | 'weight memory'
  | 'linear compute'
  | 'attention compute'
  | 'cache bytes'
  | 'prompt tokens'
  | 'output tokens'
  | 'layers'
  | 'kernel efficiency'
  | 'fixed time'
  | 'communication'
  | 'spare compute'
  | 'placement';

const BY_MODIFIER: Record<string, readonly TermName[]> = {
  attentionWeightBytes: ['weight bytes'],
  feedForwardWeightBytes: ['weight bytes'],
  storedWeights: ['weight memory'],
  prefillLinearFlop: ['linear compute'],
  decodeLinearFlop: ['linear compute'],
  prefillAttentionFlop: ['attention compute'],
  kvReadBytes: ['cache bytes'],
  kvStoredBytes: ['cache bytes'],
  layersRun: ['layers', 'weight bytes', 'linear compute'],
  promptTokens: ['prompt tokens'],
  outputTokens: ['output tokens'],
  bandwidthAttained: ['kernel efficiency'],
  computeAttained: ['kernel efficiency'],
  fixedSeconds: ['fixed time'],
  communication: ['communication'],
};

const BY_SETTING: Record<string, readonly TermName[]> = {
  weights: ['weight bytes', 'weight memory'],
  kv: ['cache bytes'],
  attention: ['attention compute'],
  maxSequences: ['spare compute'],
  maxBatchedTokens: ['spare compute'],
  prefixCaching: ['prompt tokens'],
  chunkedPrefill: ['spare compute'],
  graphs: ['fixed time'],
};

/** The terms that a technique changes, each once. */
export function termsOf({ effect }: TechniqueEntry): readonly TermName[] {
  const terms = new Set<TermName>();
  for (const name of Object.keys(effect.modifiers ?? {}))
    for (const term of BY_MODIFIER[name] ?? []) terms.add(term);
  for (const name of Object.keys(effect.setup ?? {}))
    for (const term of BY_SETTING[name] ?? []) terms.add(term);
  if (effect.speculation) terms.add('spare compute');
  if (effect.cachedPromptShare !== undefined || effect.imageTokensKept !== undefined)
    terms.add('prompt tokens');
  if (effect.weightsFromHost) terms.add('weight memory').add('weight bytes');
  if (effect.cacheResident !== undefined) terms.add('cache bytes');
  if (effect.spread) terms.add('placement').add('communication');
  return [...terms];
}

/** Terms that two techniques both work on: their gains do not simply multiply there, so the engine is asked anew. */
export function sharedTerms(a: TechniqueEntry, b: TechniqueEntry): readonly TermName[] {
  const theirs = new Set(termsOf(b));
  return termsOf(a).filter((term) => theirs.has(term));
}
