import { createScanner, findNodeAtLocation, parseTree, printParseErrorCode } from 'jsonc-parser';
import type { Node, ParseError } from 'jsonc-parser';
import * as z from 'zod';
import type { Device } from './device';
import { deviceSchema } from './deviceSchema';

/** A file of devices is a few kilobytes; what is longer is another file. */
const MAX_LENGTH = 1_000_000;
/** devices → device → peak → figure: nothing in the schema nests deeper than this. */
const MAX_DEPTH = 16;
const MAX_DEVICES = 200;
const MAX_PROBLEMS = 20;

const userDeviceSchema = deviceSchema
  .omit({ checked: true })
  .partial({ name: true, vendor: true, class: true, aliases: true, source: true, date: true })
  .extend({
    memory: deviceSchema.shape.memory.min(1e6, 'bytes are meant: 24 GB is 24e9'),
    bandwidth: deviceSchema.shape.bandwidth.min(1e6, 'bytes a second are meant: 1 TB/s is 1e12'),
  });

/** What a user's file of devices holds: `{ "devices": [ … ] }`, all figures in SI units. */
export const userDeviceFileSchema = z.strictObject({
  $schema: z.string().optional(),
  devices: z.array(userDeviceSchema).max(MAX_DEVICES),
});

/** Where a file is at fault, for a person; line and column count from one. */
export interface DeviceFileProblem {
  message: string;
  line: number;
  column: number;
}

export interface DeviceFile {
  /** The devices that are right; a faulty one is left out, and named in `problems`. */
  devices: readonly Device[];
  problems: readonly DeviceFileProblem[];
}

/** The schema that is published as `schema/devices.schema.json`, so that editors check a user's file while it is written. */
export function userDevicesJsonSchema(): Record<string, unknown> {
  return {
    ...z.toJSONSchema(userDeviceFileSchema, { target: 'draft-7', io: 'input' }),
    title: 'Inference Lens devices',
  };
}

/**
 * Reads a user's own devices, in JSON with comments. Never throws: whatever is wrong becomes a problem with its place.
 * @param source what stands as the source of rows that name none, such as the file's name
 * @param date the date of such rows, as 2025-01-31
 */
export function readUserDevices(text: string, source: string, date: string): DeviceFile {
  if (text.length > MAX_LENGTH) return failed(text, 0, 'longer than a file of devices can be');
  if (isTooDeep(text)) return failed(text, 0, 'nested deeper than a file of devices can be');
  const errors: ParseError[] = [];
  const root = parseTree(text, errors, { allowTrailingComma: true });
  const [error] = errors;
  if (error) return failed(text, error.offset, `not JSON: ${describeSyntax(error)}`);
  if (!root) return failed(text, 0, 'empty: { "devices": [ … ] } is expected');

  const list = root.type === 'object' ? findNodeAtLocation(root, ['devices']) : undefined;
  if (list?.type !== 'array')
    return failed(text, root.offset, 'an object with a list called "devices" is expected');

  const problems: DeviceFileProblem[] = strayKeys(text, root);
  const devices: Device[] = [];
  const seen = new Set<string>();
  const nodes = list.children ?? [];
  if (nodes.length > MAX_DEVICES) return failed(text, list.offset, `more than ${MAX_DEVICES} devices`);
  for (const node of nodes) {
    const result = userDeviceSchema.safeParse(plainValue(node));
    if (!result.success) {
      problems.push(...result.error.issues.map((issue) => problemOf(text, node, issue)));
      continue;
    }
    const row = result.data;
    if (seen.has(row.id)) {
      problems.push(at(text, node.offset, `a second device with the id "${row.id}"`));
      continue;
    }
    seen.add(row.id);
    devices.push(completed(row, source, date));
  }
  return { devices, problems: problems.slice(0, MAX_PROBLEMS) };
}

function completed(row: z.infer<typeof userDeviceSchema>, source: string, date: string): Device {
  // The schema's optional fields may be there as undefined; a device has them or has not.
  const given: Partial<Device> = Object.fromEntries(
    Object.entries(row).filter(([, value]) => value !== undefined),
  );
  const { id, memory, bandwidth } = row;
  return {
    id,
    name: id,
    vendor: 'other',
    class: 'this-machine',
    aliases: [],
    memory,
    bandwidth,
    peak: {},
    source,
    date,
    ...given,
  };
}

function strayKeys(text: string, root: Node): DeviceFileProblem[] {
  return (root.children ?? [])
    .map((property) => property.children?.[0])
    .filter((key) => key && key.value !== 'devices' && key.value !== '$schema')
    .map((key) => at(text, key?.offset ?? 0, `"${String(key?.value).slice(0, 60)}" is not known here`));
}

function problemOf(text: string, node: Node, issue: z.core.$ZodIssue): DeviceFileProblem {
  const path = issue.path.filter((part) => typeof part !== 'symbol');
  let place: Node | undefined = node;
  for (let length = path.length; length > 0; length -= 1) {
    place = findNodeAtLocation(node, path.slice(0, length));
    if (place) break;
  }
  const field = path.length > 0 ? `${path.join('.')}: ` : '';
  return at(text, (place ?? node).offset, `${field}${issue.message}`);
}

/** The value of a node without prototypes: a key called `__proto__` stays a key, and is refused as unknown. */
function plainValue(node: Node): unknown {
  if (node.type === 'array') return (node.children ?? []).map(plainValue);
  if (node.type !== 'object') return node.value as unknown;
  const entries = (node.children ?? []).map(({ children }): [string, unknown] => {
    const [key, value] = children ?? [];
    return [String(key?.value), value ? plainValue(value) : undefined];
  });
  return Object.fromEntries(entries);
}

function isTooDeep(text: string): boolean {
  const scanner = createScanner(text, true);
  let depth = 0;
  scanner.scan();
  while (scanner.getTokenLength() > 0) {
    const first = text[scanner.getTokenOffset()];
    if (first === '{' || first === '[') depth += 1;
    else if (first === '}' || first === ']') depth -= 1;
    if (depth > MAX_DEPTH) return true;
    scanner.scan();
  }
  return false;
}

/** "PropertyNameExpected" → "property name expected". */
function describeSyntax(error: ParseError): string {
  return printParseErrorCode(error.error)
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .toLowerCase();
}

function failed(text: string, offset: number, message: string): DeviceFile {
  return { devices: [], problems: [at(text, offset, message)] };
}

function at(text: string, offset: number, message: string): DeviceFileProblem {
  const before = text.slice(0, offset).split('\n');
  return { message, line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
}
