import type { Bytes, Seconds } from '../units/quantities';

/** What a device takes for its share of the layers: times and bytes are linear in the layers, with a fixed part. */
export interface StageCosts {
  fixedSeconds: Seconds;
  /** Each layer's seconds and bytes, by its place in the model. */
  layerSeconds: readonly Seconds[];
  headSeconds: Seconds;
  fixedBytes: Bytes;
  layerBytes: readonly Bytes[];
  embeddingBytes: Bytes;
  headBytes: Bytes;
  capacity: Bytes;
  /** Until a step's result has come from the device before. */
  handOver: Seconds;
}

/** Layers [from, to) of each device in turn; empty where it has none. */
export type LayerRange = readonly [from: number, to: number];

/**
 * The split of layers over devices, in their order, with the least sum of times (one sequence passes all of them in turn) or the
 * least slowest stage (many sequences keep all of them busy), among those that fit. Null where none does. Exact, by dynamic programming
 * over the place of each cut.
 */
export function splitLayers(stages: readonly StageCosts[], aim: 'sum' | 'slowest'): LayerRange[] | null {
  return bestSplit(
    stages,
    (stage, from, to) => (bytesOf(stage, from, to) > stage.capacity ? Infinity : secondsOf(stage, from, to)),
    aim,
  );
}

/** Where nothing fits: the split whose fullest device is the least overfull. */
export function splitByMemory(stages: readonly StageCosts[]): LayerRange[] {
  const found = bestSplit(stages, (stage, from, to) => bytesOf(stage, from, to) / stage.capacity, 'slowest');
  return found ?? stages.map((_, at): LayerRange => (at === 0 ? [0, layersOf(stages)] : [0, 0]));
}

function layersOf(stages: readonly StageCosts[]): number {
  return stages[0]?.layerSeconds.length ?? 0;
}

function secondsOf(stage: StageCosts, from: number, to: number): Seconds {
  return (
    stage.fixedSeconds +
    sum(stage.layerSeconds, from, to) +
    (to === stage.layerSeconds.length ? stage.headSeconds : 0) +
    (from > 0 ? stage.handOver : 0)
  );
}

export function bytesOf(stage: StageCosts, from: number, to: number): Bytes {
  return (
    stage.fixedBytes +
    sum(stage.layerBytes, from, to) +
    (from === 0 ? stage.embeddingBytes : 0) +
    (to === stage.layerBytes.length ? stage.headBytes : 0)
  );
}

function sum(values: readonly number[], from: number, to: number): number {
  let total = 0;
  for (let at = from; at < to; at += 1) total += values[at] ?? 0;
  return total;
}

function bestSplit(
  stages: readonly StageCosts[],
  cost: (stage: StageCosts, from: number, to: number) => number,
  aim: 'sum' | 'slowest',
): LayerRange[] | null {
  const layers = layersOf(stages);
  // best[l]: least cost of having given away the first l layers; cuts: where each device began.
  let best = Array.from({ length: layers + 1 }, (_, given) => (given === 0 ? 0 : Infinity));
  const cuts: number[][] = [];
  for (const stage of stages) {
    const next = [...best];
    const began = next.map((_, to) => to);
    for (let to = 1; to <= layers; to += 1) {
      for (let from = 0; from < to; from += 1) {
        const before = best[from] ?? Infinity;
        if (before >= (next[to] ?? Infinity)) continue;
        const here = cost(stage, from, to);
        const whole = aim === 'sum' ? before + here : Math.max(before, here);
        if (whole < (next[to] ?? Infinity)) {
          next[to] = whole;
          began[to] = from;
        }
      }
    }
    best = next;
    cuts.push(began);
  }
  if (!Number.isFinite(best[layers] ?? Infinity)) return null;
  const ranges: LayerRange[] = [];
  let to = layers;
  for (let at = stages.length - 1; at >= 0; at -= 1) {
    const from = cuts[at]?.[to] ?? to;
    ranges.unshift([from, to]);
    to = from;
  }
  return ranges;
}

/** A device's time for a share of every layer, linear in the share; `most` is the largest share that fits. */
export interface ShareCosts {
  fixedSeconds: Seconds;
  wholeSeconds: Seconds;
  most: number;
}

/**
 * Shares of every layer, in `units` equal parts (heads), with the least slowest device: each part goes where it hurts least. Null where
 * the parts do not all fit.
 */
export function splitShares(devices: readonly ShareCosts[], units: number): number[] | null {
  const given = devices.map(() => 0);
  for (let unit = 0; unit < units; unit += 1) {
    let best = -1;
    let least = Infinity;
    for (const [at, device] of devices.entries()) {
      const share = ((given[at] ?? 0) + 1) / units;
      if (share > device.most + 1e-9) continue;
      const seconds = device.fixedSeconds + device.wholeSeconds * share;
      if (seconds < least) {
        least = seconds;
        best = at;
      }
    }
    if (best < 0) return null;
    given[best] = (given[best] ?? 0) + 1;
  }
  return given.map((parts) => parts / units);
}
