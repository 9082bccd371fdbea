import type { WeightTensor } from '../spec';
import { vector } from './tensors';

/** What mixes several residual streams before and after one half of a block: `rows` outputs from all streams together. */
export function streamMixer(
  module: string,
  hidden: number,
  streams: number,
  options: { rows: number; scales: number },
): WeightTensor[] {
  return [
    vector(`${module}.fn`, [options.rows, streams * hidden], 'other'),
    vector(`${module}.base`, options.rows, 'other'),
    vector(`${module}.scale`, options.scales, 'other'),
  ];
}

/** What joins the streams into one before the head. */
export function streamHead(module: string, hidden: number, streams: number): WeightTensor[] {
  return [
    vector(`${module}.hc_fn`, [streams, streams * hidden], 'other'),
    vector(`${module}.hc_base`, streams, 'other'),
    vector(`${module}.hc_scale`, 1, 'other'),
  ];
}
