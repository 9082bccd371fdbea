import { z } from 'zod';

/** The shapes of the contract (../shared/contract.md), written down by hand: names exact, numbers finite, further fields allowed. */
const figure = z.number();
const count = z.number().int().nonnegative();
export const band = z.looseObject({ p10: figure, p50: figure, p90: figure });
const warnings = z.array(z.looseObject({ code: z.string(), message: z.string().min(1) }));
const percentiles = z.looseObject({ p90: figure, p99: figure });
const bound = z.enum(['compute', 'memory', 'communication', 'overhead']);
const point = z.looseObject({ intensity: figure, attained: figure, limit: figure });

export const inspection = z.looseObject({
  schema: z.literal(1),
  model: z.looseObject({
    name: z.string(),
    modelType: z.string(),
    architecture: z.string(),
    kind: z.enum(['decoder', 'encoder', 'encoder-decoder', 'diffusion', 'draft', 'other']),
    totalParameters: count,
    activeParameters: count,
    layers: count,
    parametersByPart: z.looseObject({
      embedding: count,
      attention: count,
      feedForward: count,
      experts: count,
      norms: count,
      head: count,
      vision: count,
      other: count,
    }),
    weightBytes: count,
    weightFormat: z.string(),
    kvCacheBytesPerToken: count,
    stateBytesPerSequence: count,
    maxContext: count.nullable(),
    attention: z.string(),
    exact: z.boolean(),
  }),
  warnings,
});

const position = z.looseObject({ line: count.min(1), column: count.min(1) });
export const deployments = z.looseObject({
  schema: z.literal(1),
  deployments: z.array(
    z.looseObject({
      engine: z.string(),
      model: z.string().nullable(),
      settings: z.record(z.string(), z.unknown()),
      hardware: z.looseObject({ id: z.string().nullable(), devices: count.nullable() }),
      range: z.looseObject({ start: position, end: position }),
      unresolved: z.array(z.string()),
    }),
  ),
  warnings,
});

const figures = {
  memory: z.looseObject({
    weights: figure,
    kvCache: figure,
    activations: figure,
    runtime: figure,
    total: figure,
    perDevice: figure,
    capacityPerDevice: figure,
    fits: z.boolean(),
    maxConcurrency: count,
    maxContext: count.nullable(),
  }),
  latency: z.looseObject({
    timeToFirstToken: band,
    interToken: band,
    endToEnd: band,
    tail: z.looseObject({ endToEnd: percentiles, timeToFirstToken: percentiles }),
  }),
  throughput: z.looseObject({ perSequence: figure, total: figure, prefill: figure }),
  bound: z.looseObject({ prefill: bound, decode: bound }),
  roofline: z.looseObject({ prefill: point, decode: point }),
  calibration: z.looseObject({ basis: z.enum(['measured', 'interpolated', 'physics']), rows: count }),
  warnings,
};

const scenario = z.looseObject({
  hardware: z.string(),
  devices: count.min(1),
  engine: z.string(),
  weights: z.string(),
  kv: z.string(),
  attention: z.string(),
  concurrency: figure,
  requestRate: figure.nullable(),
  input: count,
  output: count,
  sharedPrefix: count,
  tensorParallel: count.min(1),
  techniques: z.array(z.string()),
});

const term = z.looseObject({
  id: z.string(),
  seconds: figure,
  bytes: figure,
  flop: figure,
  formula: z.string(),
  inputs: z.record(z.string(), z.union([z.number(), z.string()])),
});

export const estimate = z.looseObject({ schema: z.literal(1), scenario, ...figures });
export const estimateWithTerms = estimate.extend({ terms: z.array(term).min(1) });

export const advice = z.looseObject({
  schema: z.literal(1),
  scenario,
  baseline: z.looseObject(figures),
  recommendations: z.array(
    z.looseObject({
      rank: count.min(1),
      techniques: z.array(z.string()).min(1),
      title: z.string().min(1),
      speedup: band.extend({ metric: z.enum(['endToEnd', 'interToken', 'timeToFirstToken', 'throughput']) }),
      estimate: z.looseObject(figures),
      memoryChange: figure,
      costChange: figure.nullable(),
      quality: z.looseObject({
        lossless: z.boolean(),
        risk: z.enum(['none', 'low', 'medium', 'high']),
        note: z.string(),
      }),
      needs: z.array(z.string()),
      settings: z.array(z.looseObject({ engine: z.string(), setting: z.string() })),
      evidence: z
        .array(
          z.looseObject({
            paper: z.string().nullable(),
            source: z.string(),
            title: z.string(),
            value: figure,
            metric: z.string(),
            conditions: z.string(),
            distance: figure,
          }),
        )
        .min(1),
      why: z.string().min(1),
    }),
  ),
  rejected: z.array(z.looseObject({ technique: z.string(), reason: z.string().min(1) })),
  selector: z.looseObject({
    model: z.string().nullable(),
    version: z.string(),
    trainedOn: count,
    method: z.string(),
  }),
  warnings,
});

const entry = z.looseObject({ scenario, estimate: z.looseObject(figures) });

export const search = z.looseObject({
  schema: z.literal(1),
  searched: count,
  frontier: z.array(entry),
  best: entry.nullable(),
  warnings,
});

export const techniqueList = z.looseObject({
  techniques: z.array(
    z.looseObject({
      id: z.string(),
      family: z.string(),
      changes: z.string(),
      lossless: z.boolean(),
      needs: z.array(z.string()),
      engines: z.array(
        z.looseObject({ engine: z.string(), setting: z.string(), since: z.string(), link: z.string() }),
      ),
      papers: z.array(z.string()),
      conflicts: z.array(z.string()),
      composes: z.array(z.string()),
    }),
  ),
});

export const hardwareList = z.looseObject({
  hardware: z.array(
    z.looseObject({
      id: z.string().regex(/^[a-z0-9]+(-[a-z0-9]+)*$/),
      name: z.string(),
      aliases: z.array(z.string()),
      memory: figure,
      bandwidth: figure,
      peak: z.record(z.string(), figure),
      source: z.string().min(1),
      date: z.string().min(1),
    }),
  ),
});

export const paperList = z.looseObject({
  papers: z.array(
    z.looseObject({
      id: z.string(),
      title: z.string(),
      family: z.string(),
      role: z.string(),
      rows: count,
      use: z.string(),
    }),
  ),
});

export const failure = z.strictObject({
  id: z.unknown(),
  error: z.strictObject({ code: z.string().min(1), message: z.string().min(1) }),
});
