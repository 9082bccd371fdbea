import type { Device } from './device';
import { DeviceIndex } from './deviceIndex';
import type { FoundDevice, InstanceTypes, UnknownDevice } from './deviceIndex';
import accelerators from './devices/accelerators.json';
import amd from './devices/amd.json';
import apple from './devices/apple.json';
import cpu from './devices/cpu.json';
import instances from './devices/instances.json';
import intel from './devices/intel.json';
import nvidiaDatacentre from './devices/nvidia-datacentre.json';
import nvidiaGeforce from './devices/nvidia-geforce.json';
import nvidiaJetson from './devices/nvidia-jetson.json';
import nvidiaWorkstation from './devices/nvidia-workstation.json';
import phone from './devices/phone.json';
import sourceTexts from './devices/sources.json';

let builtIn: DeviceIndex | undefined;

/**
 * The devices that we know, as the files say them: the schema (`deviceSchema.ts`) is kept by the tests and not asked
 * again here. An instance type counts as an alias of the device that it holds.
 */
function catalogue(): DeviceIndex {
  builtIn ??= new DeviceIndex(deviceRows(), instanceRows());
  return builtIn;
}

function instanceRows(): readonly InstanceTypes[] {
  return instances as readonly unknown[] as readonly InstanceTypes[];
}

function deviceRows(): readonly Device[] {
  const files: readonly (readonly unknown[])[] = [
    nvidiaDatacentre,
    nvidiaWorkstation,
    nvidiaGeforce,
    nvidiaJetson,
    amd,
    intel,
    apple,
    accelerators,
    cpu,
    phone,
  ];
  const instanceNames = new Map<string, string[]>();
  for (const { device, types } of instanceRows()) {
    instanceNames.set(device, [...(instanceNames.get(device) ?? []), ...Object.keys(types)]);
  }
  return (files.flat() as readonly Device[]).map((row) => ({
    ...row,
    aliases: [...row.aliases, ...(instanceNames.get(row.id) ?? [])],
    source: sourceText(row.source),
    ...(row.sources && {
      sources: Object.fromEntries(
        Object.entries(row.sources).map(([field, text]) => [field, sourceText(text)]),
      ),
    }),
  }));
}

/** What many rows share stands once, in `sources.json`: "@tpu x" is the text called "tpu" with "x" after it. */
function sourceText(text: string): string {
  if (!text.startsWith('@')) return text;
  const [name = '', ...rest] = text.slice(1).split(' ');
  return (sourceTexts as Readonly<Record<string, string>>)[name] + rest.join(' ');
}

/** Every device of the catalogue, instance types among the aliases; grouped by vendor and class. */
export function allDevices(): readonly Device[] {
  return catalogue().devices;
}

/**
 * The device that people, drivers or clouds mean by `name`: an id, `NVIDIA H100 80GB HBM3`, `g5.xlarge`, `8x H100`.
 * Case, spaces and punctuation do not count. Unknown names come back with `device: null` and the nearest ids.
 */
export function findDevice(name: string): FoundDevice | UnknownDevice {
  return catalogue().find(name);
}

const withOwn = new WeakMap<readonly Device[], DeviceIndex>();

/** The catalogue with a user's own devices before it; one of theirs hides ours of the same id. Put together once for a list. */
export function catalogueWith(own: readonly Device[]): DeviceIndex {
  if (own.length === 0) return catalogue();
  let index = withOwn.get(own);
  if (!index) {
    index = joined(own);
    withOwn.set(own, index);
  }
  return index;
}

function joined(own: readonly Device[]): DeviceIndex {
  const ids = new Set(own.map((device) => device.id));
  const rest = allDevices().filter((device) => !ids.has(device.id));
  return new DeviceIndex([...own, ...rest], instanceRows());
}
