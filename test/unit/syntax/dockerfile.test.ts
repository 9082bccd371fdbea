import assert from 'node:assert/strict';
import fc from 'fast-check';
import { dockerStages } from '../../../src/syntax/dockerfile';

describe('dockerStages', () => {
  it('reads exec form with continuations and escapes, each word with its quotes', () => {
    const text = 'FROM a:1 AS b\nENTRYPOINT ["run", \\\n  "x\\"y"]\nCMD ["z"]\n';
    const stage = dockerStages(text)[0];
    assert.deepEqual([stage?.image, stage?.name], ['a:1', 'b']);
    assert.deepEqual(
      stage?.instructions.map((one) => [one.keyword, one.words?.map((word) => word.text.text)]),
      [
        ['ENTRYPOINT', ['run', 'x"y']],
        ['CMD', ['z']],
      ],
    );
    assert.deepEqual(
      stage?.instructions[0]?.words?.map((word) => text.slice(word.span.start, word.span.end)),
      ['"run"', '"x\\"y"'],
    );
  });

  it('leaves comment lines out of shell form', () => {
    const stage = dockerStages('FROM a\nCMD run \\\n# no\n  --x 1\n')[0];
    assert.equal(stage?.instructions[0]?.words, null);
    assert.equal(stage?.instructions[0]?.script?.text, 'run \\\n  --x 1');
  });

  it('takes a malformed array for shell form, as Docker does', () => {
    assert.notEqual(dockerStages("FROM a\nCMD ['run', 'x']\n")[0]?.instructions[0]?.script, null);
  });

  it('keeps stages apart', () => {
    assert.deepEqual(
      dockerStages('FROM a\nCMD x\nFROM b\nCMD y\n').map((stage) => stage.instructions[0]?.script?.text),
      ['x', 'y'],
    );
  });

  it('never throws', () => {
    const piece = fc.oneof(
      fc.string(),
      fc.constantFrom(
        'FROM ',
        'CMD ',
        'ENV A=',
        '[',
        ']',
        '"',
        '\\\n',
        '\n',
        '# escape=`\n',
        'RUN <<EOF\n',
        ',',
      ),
    );
    fc.assert(
      fc.property(
        fc.array(piece).map((parts) => parts.join('')),
        (text) => void dockerStages(text),
      ),
    );
  });
});
