import { readFileSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import type { OptionFiles } from '../advisor/optionFiles';
import type { Device } from '../hardware/device';
import { readUserDevices } from '../hardware/userDevices';
import { existingFile } from './existingFile';
import { loadModel } from './loadModel';
import { UsageError } from './usageError';

const MAX_BYTES = 1_000_000;
/** `my-devices.json` or, of several, `my-devices.json#big-one`. */
const DEVICE_FILE = /^(?<path>.+\.jsonc?)(?:#(?<id>[^#]*))?$/i;

/**
 * Reads the files that options name: a file of devices in place of a device's name, and a draft's own file. In the options that come back the
 * device is named by its id. Throws `UsageError` with the place of what is wrong.
 */
export async function readOptionFiles<
  Options extends {
    hardware?: string | string[] | undefined;
    prefillHardware?: string | undefined;
    host?: string | undefined;
    draft?: string | undefined;
  },
>(options: Options): Promise<{ options: Options; files: OptionFiles }> {
  const devices: Device[] = [];
  const named = (name: string): string => {
    const found = DEVICE_FILE.exec(name)?.groups;
    if (!found?.['path']) return name;
    const own = deviceIn(found['path'], found['id']);
    devices.push(own);
    return own.id;
  };
  const { hardware, prefillHardware, host } = options;
  const read = {
    ...options,
    ...(hardware === undefined
      ? {}
      : { hardware: typeof hardware === 'string' ? named(hardware) : hardware.map(named) }),
    ...(prefillHardware === undefined ? {} : { prefillHardware: named(prefillHardware) }),
    ...(host === undefined ? {} : { host: named(host) }),
  };
  const draft = options.draft === undefined ? null : await loadModel(options.draft);
  return { options: read, files: { devices, draft } };
}

function deviceIn(path: string, id: string | undefined): Device {
  const found = statSync(existingFile(path));
  if (!found.isFile() || found.size > MAX_BYTES)
    throw new UsageError(`${path}: not a file of devices`, 'bad-device-file');
  const today = new Date().toISOString().slice(0, 10);
  const { devices, problems } = readUserDevices(readFileSync(path, 'utf8'), basename(path), today);
  const [problem] = problems;
  if (problem)
    throw new UsageError(`${path}:${problem.line}:${problem.column}: ${problem.message}`, 'bad-device-file');
  const ids = devices.map((device) => device.id).join(', ');
  const own = id === undefined ? devices[0] : devices.find((device) => device.id === id);
  if (!own)
    throw new UsageError(
      id === undefined ? `${path}: no device in it` : `${path}: no device “${id}” in it; it has ${ids}`,
      'bad-device-file',
    );
  if (id === undefined && devices.length > 1)
    throw new UsageError(`${path}: which of ${ids}? Say ${path}#${own.id} for example`, 'bad-device-file');
  return own;
}
