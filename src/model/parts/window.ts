import type { Config } from '../config';

/** Tokens that layer `index` looks back at, or undefined where it looks at everything. */
export type WindowOf = (index: number) => number | undefined;

const SLIDING = new Set([
  'sliding_attention',
  'sliding',
  'sliding_window',
  'local',
  'local_attention',
  'SWA',
]);
const CHUNKED = new Set(['chunked_attention']);

export interface WindowRule {
  /** Layers whose index says yes slide, where the file has no `layer_types`. All do if absent. */
  slides?: (index: number) => boolean;
}

/**
 * Which layers slide. `layer_types` decides where it is; `use_sliding_window: false` switches a window off whatever
 * its size says; otherwise the family's own rule decides.
 */
export function windows(config: Config, rule: WindowRule = {}): WindowOf {
  const size = config.optional('sliding_window', 'sliding_window_size', 'sliding_window_attention_size');
  const use = config.flag(true, 'use_sliding_window');
  const types = config.texts('layer_types');
  const chunk = config.optional('attention_chunk_size');
  if (types !== undefined) {
    return (index) => {
      const type = types[index];
      if (type !== undefined && CHUNKED.has(type)) return chunk;
      return type !== undefined && SLIDING.has(type) && size !== undefined && size > 0 ? size : undefined;
    };
  }
  if (!use || size === undefined || size < 1) return () => undefined;
  return (index) => ((rule.slides?.(index) ?? true) ? size : undefined);
}
