import type { Tokens } from '../units/quantities';
import type { Scenario } from './scenario';

/**
 * Tokens of each prompt that prefill finds in the cache. At least one is always computed, since the first answer token comes from
 * it; an engine that keeps no prefixes finds none, and so does a model whose tokens see those after them.
 */
export function cachedPromptTokens({ model, setup, workload }: Scenario, promptTokens: Tokens): Tokens {
  if (!setup.prefixCaching || model.kind === 'encoder') return 0;
  return Math.min(workload.sharedPrefixTokens, Math.max(0, promptTokens - 1));
}
