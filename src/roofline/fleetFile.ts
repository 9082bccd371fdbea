import { parse, printParseErrorCode, type ParseError } from 'jsonc-parser';
import * as z from 'zod';
import { findDevice } from '../hardware/catalogue';
import type { Device } from '../hardware/device';
import { deviceSchema } from '../hardware/deviceSchema';
import { ALL_REDUCES, type Fleet } from './fleet';

/** A fleet is a page of text; what is longer is another file. */
const MAX_CHARACTERS = 200_000;
const MAX_DEVICES = 64;
const MAX_PAIRS = MAX_DEVICES * MAX_DEVICES;

const name = z.string().min(1).max(200);
const bandwidth = z
  .number()
  .positive()
  .max(1e13)
  .meta({ description: 'bytes a second, one way, as a program gets them: 1 Gbit/s Ethernet is about 117e6' });
const latency = z
  .number()
  .min(0)
  .max(10)
  .meta({ description: 'seconds, one way, of the smallest message: half of what ping says' });
const count = z.number().int().min(1).max(MAX_DEVICES).meta({ description: 'so many alike (1)' });
const { memory, peak, vendor, hostBandwidth } = deviceSchema.shape;

const known = z.strictObject({
  hardware: name.meta({ description: 'a device of the catalogue: rtx-4090, m2-ultra-76, raspberry-pi-5 …' }),
  name: name.optional(),
  count: count.optional(),
  memory: memory.optional().meta({ description: 'bytes, where less is free than the device has' }),
  hostBandwidth: hostBandwidth.meta({ description: 'bytes a second to the memory of its host' }),
});

const inline = z.strictObject({
  name,
  count: count.optional(),
  vendor: vendor.optional(),
  class: deviceSchema.shape.class.optional(),
  memory,
  bandwidth: deviceSchema.shape.bandwidth.meta({ description: 'bytes a second of its own memory' }),
  peak: peak.meta({ description: 'dense FLOP a second by number format' }),
  hostBandwidth,
});

/** What a fleet file holds: devices, in the order in which layers are handed on, and the links between them; SI units. */
export const fleetFileSchema = z.strictObject({
  $schema: z.string().optional(),
  devices: z
    .array(z.union([known, inline]))
    .min(1)
    .max(MAX_DEVICES),
  links: z.strictObject({
    topology: z.enum(['star', 'full']).meta({
      description:
        'star: each device has a link to a hub, router or switch; full: each pair has a link of its own',
    }),
    bandwidth,
    latency,
    between: z
      .array(z.strictObject({ devices: z.tuple([name, name]), bandwidth, latency }))
      .max(MAX_PAIRS)
      .optional()
      .meta({ description: 'pairs, by name, whose link is another' }),
  }),
  allReduce: z
    .enum(ALL_REDUCES)
    .optional()
    .meta({ description: 'how partial results are summed; the fastest where nothing is said' }),
});

type FleetFile = z.infer<typeof fleetFileSchema>;

/** The schema that is published as `media/fleet.schema.json`, so that editors check a fleet file while it is written. */
export function fleetJsonSchema(): Record<string, unknown> {
  return {
    ...z.toJSONSchema(fleetFileSchema, { target: 'draft-7', io: 'input' }),
    title: 'Inference Lens fleet',
  };
}

export type FleetReading = { ok: true; fleet: Fleet } | { ok: false; message: string };

/** Reads a fleet file, JSON with comments. Never throws: what is wrong is said in one line, with its line where it is no JSON. */
export function readFleet(text: string): FleetReading {
  if (text.length > MAX_CHARACTERS) return failed('longer than a fleet file can be');
  const errors: ParseError[] = [];
  let value: unknown;
  try {
    value = parse(text, errors, { allowTrailingComma: true });
  } catch {
    return failed('nested deeper than a fleet file can be');
  }
  const [error] = errors;
  if (error) {
    const line = text.slice(0, error.offset).split('\n').length;
    return failed(`line ${line}: not JSON (${printParseErrorCode(error.error)})`);
  }
  const checked = fleetFileSchema.safeParse(value);
  if (!checked.success) return failed(inWords(checked.error));
  return fleetOf(checked.data);
}

function fleetOf(file: FleetFile): FleetReading {
  const devices: { name: string; device: Device }[] = [];
  for (const row of file.devices) {
    const device = deviceOf(row);
    if (typeof device === 'string') return failed(device);
    const of = row.count ?? 1;
    for (let copy = 1; copy <= of; copy += 1) {
      const base = row.name ?? device.id;
      const taken = devices.filter(
        (other) => other.name === base || other.name.startsWith(`${base} #`),
      ).length;
      devices.push({ name: of > 1 || taken > 0 ? `${base} #${taken + 1}` : base, device });
    }
  }
  if (devices.length > MAX_DEVICES) return failed(`more than ${MAX_DEVICES} devices`);
  const between: { pair: readonly [number, number]; link: Fleet['link'] }[] = [];
  for (const { devices: ends, ...link } of file.links.between ?? []) {
    const [a, b] = ends.map((end) => devices.findIndex((one) => one.name === end));
    if (a === undefined || b === undefined || a < 0 || b < 0) {
      const names = devices.map((one) => one.name).join(', ');
      return failed(`links.between names ${ends.join(' and ')}; the devices are called ${names}`);
    }
    if (a === b) return failed(`links.between: ${ends[0]} has no link to itself`);
    between.push({ pair: [a, b], link });
  }
  const { topology, bandwidth: rate, latency: wait } = file.links;
  return {
    ok: true,
    fleet: {
      devices,
      topology,
      link: { bandwidth: rate, latency: wait },
      between,
      allReduce: file.allReduce ?? null,
    },
  };
}

/** What a vendor's name most likely means at home; of others the processor. */
const USUAL_CLASS: Readonly<Record<string, Device['class']>> = {
  nvidia: 'consumer-gpu',
  amd: 'consumer-gpu',
  apple: 'apple-silicon',
};

/** Figures in a fleet file are meant to the byte; whole gigabytes of a catalogue are vendors', who mean binary ones. */
function free(bytes: number): number {
  return Number.isInteger(bytes / 1e9) ? bytes - 1 : bytes;
}

/** A device, or what is wrong with it. */
function deviceOf(row: FleetFile['devices'][number]): Device | string {
  if ('hardware' in row) {
    const found = findDevice(row.hardware);
    if (!found.device) {
      const close = found.suggestions.length > 0 ? `; did you mean ${found.suggestions.join(', ')}?` : '';
      return `“${row.hardware}” is not a device that I know${close}`;
    }
    const { usableMemory: _other, ...rest } = found.device;
    return {
      ...(row.memory === undefined ? found.device : { ...rest, memory: free(row.memory) }),
      ...(row.hostBandwidth === undefined ? {} : { hostBandwidth: row.hostBandwidth }),
    };
  }
  return {
    id: row.name,
    name: row.name,
    vendor: row.vendor ?? 'other',
    class: row.class ?? USUAL_CLASS[row.vendor ?? 'other'] ?? 'this-machine',
    aliases: [],
    memory: free(row.memory),
    bandwidth: row.bandwidth,
    peak: Object.fromEntries(Object.entries(row.peak).filter(([, rate]) => rate !== undefined)),
    ...(row.hostBandwidth === undefined ? {} : { hostBandwidth: row.hostBandwidth }),
    source: 'the fleet file',
    date: '1970-01-01',
  };
}

function inWords(error: z.ZodError): string {
  const [issue] = error.issues;
  if (!issue) return 'not a fleet';
  // Of a device that is neither kind, the kind that it is nearer to says what is wrong.
  const inner =
    issue.code === 'invalid_union' ? issue.errors.sort((a, b) => a.length - b.length)[0]?.[0] : undefined;
  const path = [...issue.path, ...(inner?.path ?? [])].join('.');
  return `${path === '' ? '' : `${path}: `}${inner?.message ?? issue.message}`;
}

function failed(message: string): FleetReading {
  return { ok: false, message };
}
