import type { Config } from '../../config';
import type { WindowRule } from '../../parts/window';

/** Every n-th layer sees everything and the others slide; or as letters say, `LLLG`: local, local, local, global. */
export function slidingExceptEvery(config: Config, fallback: number): WindowRule {
  const letters = config.raw.sliding_window_pattern;
  if (typeof letters === 'string' && /^[LG]{1,64}$/.test(letters)) {
    config.understood('sliding_window_pattern');
    return { slides: (index) => letters[index % letters.length] === 'L' };
  }
  const every = Math.max(1, config.integerOr(fallback, 'sliding_window_pattern', '_sliding_window_pattern'));
  return { slides: (index) => (index + 1) % every !== 0 };
}
