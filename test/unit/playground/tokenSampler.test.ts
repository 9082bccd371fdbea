import assert from 'node:assert/strict';
import fc from 'fast-check';
import { likeliest, tokenSampler } from '../../../src/playground/tasks/tokenSampler';

const logits = Float32Array.of(0.1, 2, -1, 2, 1.5);

describe('tokenSampler', () => {
  it('takes the first of the largest at temperature 0, whatever the seed', () => {
    for (const seed of [0, 1, 99]) assert.equal(tokenSampler({ temperature: 0, topK: 0, seed })(logits), 1);
    assert.equal(likeliest(Float32Array.of(-Infinity, -Infinity)), 0);
  });

  it('draws the same tokens from the same seed', () => {
    const draw = (seed: number): number[] => {
      const sample = tokenSampler({ temperature: 1, topK: 0, seed });
      return Array.from({ length: 50 }, () => sample(logits));
    };
    assert.deepEqual(draw(7), draw(7));
    assert.notDeepEqual(draw(7), draw(8));
  });

  it('draws as often as the probabilities say', () => {
    // softmax(0, ln 3) = 1/4, 3/4; five standard deviations of 20,000 draws are 0.0153.
    const sample = tokenSampler({ temperature: 1, topK: 0, seed: 3 });
    const two = Float32Array.of(0, Math.log(3));
    let ones = 0;
    for (let index = 0; index < 20_000; index += 1) ones += sample(two);
    assert.ok(Math.abs(ones / 20_000 - 0.75) < 0.0153, String(ones / 20_000));
  });

  it('draws among the likeliest only', () => {
    const sample = tokenSampler({ temperature: 5, topK: 3, seed: 1 });
    const drawn = new Set(Array.from({ length: 500 }, () => sample(logits)));
    assert.deepEqual([...drawn].sort(), [1, 3, 4]);
  });

  it('always gives a token of the vocabulary, or says that there is none', () => {
    const value = fc.oneof(fc.float(), fc.constantFrom(NaN, Infinity, -Infinity));
    fc.assert(
      fc.property(
        fc.array(value, { minLength: 1, maxLength: 20 }),
        fc.constantFrom(0, 0.5, 3),
        fc.nat(5),
        (values, temperature, topK) => {
          const row = Float32Array.from(values);
          const sample = tokenSampler({ temperature, topK, seed: 1 });
          if (row.every(Number.isNaN)) {
            assert.throws(() => sample(row), RangeError);
            return;
          }
          const token = sample(row);
          assert.ok(token >= 0 && token < row.length);
          assert.ok(!Number.isNaN(row[token]));
        },
      ),
    );
  });
});
