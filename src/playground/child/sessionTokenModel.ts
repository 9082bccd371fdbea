import type { InferenceSession, Tensor, TensorConstructor } from 'onnxruntime-node';
import type { TensorShape } from '../childProtocol';
import type { TokenModel } from '../tasks/textGeneration';
import { InputError, feedFor, resolveDimensions } from './feeds';
import { halfToNumber } from './summarise';

const PAST = /^past_key_values\.(.+)$/;

/** True for the layout that transformers' exporters write: `input_ids` and `past_key_values.*` in, `logits` and `present.*` out. */
export function isTokenModel(inputs: readonly TensorShape[], outputs: readonly TensorShape[]): boolean {
  const made = new Set(outputs.map((output) => output.name));
  return (
    inputs.some((input) => input.name === 'input_ids') &&
    made.has('logits') &&
    inputs.some((input) => PAST.test(input.name)) &&
    inputs.every((input) => {
      const cached = PAST.exec(input.name)?.[1];
      return cached === undefined || made.has(`present.${cached}`);
    })
  );
}

/**
 * A decoder with its key-value cache: what `present.*` gives goes back as `past_key_values.*`. `attention_mask` and `position_ids`
 * are made where the model wants them.
 */
export class SessionTokenModel implements TokenModel {
  #past = new Map<string, Tensor>();
  #length = 0;

  constructor(
    private readonly session: InferenceSession,
    private readonly makeTensor: TensorConstructor,
    private readonly inputs: readonly TensorShape[],
  ) {
    for (const input of inputs) {
      if (PAST.test(input.name)) {
        this.#past.set(input.name, feedFor(input, { kind: 'zeros' }, {}, makeTensor));
      } else if (!['input_ids', 'attention_mask', 'position_ids'].includes(input.name)) {
        throw new InputError(
          `The model wants an input "${input.name}" that text generation here does not give.`,
        );
      }
    }
    if (this.#past.size === 0)
      throw new InputError('The model keeps no key-value cache (no past_key_values inputs).');
  }

  async next(tokens: readonly number[]): Promise<Float32Array> {
    const before = this.#length;
    this.#length += tokens.length;
    const feeds: Record<string, Tensor> = Object.fromEntries(this.#past);
    for (const input of this.inputs) {
      if (input.name === 'input_ids') feeds[input.name] = this.#row(input, tokens);
      if (input.name === 'position_ids')
        feeds[input.name] = this.#row(
          input,
          tokens.map((_, index) => before + index),
        );
      if (input.name === 'attention_mask')
        feeds[input.name] = this.#row(input, new Array<number>(this.#length).fill(1));
    }
    const results = await this.session.run(feeds);
    for (const name of this.#past.keys()) {
      const present = results[name.replace(PAST, 'present.$1')];
      if (present !== undefined) this.#past.set(name, present);
    }
    const logits = results['logits'];
    const vocabulary = logits?.dims.at(-1) ?? 0;
    const data = logits?.data;
    if (vocabulary > 0 && data instanceof Float32Array) return data.subarray(data.length - vocabulary);
    if (vocabulary > 0 && data instanceof Uint16Array) {
      return Float32Array.from(data.subarray(data.length - vocabulary), halfToNumber);
    }
    throw new InputError(
      `The model's logits are of type ${logits?.type ?? 'nothing'}; float32 or float16 is needed.`,
    );
  }

  #row(input: TensorShape, values: readonly number[]): Tensor {
    const rank = Math.max(1, resolveDimensions(input, {}).length);
    const dimensions = [...new Array<number>(rank - 1).fill(1), values.length];
    return feedFor(input, { kind: 'values', values: [...values], dimensions }, {}, this.makeTensor);
  }
}
