import { NO_FEED_FORWARD, NO_MIXER } from '../parts/block';
import type { LayerPlan } from '../parts/foldLayers';
import type { WeightTensor } from '../spec';
import { resample } from './residualBlock';

/** A network shaped like a U: what each level is wide, and what its blocks are made of. */
export interface UShape {
  widths: readonly number[];
  perLevel: number;
  /** Whether blocks of a level attend, on the way down and on the way up (widest last). */
  attendsDown: readonly boolean[];
  attendsUp: readonly boolean[];
  residual: (path: string, input: number, out: number) => WeightTensor[];
  attention: (path: string, level: number) => WeightTensor[];
}

/** One stage of a network that is not made of alike layers. */
export function stage(weights: readonly WeightTensor[]): LayerPlan {
  return { mixer: NO_MIXER, feedForward: NO_FEED_FORWARD, others: weights };
}

/** The way down: each level but the last halves the picture. */
export function downwardLevels(u: UShape): LayerPlan[] {
  let input = u.widths[0] ?? 0;
  return u.widths.map((width, level) => {
    const path = `down_blocks.${String(level)}`;
    const weights: WeightTensor[] = [];
    for (let block = 0; block < u.perLevel; block += 1) {
      weights.push(...u.residual(`${path}.resnets.${String(block)}`, input, width));
      if (u.attendsDown[level] === true)
        weights.push(...u.attention(`${path}.attentions.${String(block)}`, level));
      input = width;
    }
    if (level < u.widths.length - 1) weights.push(...resample(`${path}.downsamplers.0.conv`, width));
    return stage(weights);
  });
}

/** The way up: each block also takes what the way down left at its level. */
export function upwardLevels(u: UShape): LayerPlan[] {
  const reversed = [...u.widths].reverse();
  return reversed.map((width, index) => {
    const path = `up_blocks.${String(index)}`;
    const before = reversed[Math.max(0, index - 1)] ?? width;
    const left = reversed[index + 1] ?? width;
    const weights: WeightTensor[] = [];
    for (let block = 0; block <= u.perLevel; block += 1) {
      const input = (block === 0 ? before : width) + (block === u.perLevel ? left : width);
      weights.push(...u.residual(`${path}.resnets.${String(block)}`, input, width));
      if (u.attendsUp[index] === true)
        weights.push(...u.attention(`${path}.attentions.${String(block)}`, reversed.length - 1 - index));
    }
    if (index < reversed.length - 1) weights.push(...resample(`${path}.upsamplers.0.conv`, width));
    return stage(weights);
  });
}
