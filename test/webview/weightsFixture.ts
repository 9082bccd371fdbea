import type { PlacedTensor } from '../../src/model/placedTensor';
import { tensorPlace } from '../../src/model/files/tensorPlace';
import { partOf } from '../../src/model/files/specFromTensors';
import { weightShares } from '../../src/model/weightShares';
import { MAX_ROWS } from '../../src/protocol/weightsProtocol';
import type { VerdictMessage, WeightsMessage, WeightsToPage } from '../../src/protocol/weightsProtocol';
import { llamaInGguf } from '../fixtures/weightsFiles';
import { adviceMessage, tooLarge } from './adviceFixture';

/** Bits of an element with its scales, of the types that the fixtures use (ggml-common.h for the blocks). */
const BITS: Readonly<Record<string, number>> = { F32: 32, BF16: 16, Q4_K: 4.5, Q6_K: 6.5625 };

function placed(name: string, type: string, shape: readonly number[]): PlacedTensor {
  const elements = shape.reduce((product, size) => product * size, 1);
  const bytes = (elements * (BITS[type] ?? 0)) / 8;
  return {
    name,
    type,
    shape,
    bytes: type in BITS ? bytes : null,
    ...tensorPlace(name),
    part: partOf(name, { name, dtype: type, shape, bytes }),
  };
}

/** The 291 tensors of Llama 3.1 8B, quantised. */
export const llama: readonly PlacedTensor[] = llamaInGguf(32, 4096, 14_336, 128_256).map(
  ({ name, type, shape }) => placed(name, type, shape),
);

/** As many tensors as asked for, a hundred to a layer: experts of a large model. */
export function many(count: number): PlacedTensor[] {
  return Array.from({ length: count }, (_, index) =>
    placed(
      `model.layers.${Math.floor(index / 100)}.mlp.experts.${index % 100}.up_proj.weight`,
      'BF16',
      [1024, 2048],
    ),
  );
}

/** Everything that the host says about a file, in its order. */
export function told(
  tensors: readonly PlacedTensor[],
  inReplyTo: number | null,
  more: Partial<WeightsMessage> = {},
  reading = 1,
): WeightsToPage[] {
  const head: WeightsMessage = {
    type: 'weights',
    inReplyTo,
    reading,
    name: 'Llama 3.1 8B Instruct',
    facts: [
      '8,030,261,248 parameters',
      'Q4_K_M',
      'GQA 8 of 32 heads',
      '128 KiB of KV a token',
      '131,072 context',
    ],
    file: 'models/llama-3.1-8b-q4_k_m.gguf',
    format: 'gguf',
    fileBytes: 4_920_000_000,
    tensors: tensors.length,
    parts: weightShares(tensors, 'part'),
    types: weightShares(tensors, 'type'),
    metadata: [
      { key: 'general.architecture', value: 'llama' },
      { key: 'llama.context_length', value: '131072' },
      { key: 'tokenizer.ggml.tokens', value: 'a list of 128256' },
    ],
    notes: [],
    ...more,
  };
  const pieces: WeightsToPage[] = [];
  for (let first = 0; first < tensors.length; first += MAX_ROWS) {
    pieces.push({ type: 'tensors', reading, first, rows: tensors.slice(first, first + MAX_ROWS) });
  }
  return [head, verdict(reading), ...pieces];
}

export function verdict(reading: number, kind: 'fits' | 'too large' | 'untimed' = 'fits'): VerdictMessage {
  const { advice } = adviceMessage(null);
  return {
    type: 'verdict',
    reading,
    verdict: {
      estimate: kind === 'too large' ? tooLarge.baseline : advice.baseline,
      devices: 1,
      assumptions: 'H100 SXM, llama.cpp, 1 at once, 512 + 128 tokens',
      longest: 131_072,
      timed: kind !== 'untimed',
    },
    refusal: null,
  };
}
