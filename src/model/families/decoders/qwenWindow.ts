import type { Config } from '../../config';
import type { WindowRule } from '../../parts/window';

/** The layers from `max_window_layers` upwards slide, and only where `use_sliding_window` says so (off by default). */
export function upperLayersSlide(config: Config): WindowRule {
  const on = config.flag(false, 'use_sliding_window');
  const first = config.integerOr(0, 'max_window_layers');
  return { slides: (index) => on && index >= first };
}
