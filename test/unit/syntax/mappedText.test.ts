import assert from 'node:assert/strict';
import fc from 'fast-check';
import { MappedText } from '../../../src/syntax/mappedText';

describe('MappedText', () => {
  it('leads each character back to its source', () => {
    const source = 'say "hello" twice';
    const joined = MappedText.join([
      MappedText.of(source, { start: 5, end: 10 }),
      MappedText.standingFor(' ', { start: 10, end: 12 }),
      MappedText.of(source, { start: 12, end: 17 }),
    ]);
    assert.equal(joined.text, 'hello twice');
    const at = joined.text.indexOf('twice');
    assert.deepEqual(joined.sourceSpan({ start: at, end: at + 5 }), { start: 12, end: 17 });
    assert.deepEqual(joined.slice(6, 11).sourceSpan({ start: 0, end: 5 }), { start: 12, end: 17 });
  });

  it('keeps a slice of stretches of a source true to the source', () => {
    fc.assert(
      fc.property(
        fc.string({ minLength: 1 }),
        fc.array(fc.tuple(fc.nat(40), fc.nat(40))),
        fc.nat(60),
        fc.nat(60),
        (source, cuts, a, b) => {
          const parts = cuts.map(([start, length]) =>
            MappedText.of(source, {
              start: start % source.length,
              end: Math.min(source.length, (start % source.length) + length),
            }),
          );
          const joined = MappedText.join(parts);
          const [start, end] = [Math.min(a, b), Math.max(a, b)];
          const slice = joined.slice(start, end);
          assert.equal(slice.text, joined.text.slice(start, end));
          for (let index = 0; index < slice.text.length; index += 1) {
            const span = slice.sourceSpan({ start: index, end: index + 1 });
            assert.equal(source.slice(span.start, span.end), slice.text[index]);
          }
        },
      ),
    );
  });
});
