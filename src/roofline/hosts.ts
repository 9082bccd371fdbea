import type { Engine } from '../deployment/engine';
import type { Device } from '../hardware/device';
import data from './hosts.json';

/** The processor that machines with a kind of device come with; a row of `hosts.json`. */
interface Host {
  class: Device['class'];
  architectures: readonly string[];
  /** Processor and device are joined by a link of their own, faster than any PCI Express. */
  joined?: boolean;
  host: string;
  /** Highest clock of one core as the vendor states it, in hertz. */
  clock: number;
  /**
   * Work a clock, beside Zen 2. AMD's launches state the steps between its generations (Zen 3: 1.19, Zen 4: 1.13, Zen 5: 1.16), Intel's
   * those of its own (Golden Cove: 1.19 over Sunny Cove, 1.18 over Skylake); Skylake beside Zen 2 and the Arm core are from memory.
   */
  perClock: number;
  source: string;
}

const HOSTS = data as readonly Host[];

/** No PCI Express slot moves as much one way in this decade: sixteen lanes of its sixth generation make 121 GB/s. */
const JOINED_FROM = 200e9;

/** Engines whose steps are scheduled by an interpreter, on one core. */
const INTERPRETED: ReadonlySet<Engine> = new Set<Engine>(['vllm', 'sglang', 'tgi', 'transformers']);

/** Fixed costs are told for the host of an A100. */
const USUAL = 3.4e9;

/**
 * How much longer than on the usual host an engine's own code takes on the machine that a device usually sits in; 1 where the engine
 * does not run in an interpreter, or the machine is not known.
 */
export function hostStretch(engine: Engine, device: Device): number {
  if (!INTERPRETED.has(engine)) return 1;
  let stretch = known.get(device);
  if (stretch === undefined) {
    stretch = stretchOf(device);
    known.set(device, stretch);
  }
  return stretch;
}

const known = new WeakMap<Device, number>();

function stretchOf(device: Device): number {
  const joined = (device.hostBandwidth ?? 0) >= JOINED_FROM;
  const host = HOSTS.find(
    (row) =>
      row.class === device.class &&
      row.architectures.includes(device.architecture ?? '') &&
      (row.joined ?? false) === joined,
  );
  return host ? USUAL / (host.clock * host.perClock) : 1;
}
