import assert from 'node:assert/strict';
import { readModel } from '../../../src/model/readModel';
import { inPlaceOfJson, inPlaceOfWeights } from '../../../src/model/strangeFile';

const POINTER = 'version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n';
const CONFLICT =
  '{\n<<<<<<< HEAD\n  "model_type": "llama",\n=======\n  "model_type": "qwen2",\n>>>>>>> other\n}\n';

describe('a file that is something else than it should be', () => {
  const cases: [name: string, text: string, words: RegExp, line: number][] = [
    ['nothing', ' \n', /empty/, 1],
    ['a pointer', POINTER, /Git LFS pointer.*git lfs pull/, 1],
    ['a conflict', CONFLICT, /merge conflict/, 2],
    ['a web page', '<!DOCTYPE html>\n<html></html>', /web page/, 1],
    ['an error message', 'Entry not found', /error message/, 1],
    ['a GGUF file', 'GGUF\u0003\u0000\u0000\u0000', /GGUF file, not text/, 1],
    ['noise', '\u0000\u0001\ufffd\u0007', /binary data, not text/, 1],
    ['UTF-16', '\ufffd\ufffd{\u0000"\u0000a\u0000"\u0000', /UTF-16/, 1],
    ['YAML', 'model_type: llama\n', /no JSON/, 1],
  ];
  for (const [name, text, words, line] of cases) {
    it(`is told in plain words: ${name}`, () => {
      for (const tolerant of [true, false]) {
        const reading = readModel(text, { tolerant });
        assert.ok(!reading.ok);
        assert.match(reading.error.message, words);
        assert.equal(reading.error.line, line);
      }
    });
  }

  it('is not taken for one where it is JSON, whole or half-typed', () => {
    for (const text of ['{', '{"a": "<<<<<<< ', '// note\n{}', '[1', '"x', '\ufeff{"a"'])
      assert.equal(inPlaceOfJson(text), null);
  });

  it('is told of weights, too', () => {
    const bytes = (text: string): Uint8Array => Buffer.from(text, 'latin1');
    assert.match(inPlaceOfWeights(bytes(POINTER)) ?? '', /Git LFS/);
    assert.match(inPlaceOfWeights(bytes('')) ?? '', /empty/);
    assert.match(inPlaceOfWeights(new Uint8Array(600)) ?? '', /zeros/);
    assert.match(inPlaceOfWeights(bytes('PK\u0003\u0004 and more')) ?? '', /zip/);
    // A header of 640 bytes begins as a pickle does.
    assert.equal(inPlaceOfWeights(bytes('\u0080\u0002\u0000\u0000\u0000\u0000\u0000\u0000{"a":')), null);
  });
});
