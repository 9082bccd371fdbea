import assert from 'node:assert/strict';
import fc from 'fast-check';
import { stringify } from 'yaml';
import { plainYaml, valueAt, yamlDocuments, type YamlValue } from '../../../src/syntax/yamlDocument';

/** What the source has where each word of a scalar stands. */
function wordsInSource(text: string, value: YamlValue | undefined): string[] {
  if (value?.kind !== 'scalar') return [];
  return [...value.text.text.matchAll(/\S+/g)].map((match) => {
    const span = value.text.sourceSpan({ start: match.index, end: match.index + match[0].length });
    return text.slice(span.start, span.end);
  });
}

describe('yamlDocuments', () => {
  it('leads the words of every kind of scalar back to the source', () => {
    const text = [
      'a: one two',
      'b: >-',
      '  one',
      '  two',
      'c: |',
      '  one',
      '    two',
      'd: "one \\',
      '  two"',
      "e: 'one two'",
      'f: one',
      '  two',
    ].join('\n');
    const document = yamlDocuments(text)?.[0];
    for (const key of ['a', 'b', 'c', 'd', 'e', 'f'])
      assert.deepEqual(wordsInSource(text, valueAt(document, key)), ['one', 'two'], key);
  });

  it('keeps an escape together', () => {
    const text = 'a: "x\\"y z"';
    assert.deepEqual(wordsInSource(text, valueAt(yamlDocuments(text)?.[0], 'a')), ['x\\"y', 'z']);
  });

  it('follows aliases and merges, and survives aliases of themselves', () => {
    const text = 'base: &b {x: 1}\nuse: *b\nmerged:\n  <<: *b\n  y: 2\nloop: &l [*l]\n';
    const document = yamlDocuments(text)?.[0];
    assert.equal(valueAt(document, 'use', 'x')?.kind, 'scalar');
    assert.deepEqual(plainYaml(valueAt(document, 'merged') as YamlValue), { x: 1, y: 2 });
  });

  it('reads what the library writes', () => {
    const value = fc.letrec((tie) => ({
      node: fc.oneof(
        { depthSize: 'small' },
        fc.string(),
        fc.integer(),
        fc.boolean(),
        fc.constant(null),
        fc.array(tie('node')),
        fc.dictionary(fc.stringMatching(/^[a-z]+$/), tie('node')),
      ),
    })).node;
    fc.assert(
      fc.property(fc.dictionary(fc.stringMatching(/^[a-z]+$/), value), (data) => {
        const document = yamlDocuments(stringify(data))?.[0];
        assert.deepEqual(
          document === undefined ? null : JSON.parse(JSON.stringify(plainYaml(document))),
          JSON.parse(JSON.stringify(data)),
        );
      }),
      { numRuns: 25 },
    );
  });

  it('ends at an escape that there is not', () => {
    const [value] = yamlDocuments('"a\\cb"') ?? [];
    assert.ok(value?.kind === 'scalar' && String(value.value).endsWith('b'));
  });

  it('never throws', () => {
    const piece = fc.oneof(
      fc.string(),
      fc.constantFrom(
        '- ',
        ': ',
        '&a ',
        '*a',
        '\n  ',
        '>-\n',
        '|\n',
        '"',
        "'",
        '{',
        '}',
        '[',
        ']',
        '---\n',
        '%',
        '!!x ',
      ),
    );
    fc.assert(
      fc.property(
        fc.array(piece).map((parts) => parts.join('')),
        (text) => void yamlDocuments(text),
      ),
    );
  });
});
