import type { Device } from './device';
import {
  countedNames,
  letterPairs,
  likeness,
  nameKey,
  plainWords,
  statedGigabytes,
  tidyName,
  withoutRemarks,
  withoutSeries,
  withoutSize,
} from './deviceName';

/** Cloud instance types that hold one kind of device: how many each, by its name. */
export interface InstanceTypes {
  device: string;
  types: Readonly<Record<string, number>>;
  source: string;
  date: string;
}

export interface FoundDevice {
  device: Device;
  /** How many the name speaks of: an instance type's, or "8x H100"; absent where it says nothing of it. */
  devices?: number;
}

export interface UnknownDevice {
  device: null;
  /** Ids of the devices that are spelt most alike, best first; empty where nothing is near. */
  suggestions: readonly string[];
}

type Keys = ReadonlyMap<string, FoundDevice>;

const MAX_SUGGESTIONS = 3;
const MIN_LIKENESS = 0.45;
/** Software and shops disagree about GB and GiB (7 %), and drivers keep some back. */
const SIZE_TOLERANCE = 0.11;

/** Finds devices by what people, drivers and clouds call them. Each table is built when a name first needs it. */
export class DeviceIndex {
  readonly #byId: ReadonlyMap<string, Device>;
  #exact: Keys | undefined;
  #plain: Keys | undefined;

  constructor(
    readonly devices: readonly Device[],
    private readonly instances: readonly InstanceTypes[],
  ) {
    this.#byId = new Map(devices.map((device) => [device.id, device]));
  }

  /** `device: null` and the nearest ids where nothing is called so. */
  find(name: string): FoundDevice | UnknownDevice {
    const device = this.#byId.get(name);
    if (device) return { device };
    const tidy = tidyName(name);
    const found = this.#resolve(tidy);
    if (found) return found;
    for (const { count, rest } of countedNames(tidy)) {
      const counted = this.#resolve(rest);
      if (counted) return { device: counted.device, devices: count * (counted.devices ?? 1) };
    }
    return { device: null, suggestions: this.#suggest(tidy) };
  }

  #resolve(tidy: string): FoundDevice | undefined {
    const exact = this.#exactKeys().get(nameKey(tidy));
    if (exact) return exact.device.sharedMemory ? this.#withStatedMemory(exact, tidy) : exact;
    const short = withoutRemarks(tidy);
    for (const variant of [short, plainWords(tidy), plainWords(short), withoutSize(plainWords(short))]) {
      const key = nameKey(variant);
      const found = key === '' ? undefined : (this.#exactKeys().get(key) ?? this.#plainKeys().get(key));
      if (found) return this.#withStatedMemory(found, tidy);
    }
    return undefined;
  }

  /**
   * A name that says its memory means that memory: the sibling that has it, or, where processor and accelerator share
   * what the buyer chose, the same device with so much. Any other size is no device that we know; but a size inside
   * brackets may be about the machine around it, and is let go.
   */
  #withStatedMemory(found: FoundDevice, tidy: string): FoundDevice | undefined {
    const outside = statedGigabytes(withoutRemarks(tidy));
    const size = outside ?? statedGigabytes(tidy);
    if (size === null || isNear(found.device.memory, size)) return found;
    if (found.device.sharedMemory) {
      if (size * 1e9 <= found.device.memory) return { ...found, device: resized(found.device, size) };
      return outside === null ? found : undefined;
    }
    const family = familyKey(found.device);
    const sibling = this.devices.find(
      (device) =>
        device.class === found.device.class && isNear(device.memory, size) && familyKey(device) === family,
    );
    if (sibling) return { ...found, device: sibling };
    return outside === null ? found : undefined;
  }

  #exactKeys(): Keys {
    this.#exact ??= exactKeys(this.devices, this.#byId, this.instances);
    return this.#exact;
  }

  #plainKeys(): Keys {
    this.#plain ??= plainKeys(this.devices, this.#exactKeys());
    return this.#plain;
  }

  #suggest(tidy: string): string[] {
    const wanted = letterPairs(nameKey(withoutSize(plainWords(tidy))) || nameKey(tidy));
    const best = new Map<string, number>();
    for (const keys of [this.#exactKeys(), this.#plainKeys()]) {
      for (const [key, { device }] of keys) {
        const near = likeness(wanted, letterPairs(key));
        if (near >= MIN_LIKENESS && near > (best.get(device.id) ?? 0)) best.set(device.id, near);
      }
    }
    return [...best]
      .sort((a, b) => b[1] - a[1])
      .slice(0, MAX_SUGGESTIONS)
      .map(([id]) => id);
  }
}

function exactKeys(
  devices: readonly Device[],
  byId: ReadonlyMap<string, Device>,
  instances: readonly InstanceTypes[],
): Keys {
  const keys = new Map<string, FoundDevice>();
  for (const instance of instances) {
    const device = byId.get(instance.device);
    if (!device) continue;
    for (const [name, count] of Object.entries(instance.types))
      keys.set(nameKey(name), { device, devices: count });
  }
  for (const device of devices) {
    for (const name of [...device.aliases, device.name]) {
      const key = nameKey(name);
      if (!keys.has(key)) keys.set(key, { device });
    }
  }
  // Ids last: whatever somebody's alias says, an id means its own device.
  for (const device of devices) keys.set(nameKey(device.id), { device });
  return keys;
}

/**
 * The same names without vendors, and those of gaming cards without their series too. Instance types are matched whole,
 * and are not among them. A name that two devices could mean is left out.
 */
function plainKeys(devices: readonly Device[], exact: Keys): Keys {
  const keys = new Map<string, FoundDevice>();
  const twice = new Set<string>();
  const add = (name: string, device: Device, shortest: number): void => {
    const key = nameKey(name);
    if (key.length < shortest || exact.has(key)) return;
    const other = keys.get(key);
    if (other && other.device !== device) twice.add(key);
    keys.set(key, { device });
  };
  for (const device of devices) {
    for (const name of [...device.aliases, device.name]) {
      if (exact.get(nameKey(name))?.devices !== undefined) continue;
      const plain = plainWords(name.toLowerCase());
      add(plain, device, 3);
      if (device.class === 'consumer-gpu') add(withoutSeries(plain), device, 4);
    }
  }
  for (const key of twice) keys.delete(key);
  return keys;
}

function resized(device: Device, gigabytes: number): Device {
  const changed = { ...device, memory: gigabytes * 1e9 };
  delete changed.usableMemory; // it was the other size's
  return changed;
}

function familyKey(device: Device): string {
  return nameKey(withoutSize(device.name.toLowerCase()));
}

function isNear(memory: number, gigabytes: number): boolean {
  return Math.abs(memory / 1e9 - gigabytes) <= SIZE_TOLERANCE * gigabytes;
}
