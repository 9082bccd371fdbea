import assert from 'node:assert/strict';
import fc from 'fast-check';
import { InputError } from '../../../src/playground/child/feeds';
import { fillsFromText } from '../../../src/playground/child/fillsFromText';

describe('fillsFromText', () => {
  it('reads nested arrays row by row, and nothing as nothing', () => {
    assert.deepEqual(fillsFromText(' \n'), {});
    assert.deepEqual(fillsFromText('{"x": [[1, 2, 3], [4, 5, 6]], "s": 7, "b": [true]}'), {
      x: { kind: 'values', values: [1, 2, 3, 4, 5, 6], dimensions: [2, 3] },
      s: { kind: 'values', values: [7], dimensions: [] },
      b: { kind: 'values', values: [1], dimensions: [1] },
    });
  });

  it('says what is wrong', () => {
    for (const text of ['hello', '[1, 2]', '{"x": [[1, 2], [3]]}', '{"x": ["a"]}', '{"x": null}', '"x"']) {
      assert.throws(() => fillsFromText(text), InputError, text);
    }
    assert.throws(() => fillsFromText(`{"x": ${'['.repeat(1000)}${']'.repeat(1000)}}`), InputError);
  });

  it('throws nothing else, whatever is written', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        try {
          fillsFromText(text);
        } catch (error) {
          assert.ok(error instanceof InputError, String(error));
        }
      }),
    );
  });
});
