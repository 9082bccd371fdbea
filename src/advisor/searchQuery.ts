import * as z from 'zod';
import { estimateOptionsSchema, recommendOptionsSchema } from './query';

/** More kinds of device than anybody compares in one question; more would only take long. */
const MAX_HARDWARE = 40;

const above = (what: string, most: number) => {
  const error = `must be ${what}, above 0`;
  return z.number({ error }).positive(error).max(most, error);
};
const HARDWARE = `must be a list of 1 to ${MAX_HARDWARE} devices`;
const NAME = 'must be a list of names of 1 to 200 characters';

/**
 * Options of `search` (contract): those of `estimate`, each fixed where it is given and searched where it is not, and the limits. What has
 * no place in a search is left out: a fleet is one machine already, two pools
 * are another question, and offloaded layers are for what fits nowhere.
 */
export const searchOptionsSchema = estimateOptionsSchema
  .omit({
    fleet: true,
    hardware: true,
    gpuLayers: true,
    host: true,
    diskBandwidth: true,
    decodeContextParallel: true,
    prefillDevices: true,
    prefillHardware: true,
    prefillTensorParallel: true,
    kvBandwidth: true,
    kvLatency: true,
  })
  .extend({
    hardware: z
      .array(z.string({ error: NAME }).min(1, NAME).max(200, NAME), { error: HARDWARE })
      .min(1, HARDWARE)
      .max(MAX_HARDWARE, HARDWARE)
      .optional(),
    goal: recommendOptionsSchema.shape.goal,
    lossless: recommendOptionsSchema.shape.lossless,
    /** Limits: seconds, bytes over all devices, dollars for a million output tokens, joules for one. */
    ttft: above('seconds', 86_400).optional(),
    interToken: above('seconds', 86_400).optional(),
    memory: above('bytes', 1e18).optional(),
    cost: above('dollars for a million output tokens', 1e9).optional(),
    energy: above('joules an output token', 1e9).optional(),
  });

export type SearchOptions = z.infer<typeof searchOptionsSchema>;
