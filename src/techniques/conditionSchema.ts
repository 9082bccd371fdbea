import * as z from 'zod';
import { ENGINES } from '../deployment/engine';
import type { Condition } from './technique';

const because = z.string().min(1);
const count = z.number().int().positive();
const format = z.enum(['f64', 'f32', 'tf32', 'bf16', 'f16', 'fp8', 'int8', 'fp4', 'int4', 'ternary']);
const engines = z.array(z.enum(ENGINES)).min(1);
const of = <K extends Condition['kind']>(kind: K) => z.literal(kind);

/** Conditions as the catalogue writes them; each kind is checked and put in words in `conditions.ts`. */
export const conditionSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: of('device-computes'),
    format,
    widenedBy: z
      .array(
        z.strictObject({
          engine: z.enum(ENGINES),
          architectures: z.array(z.string().min(1)).min(1),
          since: z.string().min(1),
          link: z.url(),
        }),
      )
      .optional(),
  }),
  z.strictObject({ kind: of('device-lacks'), format, because }),
  z.strictObject({
    kind: of('device-class-in'),
    classes: z.array(
      z.enum([
        'datacentre-gpu',
        'workstation-gpu',
        'consumer-gpu',
        'integrated-gpu',
        'apple-silicon',
        'accelerator',
        'cpu',
        'phone',
        'jetson',
        'this-machine',
      ]),
    ),
    because,
  }),
  z.strictObject({ kind: of('device-vendor-in'), vendors: z.array(z.string().min(1)).min(1), because }),
  z.strictObject({
    kind: of('model-kind-in'),
    kinds: z.array(z.enum(['decoder', 'encoder', 'encoder-decoder', 'diffusion', 'draft', 'other'])).min(1),
  }),
  z.strictObject({ kind: of('model-type-in'), types: z.array(z.string().min(1)).min(1), because }),
  z.strictObject({ kind: of('has-host-link') }),
  z.strictObject({ kind: of('weights-wider-than'), bits: count }),
  z.strictObject({ kind: of('kv-wider-than'), bits: count }),
  z.strictObject({ kind: of('has-kv-cache') }),
  z.strictObject({ kind: of('is-mixture-of-experts') }),
  z.strictObject({ kind: of('is-dense') }),
  z.strictObject({ kind: of('dense-in'), engines, because }),
  z.strictObject({ kind: of('generates-tokens') }),
  z.strictObject({ kind: of('devices-at-least'), count }),
  z.strictObject({ kind: of('devices-idle') }),
  z.strictObject({ kind: of('tensor-parallel-at-least'), count }),
  z.strictObject({ kind: of('layers-for-devices') }),
  z.strictObject({ kind: of('heads-divide') }),
  z.strictObject({ kind: of('context-at-least'), tokens: count }),
  z.strictObject({ kind: of('prompt-at-least'), tokens: count }),
  z.strictObject({ kind: of('concurrency-at-least'), count }),
  z.strictObject({ kind: of('concurrency-at-most'), count }),
  z.strictObject({
    kind: of('parameters-between'),
    billions: z.tuple([z.number().positive(), z.number().positive()]),
    because,
  }),
  z.strictObject({ kind: of('vocabulary-is'), size: count, because }),
  z.strictObject({ kind: of('shared-prefix') }),
  z.strictObject({ kind: of('has-images') }),
  z.strictObject({ kind: of('weights-exceed-device') }),
  z.strictObject({ kind: of('weights-fit-one-device') }),
  z.strictObject({ kind: of('attention-not'), attention: z.enum(['eager', 'sdpa', 'flash']), because }),
  z.strictObject({ kind: of('engine-in'), engines, because }),
  z.strictObject({ kind: of('engine-not-in'), engines, because }),
  z.strictObject({
    kind: of('setting-off'),
    setting: z.enum([
      'weights',
      'kv',
      'attention',
      'maxSequences',
      'maxBatchedTokens',
      'memoryFraction',
      'prefixCaching',
      'chunkedPrefill',
      'graphs',
    ]),
    because,
  }),
  z.strictObject({ kind: of('no-speculation-yet') }),
  z.strictObject({ kind: of('known-to-the-user'), fact: z.string().min(1) }),
]) satisfies z.ZodType<Condition>;
