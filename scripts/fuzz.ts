import fc from 'fast-check';
import { totalParameters } from '../src/model/count';
import { explainKey } from '../src/model/explainKey';
import { CLASS_DEFAULTS } from '../src/model/classDefaults';
import { memorySource } from '../src/model/files/byteSource';
import { readGguf } from '../src/model/files/gguf';
import { readOnnx } from '../src/model/files/onnx';
import { readSafetensors } from '../src/model/files/safetensors';
import { specOfListing } from '../src/model/files/specOfListing';
import { FAMILIES } from '../src/model/families/table';
import { kvCacheBytes, weightBytes } from '../src/model/memory';
import { ReadFailure } from '../src/model/readFailure';
import { readModel, readModelValue } from '../src/model/readModel';
import { readJson } from '../src/syntax/json';

/**
 * Feeds the model readers with hostile input: `npm run fuzz [-- COUNT]`, a million inputs in all by default. What a reader
 * refuses in its own words is right; any other exception, or one input that takes longer than the bound, ends the run.
 */
const DEFAULT_INPUTS = 1_000_000;

/** One input may take this long, on a machine that others use too. */
const MAX_MILLISECONDS = 5_000;

interface Target {
  name: string;
  /** Of a thousand inputs, how many this reader gets. */
  share: number;
  arbitrary: fc.Arbitrary<unknown>;
  /** True where the reader answers later. */
  waits?: boolean;
  run: (input: never) => void | Promise<void>;
}

/** Runs a reader that says no by throwing its own failure. */
function tolerating(read: () => void): void {
  try {
    read();
  } catch (fault) {
    if (!(fault instanceof ReadFailure)) throw fault;
  }
}

const KEYS = [...new Set(Object.values(CLASS_DEFAULTS).flatMap((row) => Object.keys(row.values)))];
const EXTRA = [
  'text_config',
  'vision_config',
  'quantization_config',
  'layer_types',
  'architectures',
  'rope_scaling',
  'sliding_window',
  'attn_config',
  'block_configs',
  'mlp_only_layers',
];

const scalar = fc.oneof(
  fc.integer({ min: -2, max: 300 }),
  fc.constantFrom(
    0,
    -1,
    1,
    64,
    4096,
    2 ** 31,
    2 ** 53,
    1e308,
    NaN,
    Infinity,
    '',
    'auto',
    'x',
    null,
    true,
    false,
  ),
  fc.double(),
  fc.string({ maxLength: 12 }),
);
const value: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 6, arbitrary: scalar },
  { weight: 1, arbitrary: fc.array(scalar, { maxLength: 6 }) },
  { weight: 1, arbitrary: fc.dictionary(fc.constantFrom(...KEYS, ...EXTRA), scalar, { maxKeys: 5 }) },
);
const config = fc.record({
  type: fc.constantFrom(
    ...Object.keys(FAMILIES),
    'UNet2DConditionModel',
    'AutoencoderKL',
    'FluxTransformer2DModel',
    '__proto__',
    'constructor',
  ),
  changes: fc.dictionary(fc.constantFrom(...KEYS, ...EXTRA), value, { maxKeys: 6 }),
});

/** A plausible model to start from, so that changes reach the depths of the family. */
const BASE = {
  hidden_size: 64,
  intermediate_size: 128,
  num_hidden_layers: 4,
  num_attention_heads: 4,
  vocab_size: 256,
  d_model: 64,
  block_out_channels: [32, 64],
  layers_per_block: 1,
};

function safetensorsBytes(header: string, claimed: number): Uint8Array {
  const text = new TextEncoder().encode(header);
  const bytes = new Uint8Array(8 + text.length);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(claimed < 0 ? text.length : claimed), true);
  bytes.set(text, 8);
  return bytes;
}

function ggufBytes(body: Uint8Array, tensors: number, keys: number): Uint8Array {
  const bytes = new Uint8Array(24 + body.length);
  const view = new DataView(bytes.buffer);
  bytes.set([0x47, 0x47, 0x55, 0x46]);
  view.setUint32(4, 3, true);
  view.setBigUint64(8, BigInt(tensors), true);
  view.setBigUint64(16, BigInt(keys), true);
  bytes.set(body, 24);
  return bytes;
}

const tensorEntry = fc.record({
  dtype: fc.constantFrom('BF16', 'F32', 'U8', 'X'),
  shape: fc.array(scalar, { maxLength: 4 }),
  data_offsets: fc.array(scalar, { maxLength: 3 }),
});

const TARGETS: readonly Target[] = [
  {
    name: 'json text',
    share: 275,
    arbitrary: fc.record({
      text: fc.oneof(
        fc.string({ maxLength: 120 }),
        fc.json({ maxDepth: 4 }),
        fc.string({ unit: fc.constantFrom(...'{}[]",:\\/*0e-NaInfity \n'), maxLength: 80 }),
      ),
      at: fc.nat(100),
    }),
    run: ({ text, at }: { text: string; at: number }) => {
      const document = readJson(text);
      const path = document.pathAt(at);
      if (path !== null) document.rangeOf(path);
      readModel(text, { tolerant: true });
    },
  },
  {
    name: 'configuration',
    share: 420,
    arbitrary: config,
    run: ({ type, changes }: { type: string; changes: Record<string, unknown> }) => {
      const raw = { ...BASE, ...changes, model_type: type };
      const reading = readModelValue(raw);
      const model = reading.ok ? reading.model : null;
      if (model !== null) {
        if (!Number.isSafeInteger(totalParameters(model))) throw new Error('a count that is no whole number');
        weightBytes(model);
        weightBytes(model, 'q4_k_m');
        kvCacheBytes(model, 4096);
      }
      for (const key of Object.keys(changes)) explainKey(model, raw, [key]);
    },
  },
  {
    name: 'safetensors header',
    share: 150,
    arbitrary: fc.record({
      entries: fc.dictionary(fc.string({ maxLength: 20 }), fc.oneof(tensorEntry, scalar), { maxKeys: 4 }),
      claimed: fc.oneof(fc.constant(-1), fc.nat(200), fc.constantFrom(2 ** 32, 2 ** 52)),
      cut: fc.nat(40),
    }),
    run: ({ entries, claimed, cut }: { entries: object; claimed: number; cut: number }) => {
      const bytes = safetensorsBytes(JSON.stringify(entries), claimed);
      tolerating(() => {
        specOfListing(readSafetensors(memorySource(bytes.subarray(0, bytes.length - cut))), 'fuzz');
      });
    },
  },
  {
    name: 'ONNX bytes',
    share: 150,
    arbitrary: fc.array(
      fc.oneof(
        fc.integer({ min: 0, max: 255 }),
        fc.constantFrom(0x0a, 0x3a, 0x42, 0x12, 0x08, 0x2a, 0x7a, 1, 2, 4, 8, 0xff),
      ),
      { maxLength: 120 },
    ),
    run: (bytes: number[]) => {
      tolerating(() => {
        specOfListing(
          readOnnx(memorySource(Uint8Array.from([0x3a, Math.max(0, bytes.length - 2), ...bytes]))).listing,
          'fuzz',
        );
      });
    },
  },
  {
    name: 'GGUF bytes',
    waits: true,
    share: 5,
    arbitrary: fc.record({
      body: fc.uint8Array({ maxLength: 160 }),
      tensors: fc.oneof(fc.nat(4), fc.constantFrom(2 ** 31, 2 ** 52)),
      keys: fc.oneof(fc.nat(4), fc.constantFrom(2 ** 31, 2 ** 52)),
    }),
    run: async ({ body, tensors, keys }: { body: Uint8Array; tensors: number; keys: number }) => {
      try {
        specOfListing(await readGguf({ bytes: ggufBytes(body, tensors, keys) }), 'fuzz');
      } catch (fault) {
        if (!(fault instanceof ReadFailure)) throw fault;
      }
    },
  },
];

async function main(): Promise<void> {
  const total = Math.max(1000, Number(process.argv[2] ?? DEFAULT_INPUTS) || DEFAULT_INPUTS);
  const seed = Number(process.argv[3] ?? Date.now() % 2 ** 31);
  let done = 0;
  for (const target of TARGETS) {
    const runs = Math.round((total * target.share) / 1000);
    const started = performance.now();
    let slowest = 0;
    const timed = (before: number): void => {
      slowest = Math.max(slowest, performance.now() - before);
      if (slowest > MAX_MILLISECONDS) throw new Error(`one input took ${slowest.toFixed(0)} ms`);
    };
    const { run } = target;
    await fc.assert(
      target.waits
        ? fc.asyncProperty(target.arbitrary, async (input) => {
            const before = performance.now();
            await run(input as never);
            timed(before);
          })
        : fc.property(target.arbitrary, (input) => {
            const before = performance.now();
            void run(input as never);
            timed(before);
          }),
      { numRuns: runs, seed },
    );
    done += runs;
    console.log(
      `${target.name}: ${String(runs)} inputs, ${((performance.now() - started) / 1000).toFixed(1)} s, slowest ${slowest.toFixed(1)} ms`,
    );
  }
  console.log(`${String(done)} inputs, no exception escaped (seed ${String(seed)})`);
}

main().catch((fault: unknown) => {
  console.error(fault instanceof Error ? fault.message : fault);
  process.exitCode = 1;
});
