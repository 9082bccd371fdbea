import type { Device } from '../hardware/device';
import type { Bytes, BytesPerSecond, Seconds } from '../units/quantities';

/** What connects two devices: bytes/s one way, and the time of the smallest message, both as programs see them. */
export interface FleetLink {
  bandwidth: BytesPerSecond;
  latency: Seconds;
}

export const ALL_REDUCES = ['star', 'tree', 'ring'] as const;
export type AllReduce = (typeof ALL_REDUCES)[number];

/** Several unlike devices that serve one model together, in the order in which layers would be handed on. */
export interface Fleet {
  devices: readonly { name: string; device: Device }[];
  /** `star`: each device has a link to a hub, so that two of them are two links apart; `full`: each pair has its own. */
  topology: 'star' | 'full';
  link: FleetLink;
  /** Pairs with a link of their own, by place in `devices`. */
  between: readonly { pair: readonly [number, number]; link: FleetLink }[];
  /** Null: whichever is fastest. */
  allReduce: AllReduce | null;
}

/** Time to hand `bytes` from one device to another. A hub passes messages on as they come: its second link adds latency alone. */
export function transferSeconds(fleet: Fleet, from: number, to: number, bytes: Bytes): Seconds {
  const own = fleet.between.find(
    ({ pair: [a, b] }) => (a === from && b === to) || (a === to && b === from),
  )?.link;
  const { latency, bandwidth } = own ?? fleet.link;
  return latency * (own === undefined && fleet.topology === 'star' ? 2 : 1) + bytes / bandwidth;
}

/**
 * Sum of `bytes` over `devices` devices, each of which has it then. Star: all send to one, which takes them in turn, and sends the sum
 * back to each. Tree: ⌈log2 n⌉ levels up and down. Ring: 2 (n − 1) messages of an n-th. Where latency rules, the star wins, since it
 * waits for two messages only (TPI-LLM, arXiv:2410.00531).
 */
export function allReduceOf(kind: AllReduce, bytes: Bytes, devices: number, link: FleetLink): Seconds {
  if (devices <= 1) return 0;
  const { latency, bandwidth } = link;
  switch (kind) {
    case 'star':
      return 2 * (latency + ((devices - 1) * bytes) / bandwidth);
    case 'tree':
      return 2 * Math.ceil(Math.log2(devices)) * (latency + bytes / bandwidth);
    case 'ring':
      return 2 * (devices - 1) * (latency + bytes / devices / bandwidth);
  }
}

/** The fastest all-reduce over some devices of a fleet, or the one that the fleet asks for. The slowest link among them decides. */
export function bestAllReduce(
  fleet: Fleet,
  members: readonly number[],
  bytes: Bytes,
): { kind: AllReduce; seconds: Seconds } {
  const link = slowestLink(fleet, members);
  const kinds = fleet.allReduce === null ? ALL_REDUCES : [fleet.allReduce];
  const timed = kinds.map((kind) => ({ kind, seconds: allReduceOf(kind, bytes, members.length, link) }));
  return timed.reduce((best, one) => (one.seconds < best.seconds ? one : best));
}

function slowestLink(fleet: Fleet, members: readonly number[]): FleetLink {
  const hops = fleet.topology === 'star' ? 2 : 1;
  const found = { latency: 0, bandwidth: Infinity };
  for (const [at, a] of members.entries()) {
    for (const b of members.slice(at + 1)) {
      const own = fleet.between.find(({ pair }) => pair.includes(a) && pair.includes(b))?.link;
      found.latency = Math.max(found.latency, own?.latency ?? hops * fleet.link.latency);
      found.bandwidth = Math.min(found.bandwidth, (own ?? fleet.link).bandwidth);
    }
  }
  return found;
}
