import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import {
  BUCKETS,
  MAX_PAIRS,
  fingerprintOfShort,
  languageIds,
} from '../../../src/playground/tasks/languageGuess';

describe('languageGuess', () => {
  it("agrees with FarmHash's 64-bit fingerprint on up to seven bytes", () => {
    // From farmhash-modern 1.1.0 (npm), fingerprint64 of the same strings.
    const known: [string, bigint][] = [
      ['', 11160318154034397263n],
      ['a', 12917804110809363939n],
      ['a b', 1087456389025357877n],
      ['{ }', 1981768276249859625n],
      ['é', 693143013273849025n],
      ['abcd', 1897425971756105985n],
      ['\uFFFD \uFFFD', 8385718329859482003n],
      ['abcdefg', 4341691227789030229n],
    ];
    for (const [text, expected] of known) {
      assert.equal(fingerprintOfShort(new TextEncoder().encode(text)), expected, JSON.stringify(text));
    }
    assert.throws(() => fingerprintOfShort(new Uint8Array(8)), RangeError);
  });

  it('gives one id for each two neighbouring bytes', () => {
    // 1087456389025357877 mod 5000, from the fingerprint of "a b" above.
    assert.deepEqual([...languageIds('ab')], [2877n]);
    assert.equal(languageIds('').length, 0);
    assert.equal(languageIds('a').length, 0);
    assert.equal(languageIds('é').length, 1);
  });

  it('reads Windows line ends as plain ones', () => {
    assert.deepEqual(languageIds('a\r\nb'), languageIds('a\nb'));
  });

  it('keeps to the table and to the limit, whatever the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => {
        const ids = languageIds(text);
        assert.ok(ids.length <= Math.max(0, Buffer.byteLength(text) - 1));
        assert.ok(ids.every((id) => id >= 0n && id < BigInt(BUCKETS)));
      }),
    );
    assert.equal(languageIds('x'.repeat(1_000_000)).length, MAX_PAIRS);
    assert.equal(languageIds('é'.repeat(1_000_000)).length, MAX_PAIRS);
    assert.equal(languageIds('\r\n'.repeat(1_000_000)).length, MAX_PAIRS);
  });

  it('carries a label for each of the 54 outputs', () => {
    const folder = join(__dirname, '../../../media/models/guesslang');
    const labels = JSON.parse(readFileSync(join(folder, 'labels.json'), 'utf8')) as { id: string }[];
    assert.equal(new Set(labels.map((label) => label.id)).size, 54);
  });
});
