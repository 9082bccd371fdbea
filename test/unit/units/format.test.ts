import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  formatBinaryBytes,
  formatBytes,
  formatCount,
  formatInteger,
  formatPercent,
  formatRate,
  formatRatio,
  formatSeconds,
  formatSignificant,
} from '../../../src/units/format';
import { elementBytes } from '../../../src/units/numberFormat';

const NARROW = '\u202f';

describe('formatSignificant', () => {
  const cases: [number, string][] = [
    [0, '0'],
    [96, '96'],
    [6.14, '6.14'],
    [6.1449, '6.14'],
    [0.03123, '0.0312'],
    [12.345, '12.3'],
    [123.4, '123'],
    [1234.5, '1,230'],
    [98765, '98,800'],
    [2.6, '2.6'],
    [2, '2'],
    [99.96, '100'],
    [9.996, '10'],
    [-6.144, '-6.14'],
    [-1234, '-1,230'],
    [Number.NaN, '–'],
    [Infinity, '–'],
  ];
  for (const [value, text] of cases)
    it(`${value} is ${text}`, () => assert.equal(formatSignificant(value), text));

  it('never shows more than three significant digits, nor an exponent', () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-5, max: 1e15, noNaN: true }), (value) => {
        const text = formatSignificant(value);
        assert.match(text, /^[\d.,]+$/);
        const digits = text.replace(/[.,]/g, '').replace(/^0+/, '');
        assert.ok(digits.replace(/0+$/, '').length <= 3, text);
        const read = Number(text.replace(/,/g, ''));
        assert.ok(Math.abs(read - value) <= 0.0051 * value, `${value} as ${text}`);
      }),
    );
  });
});

describe('formatting quantities', () => {
  it('sets integers with a comma every three digits', () => {
    assert.equal(formatInteger(8030261248), '8,030,261,248');
    assert.equal(formatInteger(131072), '131,072');
    assert.equal(formatInteger(999), '999');
    assert.equal(formatInteger(-1234567), '-1,234,567');
    assert.equal(formatInteger(0.4), '0');
  });

  it('counts parameters as people in the field do', () => {
    assert.equal(formatCount(8030261248), `8.03${NARROW}B`);
    assert.equal(formatCount(1.24e12), `1.24${NARROW}T`);
    assert.equal(formatCount(494032768), `494${NARROW}M`);
    assert.equal(formatCount(1500), `1.5${NARROW}k`);
    assert.equal(formatCount(12), '12');
    assert.equal(formatCount(999.7e6), `1${NARROW}B`);
  });

  it('writes bytes in decimal units: GB is 10^9', () => {
    assert.equal(formatBytes(16060522496), '16.1 GB');
    assert.equal(formatBytes(80e9), '80 GB');
    assert.equal(formatBytes(999), '999 B');
    assert.equal(formatBytes(999.6), '1 kB');
    assert.equal(formatBytes(0), '0 B');
    assert.equal(formatBytes(-10.3e9), '−10.3 GB');
  });

  it('writes the cache of a token in binary units', () => {
    assert.equal(formatBinaryBytes(131072), '128 KiB');
    assert.equal(formatBinaryBytes(2 ** 30), '1 GiB');
    assert.equal(formatBinaryBytes(512), '512 B');
    assert.equal(formatBinaryBytes(27648), '27 KiB');
  });

  it('writes seconds in the unit that suits', () => {
    assert.equal(formatSeconds(0.096), '96 ms');
    assert.equal(formatSeconds(4.2), '4.2 s');
    assert.equal(formatSeconds(12e-6), '12 µs');
    assert.equal(formatSeconds(600), '10 min');
    assert.equal(formatSeconds(119), '119 s');
    assert.equal(formatSeconds(0), '0 µs');
    assert.equal(formatSeconds(0.9997), '1 s');
    assert.equal(formatSeconds(0.99949), '999 ms');
    assert.equal(formatSeconds(Infinity), '–');
  });

  it('writes rates, shares and ratios', () => {
    assert.equal(formatRate(3.35e12, 'B/s'), '3.35 TB/s');
    assert.equal(formatRate(989.4e12, 'FLOP/s'), '989 TFLOP/s');
    assert.equal(formatPercent(0.2), '20 %');
    assert.equal(formatPercent(0.563), '56.3 %');
    assert.equal(formatRatio(2.6), '2.60×');
    assert.equal(formatRatio(12.34), '12.3×');
    assert.equal(formatRatio(0.997), '1.00×');
  });
});

describe('elementBytes', () => {
  it('is the width of the format', () => {
    assert.equal(elementBytes('f32'), 4);
    assert.equal(elementBytes('bf16'), 2);
    assert.equal(elementBytes('fp8'), 1);
    assert.equal(elementBytes('int4'), 0.5);
  });
});
