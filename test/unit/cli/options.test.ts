import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import fc from 'fast-check';
import { describeFailure } from '../../../src/cli/failure';
import { parseFlags } from '../../../src/cli/flags';
import { lines } from '../../../src/cli/lines';
import {
  ESTIMATE_FLAGS,
  SEARCH_FLAGS,
  camelCase,
  estimateArguments,
  kebabCase,
  recommendArguments,
} from '../../../src/cli/options';
import { table } from '../../../src/cli/table';
import { UsageError } from '../../../src/cli/usageError';
import { page, paragraph, wrap } from '../../../src/cli/wrap';
import { searchOptionsSchema } from '../../../src/advisor/searchQuery';
import { estimateOptionsSchema } from '../../../src/advisor/query';

function refusal(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    assert.ok(error instanceof UsageError, String(error));
    return error.message;
  }
  assert.fail('was taken');
}

describe('arguments', () => {
  it('reads numbers, lists and flags by their long names', () => {
    const { files, json, verbose, options } = recommendArguments([
      'config.json',
      '--hardware=h100-sxm',
      '--request-rate',
      '2.5',
      '--techniques',
      'a, b,,c',
      '--lossless',
      '--goal',
      'cost',
      '--image-size',
      '640x480',
      '--json',
    ]);
    assert.deepEqual(files, ['config.json']);
    assert.equal(json, true);
    assert.equal(verbose, false);
    assert.deepEqual(options, {
      hardware: 'h100-sxm',
      requestRate: 2.5,
      techniques: ['a', 'b', 'c'],
      lossless: true,
      goal: 'cost',
      imageSize: '640x480',
    });
  });

  it('has a flag for every option that the schema takes, and no other', () => {
    assert.deepEqual(
      Object.keys(ESTIMATE_FLAGS).map(camelCase).sort(),
      Object.keys(estimateOptionsSchema.shape).sort(),
    );
    assert.deepEqual(
      Object.keys(SEARCH_FLAGS).map(camelCase).sort(),
      Object.keys(searchOptionsSchema.shape).sort(),
    );
    for (const name of Object.keys(SEARCH_FLAGS)) assert.equal(kebabCase(camelCase(name)), `--${name}`);
  });

  it('takes other names of cache formats', () => {
    assert.equal(estimateArguments(['--kv', 'fp8_e5m2']).options.kv, 'fp8');
    assert.equal(estimateArguments(['--kv', 'fp16']).options.kv, 'f16');
  });

  const refused: [string[], RegExp][] = [
    [['--input', '-5'], /^--input: must be a whole number from 1 to 10,000,000$/],
    [['--input=x'], /^--input: “x” is not a number$/],
    [['--input', ''], /--input: “” is not a number/],
    [['--input'], /^--input: needs a value$/],
    [['--input', '1.5'], /^--input: must be a whole number/],
    [['--input', '1e99'], /^--input: must be a whole number/],
    [['--concurrency', '0'], /^--concurrency: must be a whole number from 1/],
    [['--request-rate', '0'], /^--request-rate: must be a number of requests/],
    [['--gpu-memory-utilization', '1.1'], /^--gpu-memory-utilization: must be a share/],
    [['--engine', 'vLLM2'], /^--engine: must be one of vllm, sglang/],
    [['--image-size', '0x5'], /^--image-size: must be WIDTHxHEIGHT/],
    [['--foo'], /^--foo: not an option of this command$/],
    [['--goal', 'cost'], /^--goal: not an option of this command$/],
    [['--json=yes'], /^--json: takes no value$/],
    [['-x'], /^--x: not an option of this command$/],
  ];
  for (const [args, message] of refused)
    it(`refuses ${args.join(' ')} in words`, () =>
      assert.match(
        refusal(() => estimateArguments(args)),
        message,
      ));

  it('refuses any words with one clear line or reads them', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.string(), fc.constantFrom('--input', '--json', '--', '-')), { maxLength: 6 }),
        (args) => {
          try {
            parseFlags(ESTIMATE_FLAGS, args);
          } catch (error) {
            assert.ok(error instanceof UsageError);
            assert.ok(!describeFailure(error).message.includes('\n'));
          }
        },
      ),
    );
  });
});

describe('lines', () => {
  const read = async (chunks: (string | Buffer)[], limit = 1000): Promise<unknown[]> => {
    const found: unknown[] = [];
    for await (const line of lines(Readable.from(chunks, { objectMode: true }), limit))
      found.push('text' in line ? line.text : null);
    return found;
  };

  it('ends lines at LF and CRLF, wherever chunks are cut', async () => {
    assert.deepEqual(await read(['a\r', '\nb', 'c\n\nd']), ['a', 'bc', '', 'd']);
    assert.deepEqual(await read([]), []);
  });

  it('keeps separators that JSON may hold, and characters cut in two', async () => {
    assert.deepEqual(await read(['"\u2028"\n']), ['"\u2028"']);
    const bytes = Buffer.from('ä\n');
    assert.deepEqual(await read([bytes.subarray(0, 1), bytes.subarray(1)]), ['ä']);
    assert.deepEqual(await read([Buffer.from('\ufeff{}\n\ufeff')]), ['{}', '\ufeff']);
  });

  it('passes over lines that are too long, and goes on', async () => {
    assert.deepEqual(await read(['x'.repeat(6), 'x'.repeat(6), '\nok\n', 'y'.repeat(11)], 10), [
      null,
      'ok',
      null,
    ]);
  });

  it('gives the lines of any text, however it is cut', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.string({ unit: fc.constantFrom('a', '\n', 'b') })), async (chunks) => {
        const expected = chunks.join('').split('\n');
        if (expected.at(-1) === '') expected.pop();
        assert.deepEqual(await read(chunks), expected);
      }),
    );
  });
});

describe('text for a terminal', () => {
  it('breaks at spaces and cuts what has none', () => {
    assert.deepEqual(wrap('one two three', 7), ['one two', 'three']);
    assert.deepEqual(wrap('abcdefghij', 4), ['abcd', 'efgh', 'ij']);
    assert.deepEqual(wrap('', 10), ['']);
    assert.deepEqual(paragraph('- ', 'one two', 5), ['- one', '  two']);
  });

  it('takes out what a terminal would obey', () => {
    assert.equal(page(['a\u001b[2Jb\u009b\u202e']), 'a\ufffd[2Jb\ufffd\ufffd\n');
  });

  it('sets cells that are too wide on further lines', () => {
    assert.equal(table(['a', 'b'], [['one two', 'x']], [5]), 'a      b\none    x\ntwo\n');
  });
});

describe('describeFailure', () => {
  it('is one line whatever the name of the file', () => {
    const { message } = describeFailure(new UsageError('a\nb\u001b[31m\tc'));
    assert.equal(message, 'a b [31m c');
  });

  it('keeps codes of what was foreseen, and calls the rest ours', () => {
    assert.equal(describeFailure(new UsageError('x', 'too-large')).code, 'too-large');
    assert.deepEqual(describeFailure(new TypeError('x is no function\n at y')), {
      code: 'internal',
      message: 'unexpected: x is no function at y',
    });
    assert.equal(describeFailure('thrown').code, 'internal');
  });
});
