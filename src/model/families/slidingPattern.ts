import type { Config } from '../config';
import type { WindowRule } from '../parts/window';

/** Every n-th layer sees everything, the others slide. */
export function slidingExceptEvery(config: Config, fallback: number): WindowRule {
  const every = Math.max(1, config.integerOr(fallback, 'sliding_window_pattern', '_sliding_window_pattern'));
  return { slides: (index) => (index + 1) % every !== 0 };
}
