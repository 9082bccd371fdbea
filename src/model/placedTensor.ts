import type { Bytes } from '../units/quantities';
import type { Part } from './spec';

/** One tensor of a weights file with its place in the model. */
export interface PlacedTensor {
  name: string;
  /** As the file spells it. */
  type: string;
  shape: readonly number[];
  /** Null where the type is none that is known, so that its size is not. */
  bytes: Bytes | null;
  layer: number | null;
  /** The layer with its stack, as the name spells it; empty outside layers. */
  stack: string;
  part: Part;
}
