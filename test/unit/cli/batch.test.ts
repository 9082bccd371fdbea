import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable, Writable } from 'node:stream';
import fc from 'fast-check';
import { runBatch } from '../../../src/cli/batch';
import { advice, deployments, estimate, estimateWithTerms, failure, inspection } from './contract';

const LLAMA = join(__dirname, '../../fixtures/workspace/models/llama-3.1-8b/config.json');
const FLEET = join(__dirname, '../../fixtures/workspace/home.fleet.json');
const SUMMARISE = join(__dirname, '../../fixtures/workspace/serve/summarise.py');

/** The smallest Llama: enough to be read, quick to be asked about. */
const TINY = {
  model_type: 'llama',
  architectures: ['LlamaForCausalLM'],
  hidden_size: 64,
  intermediate_size: 128,
  num_hidden_layers: 2,
  num_attention_heads: 4,
  num_key_value_heads: 2,
  vocab_size: 1000,
  max_position_embeddings: 2048,
  tie_word_embeddings: false,
  torch_dtype: 'bfloat16',
};

async function run(text: string): Promise<Record<string, unknown>[]> {
  const written: string[] = [];
  const output = new Writable({
    highWaterMark: 64,
    write: (chunk, _encoding, done) => {
      written.push(String(chunk));
      setImmediate(done);
    },
  });
  await runBatch(Readable.from([Buffer.from(text)]), output);
  return written
    .join('')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

const ask = (...requests: unknown[]): Promise<Record<string, unknown>[]> =>
  run(requests.map((request) => `${JSON.stringify(request)}\n`).join(''));

async function errorOf(request: unknown): Promise<{ code: string; message: string }> {
  const [answer] = await ask(request);
  return failure.parse(answer).error as { code: string; message: string };
}

describe('batch', () => {
  it('answers in the shapes of the contract, in order', async () => {
    const answers = await ask(
      { id: 'a', command: 'inspect', file: LLAMA },
      { id: 'b', command: 'estimate', file: LLAMA, hardware: 'h100-sxm' },
      { id: 'c', command: 'estimate', file: LLAMA, hardware: 'h100-sxm', terms: true, requestRate: 4 },
      { id: 'd', command: 'recommend', file: LLAMA, hardware: 'h100-sxm', goal: 'throughput', top: 3 },
      { id: 'e', command: 'inspect', config: TINY },
      { id: 'f', command: 'inspect', config: JSON.stringify(TINY) },
      { id: 'g', command: 'inspect', file: SUMMARISE },
    );
    assert.deepEqual(
      answers.map((answer) => answer['id']),
      ['a', 'b', 'c', 'd', 'e', 'f', 'g'],
    );
    assert.equal(inspection.parse(answers[0]).model.totalParameters, 8_030_261_248);
    assert.equal(estimate.parse(answers[1])['terms'], undefined);
    const steady = estimateWithTerms.parse(answers[2]);
    assert.equal(steady.scenario.requestRate, 4);
    assert.ok(steady.scenario.concurrency > 1);
    assert.ok(steady.latency.tail.endToEnd.p99 > steady.latency.endToEnd.p50);
    assert.equal(advice.parse(answers[3]).recommendations.length, 3);
    // Embedding and head 2 × 64,000; a layer 2 × 64² + 2 × 32 × 64 + 3 × 64 × 128 + 2 × 64; last norm 64.
    assert.equal(inspection.parse(answers[4]).model.totalParameters, 202_048);
    assert.deepEqual({ ...answers[5], id: 'e' }, answers[4]);
    assert.equal(deployments.parse(answers[6]).deployments[0]?.settings['max_model_len'], 16384);
  });

  it('gives ids of any kind back as they were', async () => {
    const ids = ['x', 7, null, true, [1, { a: 2 }], { deep: ['y'] }];
    const answers = await ask(...ids.map((id) => ({ id, command: 'inspect', config: TINY })));
    assert.deepEqual(
      answers.map((answer) => answer['id']),
      ids,
    );
    const [nameless] = await ask({ command: 'inspect', config: TINY });
    assert.equal(nameless?.['id'], null);
  });

  it('goes on after bad lines, whatever is bad about them', async () => {
    const good = JSON.stringify({ id: 'good', command: 'inspect', config: TINY });
    const answers = await run(
      ['{', 'null', '[]', '"x"', '', '   ', good, '{"id":1}', `{"id":2,"command":"play"}\r`, good].join(
        '\r\n',
      ),
    );
    assert.deepEqual(
      answers.map((answer) => [answer['id'], 'error' in answer]),
      [
        [null, true],
        [null, true],
        [null, true],
        [null, true],
        ['good', false],
        [1, true],
        [2, true],
        ['good', false],
      ],
    );
    assert.match(
      failure.parse(answers[6]).error.message,
      /^command: must be one of inspect, estimate, recommend$/,
    );
  });

  const about = { id: 1, command: 'estimate', config: TINY, hardware: 'h100-sxm' };
  const wrong: [string, object, RegExp][] = [
    ['a number as text', { ...about, input: '512' }, /^input: must be a whole number/],
    ['a list as text', { ...about, techniques: 'fp8-weights' }, /^techniques: must be a list/],
    [
      'a flag as text',
      { ...about, command: 'recommend', lossless: 'yes' },
      /^lossless: must be true or false/,
    ],
    ['null', { ...about, devices: null }, /^devices: must be a whole number/],
    [
      'an unknown option',
      { ...about, tensor_parallel: 2 },
      /^tensor_parallel: not an option of this command/,
    ],
    ['an option of another command', { ...about, goal: 'cost' }, /^goal: not an option of this command/],
    [
      'options on inspect',
      { id: 1, command: 'inspect', config: TINY, hardware: 'a10' },
      /^hardware: not an option/,
    ],
    ['no hardware', { id: 1, command: 'estimate', config: TINY }, /hardware/],
    ['a device nobody knows', { ...about, hardware: 'zx81' }, /“zx81” is not a device/],
    ['no model', { id: 1, command: 'inspect' }, /file or config/],
    ['two models', { ...about, file: LLAMA }, /either file or config/],
    ['a file that is not there', { id: 1, command: 'inspect', file: '/nowhere/config.json' }, /no such file/],
    ['a file name with a zero', { id: 1, command: 'inspect', file: 'a\0b' }, /./],
    [
      'code where a model is asked for',
      { id: 1, command: 'estimate', file: SUMMARISE, hardware: 'a10' },
      /deployment code/,
    ],
    ['a config that is none', { id: 1, command: 'inspect', config: {} }, /model_type/],
    [
      'a config with a syntax error',
      { id: 1, command: 'inspect', config: '{\n "a": }' },
      /^config:2:7: Not valid JSON/,
    ],
    ['a config that is a list', { id: 1, command: 'inspect', config: [] }, /^config: must be a config\.json/],
    ['a fleet that is not there', { ...about, fleet: '/nowhere.json' }, /no such file/],
    ['a fleet beside one kind of device', { ...about, fleet: FLEET }, /names its own devices/],
    [
      'a fleet to recommend for',
      { ...about, command: 'recommend', fleet: FLEET },
      /does not reckon with fleet, estimate does/,
    ],
    ['layers on the host of another engine', { ...about, gpuLayers: 4 }, /settings of llama\.cpp/],
  ];
  for (const [what, request, message] of wrong) {
    it(`refuses ${what} for that line`, async () => {
      const { code, message: said } = await errorOf(request);
      assert.match(said, message);
      assert.notEqual(code, 'internal');
      assert.ok(!said.includes('\n'));
    });
  }

  it('takes every option of the contract that does not need a file', async () => {
    const options = {
      devices: 4,
      engine: 'vllm',
      weights: 'fp8',
      kv: 'fp8',
      attention: 'flash',
      concurrency: 4,
      input: 64,
      output: 8,
      sharedPrefix: 16,
      tensorParallel: 2,
      pipelineParallel: 2,
      expertParallel: 1,
      dataParallel: 1,
      contextParallel: 1,
      maxModelLen: 1024,
      gpuMemoryUtilization: 0.8,
      images: 1,
      imageSize: '64x64',
      steps: 2,
      size: '64x64',
      frames: 1,
      techniques: ['fp8-kv-cache'],
      loraRank: 8,
    };
    const [answer] = await ask({ ...about, ...options });
    const { scenario, warnings } = estimate.parse(answer);
    assert.equal(scenario['maxModelLen'], 1024);
    assert.equal(scenario['gpuMemoryUtilization'], 0.8);
    assert.equal(scenario['pipelineParallel'], 2);
    const codes = warnings.map((warning) => warning.code);
    for (const code of ['lora-kernels-left-out', 'not-a-diffusion-model', 'no-vision', 'technique-doubtful'])
      assert.ok(codes.includes(code), code);
  });

  it('refuses a line that is too long, and reads the next', async () => {
    const answers = await run(
      `${'x'.repeat(17 * 1024 * 1024)}\n${JSON.stringify({ id: 'next', command: 'inspect', config: TINY })}`,
    );
    assert.equal(failure.parse(answers[0]).error.code, 'too-large');
    assert.equal(answers[1]?.['id'], 'next');
  });

  it('survives nesting past the depth of a stack', async () => {
    const deep = '['.repeat(200_000) + ']'.repeat(200_000);
    const answers = await run(
      `{"id":${deep},"command":"inspect"}\n{"id":1,"command":"inspect","config":{"a":${deep}}}\n`,
    );
    assert.equal(answers.length, 2);
    for (const answer of answers) failure.parse(answer);
  });

  it('answers every line of any JSON with one line of JSON', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.jsonValue(), { maxLength: 5 }), async (values) => {
        const answers = await ask(...values);
        assert.equal(answers.length, values.length);
        for (const answer of answers) failure.parse(answer);
      }),
      { numRuns: 50 },
    );
  });

  it('answers requests with any options and any keys in a config', async () => {
    const request = fc.record(
      {
        id: fc.jsonValue(),
        command: fc.constantFrom('inspect', 'estimate', 'recommend', 'search'),
        config: fc.oneof(
          fc
            .dictionary(fc.constantFrom(...Object.keys(TINY)), fc.jsonValue())
            .map((some) => ({ ...TINY, ...some })),
          fc.jsonValue(),
        ),
        hardware: fc.oneof(fc.constant('h100-sxm'), fc.string()),
        concurrency: fc.oneof(fc.nat(), fc.jsonValue()),
        input: fc.oneof(fc.nat(), fc.jsonValue()),
        tensorParallel: fc.nat(9),
      },
      { requiredKeys: ['command'] },
    );
    await fc.assert(
      fc.asyncProperty(request, async (asked) => {
        const [answer] = await ask(asked);
        assert.ok(answer);
        const { error } = answer as { error?: { code: string; message: string } };
        assert.notEqual(error?.code, 'internal', error?.message);
      }),
      { numRuns: 60 },
    );
  });
});

describe('batch and files of strangers', () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'lens-batch-'));
  });
  after(() => rmSync(folder, { recursive: true }));

  const files: [string, string | Buffer, RegExp][] = [
    ['empty.json', '', /:1:1: /],
    ['broken.json', '{"a": 1,\n  "b": }', /broken\.json:2:8: Not valid JSON/],
    ['binary.json', Buffer.from([0x89, 0x50, 0x4e, 0x47, 0, 1, 2, 255]), /./],
    ['pointer.json', 'version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n', /LFS pointer/],
    ['large.json', `{"a":"${'x'.repeat(3_000_000)}"}`, /model_type/],
    ['deep.json', '['.repeat(100_000), /nested deeper/],
    ['list.json', '[1]', /object/],
    ['bad.gguf', 'GGUF', /./],
    ['bad.safetensors', '\xff\xff\xff\xff\xff\xff\xff\xff{', /./],
    ['bad.onnx', 'onnx', /./],
    ['model.bin', 'x', /[Pp]ickle/],
    ['code.py', Buffer.from([0, 1, 2]), /not text/],
  ];
  for (const [name, content, message] of files) {
    it(`refuses ${name} in one clear line`, async () => {
      const path = join(folder, name);
      writeFileSync(path, content);
      const { code, message: said } = await errorOf({ id: 1, command: 'inspect', file: path });
      assert.match(said, message);
      assert.notEqual(code, 'internal', said);
      assert.ok(!/\n| at .*\.ts/.test(said), said);
    });
  }

  it('refuses a folder without a model', async () => {
    assert.match(
      (await errorOf({ id: 1, command: 'inspect', file: folder + '/..' + '/' + 'no-such' })).message,
      /no such/,
    );
  });

  it('says that code launches nothing', async () => {
    const path = join(folder, 'nothing.py');
    writeFileSync(path, 'print(1)\n');
    const [answer] = await ask({ id: 1, command: 'inspect', file: path });
    const { deployments: found, warnings } = deployments.parse(answer);
    assert.deepEqual(found, []);
    assert.equal(warnings[0]?.code, 'no-deployment');
  });
});
