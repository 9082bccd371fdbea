import type { Device } from './device';

/** A cloud instance type or a board: which device it holds, and how many. */
export interface Instance {
  name: string;
  device: string;
  devices: number;
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

export interface DeviceIndex {
  readonly devices: readonly Device[];
  find(name: string): FoundDevice | UnknownDevice;
}

/** No device, driver or cloud writes a longer name; the rest is somebody's file read by mistake. */
const MAX_NAME = 200;
const MAX_SUGGESTIONS = 3;
const MIN_LIKENESS = 0.45;
/** Software and shops disagree about GB and GiB (7 %), and drivers keep some back. */
const SIZE_TOLERANCE = 0.11;

const NOISE =
  /\b(nvidia|amd|ati|intel|apple|google|qualcomm|habana|geforce|quadro|tesla|instinct|radeon|corporation|inc|graphics|gpus?|accelerator|tensor core|generation|edition|shared|cloud|device)\b/g;

/** Names are compared by letters and digits alone. */
export function nameKey(name: string): string {
  return name
    .normalize('NFKC')
    .toLowerCase()
    .replace(/\((r|tm|c)\)|[®™©]/g, '')
    .replace(/[^a-z0-9]+/g, '');
}

/** Builds the look-up of all ids, names, aliases and instance types; a few hundred entries, well under a millisecond each hundred. */
export function createDeviceIndex(devices: readonly Device[], instances: readonly Instance[]): DeviceIndex {
  const byId = new Map(devices.map((device) => [device.id, device]));
  const byKey = new Map<string, FoundDevice>();
  for (const instance of instances) {
    const device = byId.get(instance.device);
    if (device) byKey.set(nameKey(instance.name), { device, devices: instance.devices });
  }
  for (const device of devices) {
    for (const name of [...device.aliases, device.name]) {
      const key = nameKey(name);
      if (!byKey.has(key)) byKey.set(key, { device });
    }
  }
  for (const device of devices) {
    for (const name of [...device.aliases, device.name]) {
      if (byKey.get(nameKey(name))?.devices !== undefined) continue; // instance types are matched whole
      const key = nameKey(plainWords(name.toLowerCase()));
      if (key.length > 2 && !byKey.has(key)) byKey.set(key, { device });
    }
  }
  // Ids last: whatever somebody's alias says, an id means its own device.
  for (const device of devices) byKey.set(nameKey(device.id), { device });

  const find = (name: string): FoundDevice | UnknownDevice => {
    const text = name.slice(0, MAX_NAME).normalize('NFKC').toLowerCase().trim();
    return (
      resolve(text, byKey, devices) ??
      counted(text, byKey, devices) ?? { device: null, suggestions: suggest(text, byKey) }
    );
  };
  return { devices, find };
}

function resolve(
  text: string,
  byKey: ReadonlyMap<string, FoundDevice>,
  devices: readonly Device[],
): FoundDevice | undefined {
  const plain = text.replace(/\((r|tm|c)\)|[®™©]/g, '');
  const outside = plain.replace(/\([^)]*\)|@.*$/g, ' ');
  const exact = byKey.get(nameKey(plain));
  if (exact) return exact.device.sharedMemory ? withStatedMemory(exact, plain, devices) : exact;
  for (const variant of [outside, plainWords(plain), plainWords(outside)]) {
    const key = nameKey(variant);
    const found = key === '' ? undefined : byKey.get(key);
    if (found) return withStatedMemory(found, plain, devices);
  }
  const size = statedGigabytes(plain);
  if (size === null) return undefined;
  const found = byKey.get(nameKey(plainWords(outside).replace(SIZE, ' ')));
  return found ? withStatedMemory(found, plain, devices) : undefined;
}

/** A name without the words that tell no device from another: vendors, series, "GPU", the "core" of "40-core". */
function plainWords(name: string): string {
  return name
    .replace(/[_\-/,]+/g, ' ')
    .replace(/(\d+) cores?\b/g, '$1')
    .replace(NOISE, ' ');
}

const SIZE = /(?<![\d.])(\d{1,4}) ?gi?b\b(?: *(?:hbm\w*|gddr\w*|lpddr\w*|unified|memory|ram|vram))?/;

function statedGigabytes(text: string): number | null {
  const match = SIZE.exec(text);
  return match ? Number(match[1]) : null;
}

/**
 * A name that says its memory means that memory: the sibling that has it, or, where processor and accelerator share
 * what the buyer chose, the same device with so much. Any other size is no device that we know.
 */
function withStatedMemory(
  found: FoundDevice,
  text: string,
  devices: readonly Device[],
): FoundDevice | undefined {
  const size = statedGigabytes(text);
  if (size === null || near(found.device.memory, size)) return found;
  if (found.device.sharedMemory) {
    return size * 1e9 <= found.device.memory ? { ...found, device: resized(found.device, size) } : undefined;
  }
  const sibling = devices.find(
    (device) =>
      near(device.memory, size) &&
      withoutSize(device.name) === withoutSize(found.device.name) &&
      device.class === found.device.class,
  );
  return sibling ? { ...found, device: sibling } : undefined;
}

function resized(device: Device, gigabytes: number): Device {
  const { usableMemory: _, ...rest } = device;
  return { ...rest, memory: gigabytes * 1e9 };
}

function withoutSize(name: string): string {
  return nameKey(name.toLowerCase().replace(SIZE, ' '));
}

function near(memory: number, gigabytes: number): boolean {
  return Math.abs(memory / 1e9 - gigabytes) <= SIZE_TOLERANCE * gigabytes;
}

/** "8x H100", "8 × H100", "H100:8", "H100 x8". */
function counted(
  text: string,
  byKey: ReadonlyMap<string, FoundDevice>,
  devices: readonly Device[],
): FoundDevice | undefined {
  const before = /^(\d{1,4}) ?[x×*] ?(.+)$/.exec(text);
  const after = /^(.+?)(?: ?[:×*] ?| +x ?|x)(\d{1,4})$/.exec(text);
  for (const [count, rest] of [
    [before?.[1], before?.[2]],
    [after?.[2], after?.[1]],
  ]) {
    if (count === undefined || rest === undefined || Number(count) === 0) continue;
    const found = resolve(rest.trim(), byKey, devices);
    if (found) return { device: found.device, devices: Number(count) * (found.devices ?? 1) };
  }
  return undefined;
}

function suggest(text: string, byKey: ReadonlyMap<string, FoundDevice>): string[] {
  const wanted = pairs(nameKey(text.replace(NOISE, ' ')) || nameKey(text));
  const best = new Map<string, number>();
  for (const [key, found] of byKey) {
    const likeness = dice(wanted, pairs(key));
    if (likeness >= MIN_LIKENESS && likeness > (best.get(found.device.id) ?? 0))
      best.set(found.device.id, likeness);
  }
  return [...best]
    .sort((a, b) => b[1] - a[1])
    .slice(0, MAX_SUGGESTIONS)
    .map(([id]) => id);
}

function pairs(key: string): Set<string> {
  const found = new Set<string>();
  for (let at = 0; at + 1 < key.length; at += 1) found.add(key.slice(at, at + 2));
  return found;
}

/** Sørensen–Dice coefficient of the letter pairs of two names. */
function dice(a: ReadonlySet<string>, b: ReadonlySet<string>): number {
  if (a.size + b.size === 0) return 0;
  let shared = 0;
  for (const pair of a) if (b.has(pair)) shared += 1;
  return (2 * shared) / (a.size + b.size);
}
