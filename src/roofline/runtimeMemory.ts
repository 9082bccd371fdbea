import * as z from 'zod';
import type { Engine } from '../deployment/engine';
import type { Device } from '../hardware/device';
import type { Bytes } from '../units/quantities';
import data from './runtimeMemory.json';

const workingSchema = z.object({
  /** Workspace of the matrix library. */
  libraryBytes: z.number().gte(0),
  /** What there is at the least however short the prompt: tables and masks of each layer, and a share of the weights as unquantised. */
  layerBytes: z.number().gte(0),
  plainShare: z.number().gte(0).lt(1),
  /** Whether a quantised matrix is unpacked before it is multiplied. */
  unpacks: z.boolean(),
});

const rowSchema = z.object({
  engine: z.string(),
  /** Driver context and loaded kernels, a device. */
  contextBytes: z.number().gte(0),
  /** Captured graphs, a device. */
  graphBytes: z.number().gte(0),
  /** Buffers of collectives, a device and doubling of the group. */
  communicatorBytes: z.number().gte(0),
  /** Allocated by the process itself beside weights and cache; null: nothing but a step's activations and logits. */
  working: workingSchema.nullable(),
  source: z.string(),
  date: z.string(),
});

type RuntimeRow = z.infer<typeof rowSchema>;

const NOTHING = { libraryBytes: 0, layerBytes: 0, plainShare: 0, unpacks: false };

let rows: Map<string, RuntimeRow> | undefined;

/** Bytes a device that are neither weights, cache nor activations. */
export function runtimeBytesPerDevice(
  engine: Engine,
  device: Device,
  graphs: boolean,
  devicesInGroup: number,
): Bytes {
  const row = rowOf(device.class === 'apple-silicon' ? 'metal' : engine);
  const communicators = devicesInGroup > 1 ? row.communicatorBytes * Math.ceil(Math.log2(devicesInGroup)) : 0;
  return row.contextBytes + (graphs ? row.graphBytes : 0) + communicators;
}

/** What a process of an engine allocates beside weights, cache and the activations of a step. */
export function workingMemory(engine: Engine): z.infer<typeof workingSchema> {
  return rowOf(engine).working ?? NOTHING;
}

function rowOf(engine: Engine | 'metal'): RuntimeRow {
  rows ??= new Map(
    z
      .array(rowSchema)
      .parse(data.rows)
      .map((row) => [row.engine, row]),
  );
  const row = rows.get(engine) ?? rows.get('any');
  if (!row) throw new Error('runtimeMemory.json has no row for any engine');
  return row;
}
