import assert from 'node:assert/strict';
import { halfToNumber, topClasses } from '../../../src/playground/child/summarise';

describe('summaries of outputs', () => {
  it('reads half-precision numbers', () => {
    // Bit patterns from IEEE 754-2019, binary16: one, minus two, largest, smallest subnormal, infinity.
    const known: [number, number][] = [
      [0x3c00, 1],
      [0xc000, -2],
      [0x7bff, 65504],
      [0x0001, 2 ** -24],
      [0x7c00, Infinity],
      [0x3555, 0.333251953125],
    ];
    for (const [bits, value] of known) assert.equal(halfToNumber(bits), value);
    assert.ok(Number.isNaN(halfToNumber(0x7e00)));
  });

  it('names the likeliest classes, best first, within 0 and 1', () => {
    assert.deepEqual(topClasses([0.1, 1.0000001, Number.NaN], ['a', 'b'], 2), [
      { label: 'b', probability: 1 },
      { label: 'a', probability: 0.1 },
    ]);
    assert.equal(topClasses([0, 1], ['a'], 1)[0]?.label, 'class 1');
  });
});
