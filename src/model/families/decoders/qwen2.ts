import type { Family } from '../../family';
import { llamaLike } from '../../parts/llamaLike';
import { upperLayersSlide } from './qwenWindow';

/** Qwen 1.5, 2 and 2.5: biases on query, key and value, none on the output; no key says so. */
export const qwen2: Family = (context) =>
  llamaLike(context, { qkvBias: true, window: upperLayersSlide(context.config) });
