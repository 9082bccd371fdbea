import * as z from 'zod';
import type { Engine } from '../deployment/engine';
import type { Device } from '../hardware/device';
import type { Bytes } from '../units/quantities';
import data from './runtimeMemory.json';

const rowSchema = z.object({
  engine: z.string(),
  /** Driver context and loaded kernels, a device. */
  contextBytes: z.number().gte(0),
  /** Captured graphs, a device. */
  graphBytes: z.number().gte(0),
  /** Buffers of collectives, a device and doubling of the group. */
  communicatorBytes: z.number().gte(0),
  /** Buffers of an engine's kernels, as a share of the weights, by weight scheme; `plain` for unquantised ones. */
  workspaceShares: z.record(z.string(), z.number().gte(0).lt(1)),
  source: z.string(),
  date: z.string(),
});

type RuntimeRow = z.infer<typeof rowSchema>;

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

/** Buffers that an engine's kernels for a weight scheme need, as a share of the weights; null: unquantised weights. */
export function workspaceShare(engine: Engine, scheme: string | null): number {
  return rowOf(engine).workspaceShares[scheme ?? 'plain'] ?? 0;
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
