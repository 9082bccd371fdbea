import type { Device } from '../hardware/device';
import type { Bytes, FlopPerSecond, Seconds } from '../units/quantities';
import type { EngineConstants } from './calibration';
import type { ModelAggregate } from './modelAggregate';
import { OPERATION_KINDS, type Operation, type OperationKind } from './operation';
import type { Modifiers } from './modifiers';

/** Sums of one step by kind of work, with the fixed costs beside them; seconds of all parts add up to `seconds`. */
export interface StepTime {
  seconds: Seconds;
  kinds: Readonly<Record<OperationKind, KindTime>>;
  /** Fixed costs: layers launched, the step itself, each sequence, and what the host needs beyond the device's time. */
  layerSeconds: Seconds;
  stepSeconds: Seconds;
  sequenceSeconds: Seconds;
  hostSeconds: Seconds;
  /** Seconds of operations that waited for memory, and for compute. */
  memoryBound: Seconds;
  computeBound: Seconds;
  bytes: number;
  flop: number;
}

export interface KindTime {
  seconds: Seconds;
  bytes: number;
  flop: number;
}

export interface Attained {
  device: Device;
  peak: FlopPerSecond;
  /** Of the vector units, see `vectorRate.ts`. */
  vector: FlopPerSecond;
  constants: EngineConstants;
  modifiers: Modifiers;
  model: ModelAggregate;
  /** Kernel costs of the weight scheme in force; null where it has none of its own. */
  kernel: { matrixSeconds: Seconds; unpackBytes: Bytes } | null;
  /** Attention that is not fused, whatever the engine's own is. */
  eager: boolean;
  /** Host time a layer does not apply where graphs replay the launches. */
  graphs: boolean;
}

/** Seconds of communication of a step, reckoned apart (see `communication.ts`). */
export interface CommunicationTime {
  seconds: Seconds;
  bytes: number;
}

/** Bytes a score takes when attention is not fused: written, masked, softmaxed in 32 bits, cast, read. */
const EAGER_SCORE_BYTES = 16;

/** Up to so many query rows attention runs on the vector units; past it on the matrix units. */
const VECTOR_ROWS = 8;

/**
 * Time of one step on one device: for each operation the longer of moving its bytes and computing its FLOP, at attained shares
 * of the device's peaks, plus fixed costs; `positions` are those whose next token is chosen. Where the host launches kernel by kernel the step takes at least the host's time.
 */
export function stepTime(
  operations: readonly Operation[],
  layers: number,
  positions: number,
  how: Attained,
  communication: CommunicationTime,
): StepTime {
  const { constants, device, kernel, modifiers } = how;
  const bandwidth = device.bandwidth * modifiers.bandwidthAttained;
  const weightRate = bandwidth * constants.weightBandwidth;
  const cacheRate = bandwidth * constants.cacheBandwidth;
  const activationRate = bandwidth * constants.activationBandwidth;
  const compute = how.peak * modifiers.computeAttained;
  const vector = how.vector * modifiers.computeAttained;
  const scoreBytes = how.eager ? EAGER_SCORE_BYTES : constants.scoreBytes;
  const kinds = emptyKinds();
  let busy = 0;
  let memoryBound = 0;
  let computeBound = 0;
  let bytes = 0;
  let flop = 0;
  for (const operation of operations) {
    const attention = operation.kind === 'kv' || operation.kind === 'state';
    const unpacked =
      kernel !== null && operation.rows > 1 && (operation.kind === 'weights' || operation.kind === 'experts')
        ? (operation.plainElements + operation.packedElements) * kernel.unpackBytes
        : 0;
    const share = operation.kind === 'experts' ? constants.expertAttained : 1;
    const moved =
      operation.weightBytes / (weightRate * share) +
      operation.cacheBytes / cacheRate +
      (operation.activationBytes + operation.scores * scoreBytes) / activationRate;
    const instructions =
      operation.plainElements * constants.plainFlop +
      operation.packedElements * constants.packedFlop +
      operation.superblockElements * constants.superblockFlop +
      (attention && operation.rows <= VECTOR_ROWS ? operation.flop * constants.scoreFlop : 0);
    const attained = attention
      ? constants.attentionCompute
      : (share * constants.compute * operation.rows) / (operation.rows + constants.halfRows);
    const arithmetic = operation.flop / (compute * attained);
    const seconds =
      (Math.max(moved, arithmetic) + instructions / vector + unpacked / bandwidth) * operation.layers;
    const kind = kinds[operation.kind];
    const operationBytes =
      (operation.weightBytes +
        operation.cacheBytes +
        operation.activationBytes +
        operation.scores * scoreBytes) *
      operation.layers;
    kind.seconds += seconds;
    kind.bytes += operationBytes;
    kind.flop += operation.flop * operation.layers;
    bytes += operationBytes;
    flop += operation.flop * operation.layers;
    busy += seconds;
    if (moved + instructions / vector >= arithmetic) memoryBound += seconds;
    else computeBound += seconds;
  }
  kinds.communication.seconds = communication.seconds * modifiers.communication;
  kinds.communication.bytes = communication.bytes;
  const layerSeconds =
    (constants.layerSeconds * layers + constants.expertLayerSeconds * how.model.expertLayers) *
    modifiers.fixedSeconds;
  const stepSeconds = constants.stepSeconds * modifiers.fixedSeconds;
  const sequenceSeconds = constants.sequenceSeconds * positions;
  const deviceSeconds = busy + kinds.communication.seconds + layerSeconds;
  const perLayer = constants.hostLayerSeconds + (how.model.rotary ? constants.hostRotarySeconds : 0);
  const host = how.graphs
    ? 0
    : (layers * perLayer +
        how.model.experts * constants.hostExpertSeconds +
        how.model.matrices * (kernel?.matrixSeconds ?? 0)) *
      modifiers.fixedSeconds;
  const hostSeconds = Math.max(0, host - deviceSeconds);
  return {
    seconds: deviceSeconds + hostSeconds + stepSeconds + sequenceSeconds,
    kinds,
    layerSeconds,
    stepSeconds,
    sequenceSeconds,
    hostSeconds,
    memoryBound,
    computeBound,
    bytes,
    flop,
  };
}

function emptyKinds(): Record<OperationKind, KindTime> {
  const kinds = {} as Record<OperationKind, KindTime>;
  for (const kind of OPERATION_KINDS) kinds[kind] = { seconds: 0, bytes: 0, flop: 0 };
  return kinds;
}
