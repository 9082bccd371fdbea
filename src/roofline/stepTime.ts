import type { Device } from '../hardware/device';
import type { Bytes, BytesPerSecond, FlopPerSecond, Seconds } from '../units/quantities';
import { backendOf } from './backend';
import type { EngineConstants } from './calibration';
import type { ModelAggregate } from './modelAggregate';
import { OPERATION_KINDS, type Operation, type OperationKind } from './operation';
import { operationTime, type AttainedRates } from './operationTime';
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
  /** What was timed, for those who unfold the sum. */
  operations: readonly Operation[];
}

export interface KindTime {
  seconds: Seconds;
  bytes: number;
  flop: number;
}

export interface Attained {
  device: Device;
  peak: FlopPerSecond;
  /** Peak of what attention multiplies in. */
  scoring: FlopPerSecond;
  /** Of the vector units in floating point and in integers, see `vectorUnits.ts`. */
  vector: FlopPerSecond;
  integer: FlopPerSecond;
  launchStretch: number;
  /** How much longer the host of the device takes than the usual one, see `hosts.ts`. */
  hostStretch: number;
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

/**
 * Share of its bandwidth that a device can keep busy: each unit has only so many loads on their way at a time (Little's law), which tells
 * where memory is wide beside the units that read it. Sharp as a 4-norm; 1 where the units are not known, and on processors, whose
 * cores look ahead by themselves.
 */
function filled(device: Device, unitBandwidth: BytesPerSecond): number {
  if (device.computeUnits === undefined || backendOf(device) === 'cpu') return 1;
  const excess = (device.bandwidth / device.computeUnits / unitBandwidth) ** 2;
  return 1 / Math.sqrt(Math.sqrt(1 + excess * excess));
}

/** The rates in force: the device's, at the attained shares of its engine, with what techniques change. */
export function attainedRates(how: Attained): AttainedRates {
  const { constants, device, modifiers } = how;
  const memory = device.bandwidth * modifiers.bandwidthAttained;
  const processor = backendOf(device) === 'cpu';
  return {
    constants,
    weights: memory * constants.weightBandwidth * filled(device, constants.unitBandwidth),
    cache: memory * constants.cacheBandwidth,
    activations: memory * constants.activationBandwidth,
    memory,
    matrix: how.peak * modifiers.computeAttained,
    scoring: how.scoring * modifiers.computeAttained,
    vector: how.vector * modifiers.computeAttained,
    integer: how.integer * modifiers.computeAttained,
    // A unit has as many lanes that load as lanes for integers, whatever it multiplies: A100 and H100 stream f16 by units and clock.
    loads: (processor ? how.vector : how.integer) * modifiers.computeAttained,
    scoreBytes: how.eager ? EAGER_SCORE_BYTES : constants.scoreBytes,
    unpackBytes: how.kernel?.unpackBytes ?? 0,
    overlaps: !processor,
  };
}

/**
 * Time of one step on one device: its operations (see `operationTime.ts`) and its fixed costs; `positions` are those whose next token is chosen. Where the host launches kernel by kernel the step takes at least the host's time.
 */
export function stepTime(
  operations: readonly Operation[],
  layers: number,
  positions: number,
  how: Attained,
  communication: CommunicationTime,
): StepTime {
  const { constants, kernel, modifiers } = how;
  const rates = attainedRates(how);
  const kinds = emptyKinds();
  let busy = 0;
  let memoryBound = 0;
  let computeBound = 0;
  let bytes = 0;
  let flop = 0;
  for (const operation of operations) {
    const time = operationTime(operation, rates);
    const seconds = time.seconds * operation.layers;
    const kind = kinds[operation.kind];
    const operationBytes =
      (operation.weightBytes +
        operation.cacheBytes +
        operation.activationBytes +
        operation.scores * rates.scoreBytes) *
      operation.layers;
    kind.seconds += seconds;
    kind.bytes += operationBytes;
    kind.flop += operation.flop * operation.layers;
    bytes += operationBytes;
    flop += operation.flop * operation.layers;
    busy += seconds;
    if (time.move >= Math.max(time.multiply, time.unpack)) memoryBound += seconds;
    else computeBound += seconds;
  }
  kinds.communication.seconds = communication.seconds * modifiers.communication;
  kinds.communication.bytes = communication.bytes;
  const layerSeconds =
    (constants.layerSeconds * layers + constants.expertLayerSeconds * how.model.expertLayers) *
    how.launchStretch *
    modifiers.fixedSeconds;
  const stepSeconds = constants.stepSeconds * how.hostStretch * modifiers.fixedSeconds;
  const sequenceSeconds = constants.sequenceSeconds * how.hostStretch * positions;
  const deviceSeconds = busy + kinds.communication.seconds + layerSeconds;
  const perLayer = constants.hostLayerSeconds + (how.model.rotary ? constants.hostRotarySeconds : 0);
  const host = how.graphs
    ? 0
    : (layers * perLayer +
        how.model.experts * constants.hostExpertSeconds +
        how.model.matrices * (kernel?.matrixSeconds ?? 0)) *
      how.hostStretch *
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
    operations,
  };
}

function emptyKinds(): Record<OperationKind, KindTime> {
  const kinds = {} as Record<OperationKind, KindTime>;
  for (const kind of OPERATION_KINDS) kinds[kind] = { seconds: 0, bytes: 0, flop: 0 };
  return kinds;
}
