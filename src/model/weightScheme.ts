import type { NumberFormat } from '../units/numberFormat';
import type { Bytes } from '../units/quantities';

/**
 * How linear weights are stored and multiplied: a row of `weightSchemes.json`. A scheme is what `--weights` names, what a
 * checkpoint's own quantisation resolves to, and what a technique sets.
 */
export interface WeightScheme {
  id: string;
  title: string;
  /** Bits of one stored element, scales and zero points not counted. */
  bits: number;
  /** Elements along the input that share a scale; 0: one an output row, -1: one a tensor; [r, c]: a block. */
  group: number | readonly [number, number];
  scaleBits: number;
  zeroBits: number;
  /** Bits stored for each input beside that (GPTQ's index of groups); 0 if absent. */
  inputBits?: number;
  /** Format that the multiplication runs in where the device has the units; null: the model's compute format. */
  computes: NumberFormat | null;
  /** What the scheme leaves alone: embeddings and head stay in the model's format unless named here. */
  covers: { embedding: boolean; head: boolean };
  /** Where the storage layout was read. */
  source: string;
}

/** Bytes that `elements` of a [rows, columns] weight take under a scheme, scales and zero points counted. */
export type StoredBytes = (scheme: WeightScheme, rows: number, columns: number) => Bytes;
