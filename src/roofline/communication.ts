import type { Device } from '../hardware/device';
import type { Bytes, Seconds } from '../units/quantities';
import type { EngineConstants } from './calibration';
import type { CommunicationTime } from './stepTime';
import type { ModelAggregate } from './modelAggregate';
import type { Placement } from './placement';

/** What is assumed of a link between siblings that a device does not state: PCIe 4.0 ×16, through the host. */
export const ASSUMED_LINK = { bandwidth: 32e9, latency: 10e-6 } as const;

/**
 * Latency of one hop. What a collective takes from one device to the next over links of their own was timed with everything in it
 * (`hopSeconds`: network.csv, 8, 16 and 24 µs for small messages over 2, 4 and 8 devices); through the host the link's is added.
 */
export function hopLatency(
  link: { kind?: string; latency: Seconds },
  { hopSeconds }: Pick<EngineConstants, 'hopSeconds'>,
): Seconds {
  return DIRECT.has(link.kind ?? 'pcie') ? hopSeconds : link.latency + hopSeconds;
}

/** Latency of handing a message on, which an engine's own copies may do: the link's and the engine's. */
export function sendLatency(
  link: { latency: Seconds },
  { hopSeconds }: Pick<EngineConstants, 'hopSeconds'>,
): Seconds {
  return link.latency + hopSeconds;
}

const DIRECT: ReadonlySet<string> = new Set(['nvlink', 'xgmi', 'ici', 'other']);

/**
 * Ring all-reduce of `bytes` over `devices`: 2 (n − 1) / n of the bytes cross each link, in 2 (n − 1) hops.
 * Latency grows by the tree's depth, which libraries switch to for small messages: 2 ⌈log2 n⌉ hops.
 */
export function allReduceSeconds(
  bytes: Bytes,
  devices: number,
  link: { kind?: string; bandwidth: number; latency: Seconds },
  constants: Pick<EngineConstants, 'hopSeconds' | 'linkBandwidth'>,
): Seconds {
  if (devices <= 1) return 0;
  const hop = hopLatency(link, constants);
  const transfer = ((2 * (devices - 1)) / devices) * (bytes / (link.bandwidth * constants.linkBandwidth));
  return 2 * Math.ceil(Math.log2(devices)) * hop + transfer;
}

/**
 * Communication of one step of `tokens` tokens: two all-reduces a layer for tensor parallel, two all-to-alls a layer of
 * experts for expert parallel, one send a stage boundary for pipeline, one exchange of partial results a layer for context parallel.
 */
export function stepCommunication(
  model: ModelAggregate,
  hiddenSize: number,
  tokens: number,
  element: Bytes,
  placement: Placement,
  device: Device,
  constants: EngineConstants,
): CommunicationTime {
  const { tensor, pipeline, expert, context } = placement;
  if (tensor * pipeline * expert * context === 1) return NONE;
  const link = device.link ?? ASSUMED_LINK;
  const message = tokens * hiddenSize * element;
  const rate = link.bandwidth * constants.linkBandwidth;
  const hop = hopLatency(link, constants);
  let seconds = 0;
  let bytes = 0;
  if (tensor > 1) {
    seconds += 2 * model.layers * allReduceSeconds(message, tensor, link, constants);
    bytes += 2 * model.layers * message * ((2 * (tensor - 1)) / tensor);
  }
  if (expert > 1) {
    for (const group of model.groups) {
      if (!group.experts) continue;
      const sent = (message * group.experts.perToken * (expert - 1)) / (expert * expert);
      seconds += 2 * group.layers * (hop * Math.ceil(Math.log2(expert)) + sent / rate);
      bytes += 2 * group.layers * sent;
    }
  }
  if (pipeline > 1) {
    seconds += (pipeline - 1) * (sendLatency(link, constants) + message / rate);
    bytes += (pipeline - 1) * message;
  }
  if (context > 1) {
    seconds += model.layers * allReduceSeconds(message, context, link, constants);
    bytes += model.layers * message;
  }
  return { seconds, bytes };
}

const NONE: CommunicationTime = { seconds: 0, bytes: 0 };
