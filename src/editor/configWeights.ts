import type { Disagreement } from '../model/compareWithWeights';
import type { StoredWeights } from '../model/files/storedWeights';
import type { ModelSpec } from '../model/spec';
import type { EngineRooms } from './engineRooms';

/** Summaries kept, a few hundred bytes each; folders that somebody looked at of late. */
const MAX_KEPT = 16;

interface Kept {
  stamp: string;
  stored: StoredWeights;
}

/** Holds configurations to the weights beside them; headers are read once until a file of them changes. */
export class ConfigWeights {
  private readonly kept = new Map<string, Kept>();

  constructor(private readonly rooms: EngineRooms) {}

  /**
   * Where the weights beside the configuration contradict the model it describes; null where they do not, or there are
   * none. Rejects with the signal's reason once nobody waits for the answer.
   */
  async disagreement(path: string, model: ModelSpec, signal: AbortSignal): Promise<Disagreement | null> {
    const { weightsBeside, storedWeights, disagreement, unreadable, TensorLists } =
      await this.rooms.weights();
    try {
      const beside = await weightsBeside(path);
      signal.throwIfAborted();
      if (beside === null) return null;
      let kept = this.kept.get(beside.path);
      if (kept?.stamp !== beside.stamp) {
        kept = { stamp: beside.stamp, stored: await storedWeights(beside, new TensorLists(signal)) };
        this.keep(beside.path, kept);
      }
      return disagreement(model, kept.stored);
    } catch (fault) {
      signal.throwIfAborted();
      return { ...unreadable(fault), about: 'all' };
    }
  }

  private keep(path: string, kept: Kept): void {
    this.kept.delete(path);
    this.kept.set(path, kept);
    const [oldest] = this.kept.keys();
    if (this.kept.size > MAX_KEPT && oldest !== undefined) this.kept.delete(oldest);
  }
}
