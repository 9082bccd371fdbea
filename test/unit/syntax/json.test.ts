import assert from 'node:assert/strict';
import fc from 'fast-check';
import { MAX_JSON_DEPTH, MAX_JSON_LENGTH, readJson } from '../../../src/syntax/json';

describe('readJson', () => {
  it('reads what model folders hold: byte-order mark, CRLF, comments, trailing commas, NaN and Infinity', () => {
    const text =
      '\ufeff{\r\n  // a comment\r\n  "a": NaN, "b": -Infinity, "c": Infinity,\r\n  "d": "NaN, // no",\r\n  "e": [1, 2,],\r\n}';
    const document = readJson(text);
    assert.deepEqual(document.errors, []);
    const value = document.value as Record<string, unknown>;
    assert.ok(Number.isNaN(value.a));
    assert.equal(value.b, -Infinity);
    assert.equal(value.c, Infinity);
    assert.equal(value.d, 'NaN, // no');
    assert.deepEqual(value.e, [1, 2]);
  });

  it('tells where a syntax error is, counted from one, and keeps what stands around it', () => {
    const document = readJson('{\n  "hidden_size": 4096,\n  "vocab_size" 32000,\n  "n": 1\n}');
    assert.equal(document.errors[0]?.line, 3);
    assert.equal(document.errors[0]?.column, 16);
    assert.equal((document.value as Record<string, unknown>).hidden_size, 4096);
  });

  it('finds the range of a key and of its value, and the path at an offset', () => {
    const text = '{\n  "a": {"b": [10, 20]}\n}';
    const document = readJson(text);
    assert.deepEqual(document.rangeOf(['a', 'b', 1])?.value, {
      start: { line: 2, column: 19 },
      end: { line: 2, column: 21 },
    });
    assert.deepEqual(document.rangeOf(['a'])?.key, {
      start: { line: 2, column: 3 },
      end: { line: 2, column: 6 },
    });
    assert.deepEqual(document.pathAt(text.indexOf('20')), ['a', 'b', 1]);
    assert.deepEqual(document.pathAt(text.indexOf('"b"') + 1), ['a', 'b']);
    assert.equal(document.rangeOf(['nothing']), null);
  });

  it('treats a key called __proto__ as a key', () => {
    for (const text of ['{"__proto__": {"x": 1}}', '{"__proto__": {"x": 1},}']) {
      const value = readJson(text).value as Record<string, unknown>;
      assert.equal(Object.getPrototypeOf(value), Object.prototype);
      assert.equal(value.x, undefined);
    }
  });

  it('refuses what is too deep or too long, in one clear error', () => {
    assert.match(readJson('['.repeat(MAX_JSON_DEPTH + 1)).errors[0]?.message ?? '', /nested deeper/);
    assert.match(readJson(' '.repeat(MAX_JSON_LENGTH + 1)).errors[0]?.message ?? '', /longer than/);
    assert.match(
      readJson('version https://git-lfs.github.com/spec/v1\noid sha256:0\n').errors[0]?.message ?? '',
      /Git LFS/,
    );
  });

  it('agrees with the built-in parser on every JSON text', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 5 }), (text) => {
        assert.deepEqual(readJson(text).value, JSON.parse(text));
      }),
    );
  });

  it('reads the same value by the tolerant way, and every path it finds leads back to the offset', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 4 }), fc.nat(), (text, at) => {
        const document = readJson(`/**/${text}`);
        assert.deepEqual(document.errors, []);
        assert.deepEqual(document.value, JSON.parse(text));
        const path = document.pathAt(4 + (at % text.length));
        if (path !== null) assert.notEqual(document.rangeOf(path), null);
      }),
    );
  });

  it('finds the same ranges by the fast way as by the tolerant one', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 4 }), fc.nat(), (text, at) => {
        const fast = readJson(`    ${text}`);
        const tolerant = readJson(`/**/${text}`);
        const offset = 4 + (at % text.length);
        const path = fast.pathAt(offset);
        assert.deepEqual(path, tolerant.pathAt(offset));
        if (path !== null) assert.deepEqual(fast.rangeOf(path), tolerant.rangeOf(path));
      }),
      { numRuns: 500 },
    );
  });

  it('takes a text without any value for one without places', () => {
    for (const text of ['}"\n:', '', ':', '"', '"\n:']) {
      const document = readJson(text);
      assert.notEqual(document.errors.length, 0);
      document.pathAt(0);
      document.rangeOf([]);
    }
  });

  it('never throws, whatever the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 60 }), fc.nat(60), (text, at) => {
        const document = readJson(text);
        document.pathAt(at);
      }),
    );
  });
});
