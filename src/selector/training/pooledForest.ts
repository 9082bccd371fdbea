import type { BoostedTrees } from './boostedTrees';
import { missing } from './case';
import type { TrainingSet } from './fitCases';
import { growForest, type ForestOptions } from './growForest';
import { heldOut, LEFT_OUT, type LeftOut } from './heldOut';

const FOREST: ForestOptions = { trees: 100, depth: 7, featureShare: 0.1, leafWeight: 3, huber: 0.7 };
/** Bands are read off forests that saw less; a third of the trees tells them as well. */
const FEWER_TREES = 30;

/** What a forest over all kinds of change and engines says that physics misses, and said of each case with its group left out. */
export interface PooledForest {
  forest: BoostedTrees;
  /** By case (index): the answer of a forest that saw nothing of the case's device, or source; none where nothing could be left out. */
  unseen: Readonly<Record<'hardware' | 'source', ReadonlyMap<number, number>>>;
}

export function pooledForest(set: TrainingSet, members: readonly number[]): PooledForest {
  const without = (group: LeftOut): Map<number, number> =>
    new Map(
      heldOut(set, members, LEFT_OUT[group], missing, (seen) =>
        growForest(set, seen, missing, { ...FOREST, trees: FEWER_TREES }),
      ).map((row) => [row.index, row.correction]),
    );
  return {
    forest: growForest(set, members, missing, FOREST),
    unseen: { hardware: without('hardware'), source: without('source') },
  };
}
