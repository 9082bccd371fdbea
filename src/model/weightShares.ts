import type { Bytes } from '../units/quantities';
import type { PlacedTensor } from './placedTensor';

/** Tensors that have something in common, and what they weigh together. */
export interface WeightShare {
  name: string;
  tensors: number;
  /** Of the tensors whose size is known. */
  bytes: Bytes;
}

/** How the weights of a file divide by part or by type, the heaviest share first. */
export function weightShares(tensors: readonly PlacedTensor[], by: 'part' | 'type'): WeightShare[] {
  const shares = new Map<string, WeightShare>();
  for (const tensor of tensors) {
    const name = tensor[by];
    const share = shares.get(name) ?? { name, tensors: 0, bytes: 0 };
    share.tensors += 1;
    share.bytes += tensor.bytes ?? 0;
    shares.set(name, share);
  }
  return [...shares.values()].sort((a, b) => b.bytes - a.bytes || b.tensors - a.tensors);
}
