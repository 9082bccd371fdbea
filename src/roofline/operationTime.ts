import type { Bytes, BytesPerSecond, FlopPerSecond, Seconds } from '../units/quantities';
import type { EngineConstants } from './calibration';
import type { Operation } from './operation';

/** What one device gives an engine of itself: attained rates, and how the three kinds of work go together. */
export interface AttainedRates {
  constants: EngineConstants;
  /** Bytes/s while weights stream, while the cache is read, while activations move; and the device's own. */
  weights: BytesPerSecond;
  cache: BytesPerSecond;
  activations: BytesPerSecond;
  memory: BytesPerSecond;
  /** Matrix units in the format in force; vector units in floating point and in integers, see `vectorUnits.ts`. */
  matrix: FlopPerSecond;
  /** The same in 16 bits, or the format in force where that is wider: queries and keys stay so whatever weights are multiplied in. */
  scoring: FlopPerSecond;
  vector: FlopPerSecond;
  integer: FlopPerSecond;
  /** Whichever of the two bounds how fast plain weights are loaded, addressed and converted: integers on devices with launches. */
  loads: FlopPerSecond;
  /** Bytes of traffic a score of attention causes in prefill. */
  scoreBytes: Bytes;
  /** Memory traffic of each element where a scheme's kernel unpacks weights to memory first; 0 where it does not. */
  unpackBytes: Bytes;
  /** False on processors, whose cores wait for the memory that they compute on. */
  overlaps: boolean;
}

/** One layer of an operation; `seconds` follows from the others by `OVERLAPPING` or `IN_TURN`. */
export interface OperationTime {
  /** Moving weights, cache and activations; unpacking and vector work; multiplying. */
  move: Seconds;
  unpack: Seconds;
  multiply: Seconds;
  /** Weights unpacked to memory and read back. */
  spill: Seconds;
  seconds: Seconds;
}

export const OVERLAPPING = '∛(move³ + unpack³ + multiply³) + spill';
export const IN_TURN = 'max(move, multiply) + unpack + spill';

/** Rows that matrix units take at once at the least: fewer cost as much, and matrix-vector kernels leave those units alone. */
const TILE_ROWS = 16;

/** Up to so many query rows attention runs on the vector units, and matrices may where that is faster; past it on the matrix units. */
const VECTOR_ROWS = 8;

/**
 * Time of one layer of an operation. Moving bytes, unpacking them and multiplying go on at the same time and take about as long as
 * the longest, and more where two are near each other, for no pipeline keeps all full: a 3-norm. Where they cannot overlap they
 * add up.
 */
export function operationTime(operation: Operation, rates: AttainedRates): OperationTime {
  const { constants } = rates;
  const attention = operation.kind === 'kv' || operation.kind === 'state';
  const share = operation.kind === 'experts' ? constants.expertAttained : 1;
  const move =
    operation.weightBytes / (rates.weights * share) +
    operation.cacheBytes / rates.cache +
    (operation.activationBytes + operation.scores * rates.scoreBytes) / rates.activations;
  const scores = attention && operation.rows <= VECTOR_ROWS ? operation.flop * constants.scoreFlop : 0;
  const plain = operation.plainElements * constants.plainFlop;
  const packed =
    operation.packedElements * (attention ? constants.cacheConvertFlop : constants.packedFlop) +
    operation.superblockElements * constants.superblockFlop;
  const unpack = scores / rates.vector + plain / rates.loads + packed / rates.integer;
  const attained = attention
    ? constants.attentionCompute
    : (share * constants.compute * (operation.rows + TILE_ROWS)) /
      (operation.rows + TILE_ROWS + constants.halfRows);
  const elements = operation.plainElements + operation.packedElements;
  const packedShare = elements > 0 && !attention ? operation.packedElements / elements : 0;
  const tiles =
    (operation.flop / ((attention ? rates.scoring : rates.matrix) * attained)) *
    (1 - packedShare + packedShare / constants.packedAttained);
  const multiply =
    operation.rows <= VECTOR_ROWS && !attention ? Math.min(tiles, operation.flop / rates.vector) : tiles;
  const spill =
    operation.rows > 1 && (operation.kind === 'weights' || operation.kind === 'experts')
      ? (elements * rates.unpackBytes) / rates.memory
      : 0;
  const together = rates.overlaps
    ? Math.cbrt(move * move * move + unpack * unpack * unpack + multiply * multiply * multiply)
    : Math.max(move, multiply) + unpack;
  return { move, unpack, multiply, spill, seconds: together + spill };
}
