import assert from 'node:assert/strict';
import { fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { buildSync } from 'esbuild';
import { MEMORY_MARKER } from '../../../src/playground/child/memoryMarker';
import type { InputFill } from '../../../src/playground/childProtocol';
import { InferenceError } from '../../../src/playground/inferenceError';
import { InferenceHost, type InferenceHostOptions } from '../../../src/playground/inferenceHost';
import { doubling, endlessLoop, greedy, single } from './smallModels';

const ROOT = resolve(__dirname, '../../..');
const CHILD = join(ROOT, '.cache/playground-test/ort-host.js');
const GUESSLANG = join(ROOT, 'media/models/guesslang/model.onnx');
const TINY_CODE = join(ROOT, 'media/models/tiny-code/model.onnx');
const SAMPLES = join(__dirname, 'samples');

/** For tests of stops that are heard: on a busy machine the usual grace may not be enough. */
const PATIENT = { stopGrace: 10 };

const zeros = { kind: 'tensors', inputs: {}, dimensions: {} } as const;

async function rejection(promise: Promise<unknown>): Promise<InferenceError> {
  try {
    await promise;
  } catch (error) {
    assert.ok(error instanceof InferenceError, String(error));
    return error;
  }
  assert.fail('did not reject');
}

describe('InferenceHost', function () {
  this.timeout(30_000);
  let folder = '';
  const hosts: InferenceHost[] = [];
  const host = (options: Partial<InferenceHostOptions> = {}): InferenceHost => {
    const made = new InferenceHost({ childScript: CHILD, ...options });
    hosts.push(made);
    return made;
  };
  const file = (name: string, bytes: Uint8Array | string): string => {
    const path = join(folder, name);
    writeFileSync(path, bytes);
    return path;
  };

  before(() => {
    mkdirSync(join(ROOT, '.cache'), { recursive: true });
    folder = mkdtempSync(join(tmpdir(), 'playground-test-'));
    buildSync({
      entryPoints: [join(ROOT, 'src/playground/child/main.ts')],
      outfile: CHILD,
      bundle: true,
      platform: 'node',
      format: 'cjs',
      target: 'node20',
      external: ['onnxruntime-node'],
    });
  });
  afterEach(() => {
    for (const made of hosts.splice(0)) made.dispose();
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  it('starts no process before it is asked for something', () => {
    assert.equal(host().pid, undefined);
  });

  it('agrees with the original about languages', async () => {
    const recorded = JSON.parse(readFileSync(join(SAMPLES, 'expected.json'), 'utf8')) as {
      expected: { file: string; top: [string, number][] }[];
    };
    const labels = JSON.parse(readFileSync(join(ROOT, 'media/models/guesslang/labels.json'), 'utf8')) as {
      id: string;
      name: string;
    }[];
    const subject = host();
    const loaded = await subject.load(GUESSLANG);
    assert.deepEqual(
      loaded.inputs.map((input) => [input.name, input.type]),
      [['ids', 'int64']],
    );
    for (const { file: name, top } of recorded.expected) {
      const text = readFileSync(join(SAMPLES, name), 'utf8');
      const { classes, outputs } = await subject.run({ kind: 'text', text });
      assert.ok(classes);
      assert.equal(classes.length, 5);
      for (const [index, [id, probability]] of top.entries()) {
        assert.equal(classes[index]?.label, labels.find((label) => label.id === id)?.name, name);
        assert.ok(Math.abs((classes[index]?.probability ?? 0) - probability) < 1e-5, `${name} ${id}`);
      }
      assert.deepEqual(outputs[0]?.dimensions, [1, 54]);
    }
  });

  it('says what is wrong with a text that is too short, and goes on', async () => {
    const subject = host();
    await subject.load(GUESSLANG);
    const error = await rejection(subject.run({ kind: 'text', text: 'x' }));
    assert.equal(error.code, 'input');
    assert.match(error.message, /too short/);
    assert.ok((await subject.run({ kind: 'text', text: 'import os\nprint(os.getcwd())\n' })).classes);
  });

  it('runs any model on numbers, and summarises', async () => {
    const subject = host();
    const loaded = await subject.load(file('doubling.onnx', doubling()));
    assert.equal(loaded.task, 'tensors');
    assert.deepEqual(loaded.inputs, [{ name: 'x', type: 'float32', dimensions: ['n'] }]);
    const result = await subject.run(
      {
        kind: 'tensors',
        inputs: { x: { kind: 'values', values: [1, 2, 4.5], dimensions: [3] } },
        dimensions: {},
      },
      { repeats: 20 },
    );
    assert.deepEqual(result.outputs, [
      {
        name: 'y',
        type: 'float32',
        dimensions: [3],
        statistics: { minimum: 2, maximum: 9, mean: 5 },
        notFinite: 0,
        first: [2, 4, 9],
      },
    ]);
    assert.equal(result.classes, null);
    assert.ok(result.timing.runs >= 1 && result.timing.latency !== null);
    assert.ok(result.memory > 10e6 && result.memory < 1e9);
    const zero = await subject.run({ kind: 'tensors', inputs: {}, dimensions: { n: 7 } });
    assert.deepEqual(zero.outputs[0]?.dimensions, [7]);
  });

  it('refuses inputs that do not fit, in words', async () => {
    const subject = host();
    await subject.load(file('doubling.onnx', doubling()));
    const values: InputFill = { kind: 'values', values: [1, 2], dimensions: [3] };
    const run = (
      inputs: Record<string, InputFill>,
      dimensions: Record<string, number> = {},
    ): Promise<unknown> => subject.run({ kind: 'tensors', inputs, dimensions });
    assert.match((await rejection(run({ x: values }))).message, /2 values for the shape 3/);
    assert.match((await rejection(run({ z: values }))).message, /no input "z"; it has x/);
    assert.match((await rejection(run({}, { n: 1e12 }))).message, /limit/);
    assert.match((await rejection(subject.generate('x'))).message, /does not generate text/);
  });

  it('measures', async () => {
    const subject = host();
    await subject.load(file('doubling.onnx', doubling()));
    const measured = await subject.bench(zeros, { warmUp: 2, runs: 40 });
    assert.equal(measured.runs, 40);
    assert.equal(measured.unit, 'run');
    const { p50, p95, p99 } = measured.latency;
    assert.ok(p50 > 0 && p50 <= p95 && p95 <= p99);
  });

  describe('text generation', () => {
    const reference = JSON.parse(readFileSync(join(SAMPLES, 'tinyCodeReference.json'), 'utf8')) as {
      cases: { prompt: string; promptIds: number[]; ids: number[]; text: string }[];
    };

    it('writes what PyTorch writes with the same weights, token by token', async () => {
      const subject = host();
      const loaded = await subject.load(TINY_CODE);
      assert.equal(loaded.task, 'text-generation');
      assert.equal(loaded.context, 256);
      for (const { prompt, promptIds, ids, text } of reference.cases) {
        const heard: string[] = [];
        const options = { maxTokens: 48, temperature: 0 };
        const made = await subject.generate(prompt, options, (piece) => heard.push(piece));
        assert.equal(made.text, text);
        assert.equal(heard.join(''), text);
        assert.equal(made.promptTokens, promptIds.length);
        assert.equal(made.tokens, ids.length);
        assert.ok(made.timeToFirstToken > 0 && (made.tokensPerSecond ?? 0) > 1);
      }
    });

    it('draws the same text from the same seed, and another from another', async () => {
      const subject = host();
      await subject.load(TINY_CODE);
      const write = async (seed: number): Promise<string> =>
        (await subject.generate('class ', { maxTokens: 30, temperature: 1, seed })).text;
      const first = await write(1);
      assert.equal(await write(1), first);
      assert.notEqual(await write(2), first);
    });

    it('stops between two tokens and keeps the text so far', async () => {
      const subject = host(PATIENT);
      await subject.load(TINY_CODE);
      let stopping: Promise<void> | undefined;
      let heard = '';
      const made = await subject.generate(
        'import os\n',
        { maxTokens: 200, temperature: 0 },
        (piece, tokens) => {
          heard += piece;
          if (tokens === 3) stopping = subject.stop();
        },
      );
      await stopping;
      assert.equal(made.endedBy, 'stop');
      assert.ok(made.tokens >= 3 && made.tokens < 200, String(made.tokens));
      assert.equal(made.text, heard);
    });

    it('ends at the context, and refuses a prompt that is longer', async () => {
      const subject = host();
      await subject.load(TINY_CODE);
      const made = await subject.generate('x = 1', { maxTokens: 1000 });
      assert.ok(made.endedBy === 'context' || made.endedBy === 'end-token');
      assert.ok(made.tokens + made.promptTokens <= 256);
      const error = await rejection(subject.generate('word '.repeat(1000)));
      assert.equal(error.code, 'input');
      assert.match(error.message, /tokens; this model takes 256/);
      assert.equal((await subject.generate('', { maxTokens: 1 })).promptTokens, 1);
    });

    it('measures one token at a time, past the end of the context', async () => {
      const subject = host();
      await subject.load(TINY_CODE);
      const measured = await subject.bench({ kind: 'text', text: 'def f(x):' }, { runs: 300, warmUp: 1 });
      assert.equal(measured.unit, 'token');
      assert.equal(measured.runs, 300);
    });

    it('says what is missing beside a language model', async () => {
      const subject = host();
      const copy = file('alone.onnx', readFileSync(TINY_CODE));
      assert.equal((await subject.load(copy)).task, 'tensors');
      assert.match(
        (await rejection(subject.load(copy, { task: 'text-generation' }))).message,
        /tokenizer\.json/,
      );
      file('tokenizer.json', '{"model": 3}');
      assert.equal((await rejection(subject.load(copy))).code, 'input');
      file('tokenizer.json', '{');
      assert.equal((await rejection(subject.load(copy))).code, 'input');
      rmSync(join(folder, 'tokenizer.json'));
    });
  });

  it('answers every nonsense model with one error, and takes the next', async () => {
    const good = doubling();
    const nonsense: Record<string, Uint8Array | string> = {
      'empty.onnx': '',
      'text.onnx': 'this is no model at all',
      'noise.onnx': Uint8Array.from({ length: 4096 }, (_, index) => (index * 7919) % 256),
      'cut.onnx': good.subarray(0, good.length >> 1),
      'operator.onnx': single({ operator: 'NoSuchOperator' }),
      'domain.onnx': single({ operator: 'Add', domain: 'no.such.domain' }, ['x', 'x']),
      'dangling.onnx': single({ operator: 'Relu' }, ['nothing']),
      'cycle.onnx': single({ operator: 'Add' }, ['x', 'y']),
    };
    const subject = host();
    for (const [name, bytes] of Object.entries(nonsense)) {
      const error = await rejection(subject.load(file(name, bytes)));
      assert.equal(error.code, 'model', `${name}: ${error.code} ${error.message}`);
      assert.ok(error.message.length > 0 && error.message.length <= 4_000, name);
    }
    const missing = await rejection(subject.load(join(folder, 'missing.onnx')));
    assert.equal(missing.code, 'model');
    await subject.load(file('good.onnx', good));
    assert.ok(await subject.run(zeros));
  });

  it('ends an endless model at its time limit, and takes the next', async () => {
    const subject = host();
    await subject.load(file('endless.onnx', endlessLoop()));
    const before = performance.now();
    const error = await rejection(subject.run(zeros, { timeLimit: 0.5 }));
    assert.equal(error.code, 'time-limit');
    assert.ok(performance.now() - before < 10_000);
    await subject.load(file('doubling.onnx', doubling()));
    assert.ok(await subject.run(zeros));
  });

  it('stops an endless model, and runs the same host again', async () => {
    const subject = host();
    await subject.load(file('endless.onnx', endlessLoop()));
    const run = rejection(subject.run(zeros));
    await new Promise((wait) => setTimeout(wait, 100));
    assert.equal((await rejection(subject.run(zeros))).code, 'busy');
    const first = subject.pid;
    const before = performance.now();
    await subject.stop();
    assert.ok(performance.now() - before < 10_000);
    assert.equal((await run).code, 'stopped');
    // The next request starts a process and loads the model again by itself.
    assert.equal((await rejection(subject.run(zeros, { timeLimit: 0.3 }))).code, 'time-limit');
    assert.notEqual(subject.pid, first);
  });

  it('stops a benchmark between two runs and keeps what was measured', async () => {
    const subject = host(PATIENT);
    await subject.load(file('doubling.onnx', doubling()));
    const { pid } = subject;
    const bench = subject.bench(zeros, { runs: 100_000 });
    await new Promise((wait) => setTimeout(wait, 50));
    const [measured] = await Promise.all([bench, subject.stop()]);
    assert.ok(measured.stopped && measured.runs < 100_000);
    assert.equal(subject.pid, pid);
  });

  it('ends a model that takes too much memory', async () => {
    const subject = host({ memoryLimit: 400e6 });
    await subject.load(file('greedy.onnx', greedy(1.5e9)));
    const error = await rejection(subject.run(zeros));
    assert.equal(error.code, 'memory-limit', `${error.code}: ${error.message}`);
    assert.match(error.message, /400 MB/);
  });

  it('says that a process died, and what it said last', async () => {
    const subject = host({
      childScript: file('dies.js', 'process.stderr.write("no such thing\\n"); process.exit(3);'),
    });
    const error = await rejection(subject.load(GUESSLANG));
    assert.equal(error.code, 'crashed');
    assert.match(error.message, /code 3/);
    assert.match(error.detail, /no such thing/);
  });

  it('does not believe a process that answers nonsense', async () => {
    const answers = [
      '{ id: m.id, type: "done", result: { task: "gold" } }',
      '"hello"',
      '{ id: m.id, type: "token" }',
    ];
    for (const [index, answer] of answers.entries()) {
      const script = `process.on('message', (m) => process.send(${answer})); setInterval(() => {}, 1000);`;
      const subject = host({ childScript: file(`lies${index}.js`, script) });
      assert.equal((await rejection(subject.load(GUESSLANG))).code, 'protocol');
    }
  });

  it('gives an unused process back, and starts another when asked', async () => {
    const subject = host({ idleLimit: 0.05 });
    await subject.load(file('doubling.onnx', doubling()));
    assert.ok(subject.pid);
    await new Promise((wait) => setTimeout(wait, 200));
    assert.equal(subject.pid, undefined);
    assert.ok(await subject.run(zeros));
  });

  it('passes on neither NODE_OPTIONS nor secrets, and runs in an empty folder', async () => {
    const script = `process.on('message', (m) => { const fs = require('node:fs');
      process.stderr.write(JSON.stringify({ env: Object.keys(process.env), files: fs.readdirSync('.') }), () => process.exit(1)); });`;
    process.env['NODE_OPTIONS'] = '--max-old-space-size=512';
    process.env['PLAYGROUND_TEST_SECRET'] = 'x';
    try {
      const { detail } = await rejection(host({ childScript: file('tells.js', script) }).load(GUESSLANG));
      const told = JSON.parse(detail) as { env: string[]; files: string[] };
      assert.deepEqual(told.files, []);
      assert.ok(told.env.includes('ELECTRON_RUN_AS_NODE'));
      assert.ok(!told.env.includes('NODE_OPTIONS') && !told.env.includes('PLAYGROUND_TEST_SECRET'));
    } finally {
      delete process.env['NODE_OPTIONS'];
      delete process.env['PLAYGROUND_TEST_SECRET'];
    }
  });

  it('ends its process and its requests when it is disposed', async () => {
    const subject = host();
    await subject.load(file('endless.onnx', endlessLoop()));
    const { pid } = subject;
    assert.ok(pid);
    const run = rejection(subject.run(zeros));
    subject.dispose();
    assert.equal((await run).code, 'disposed');
    assert.equal((await rejection(subject.run(zeros))).code, 'disposed');
    for (let tries = 0; tries < 100 && alive(pid); tries += 1)
      await new Promise((wait) => setTimeout(wait, 20));
    assert.ok(!alive(pid));
  });

  it('leaves no folder behind', async function () {
    if (process.platform !== 'linux') return this.skip();
    const subject = host();
    await subject.load(file('doubling.onnx', doubling()));
    const made = readlinkSync(`/proc/${subject.pid}/cwd`);
    assert.ok(existsSync(made));
    subject.dispose();
    assert.ok(!existsSync(made));
  });

  it('guards itself: ends with its memory limit even if nobody watches', async () => {
    const child = fork(CHILD, [String(400e6)], {
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    let said = '';
    child.stderr?.on('data', (data: Buffer) => (said += String(data)));
    const model = file('greedy.onnx', greedy(1.5e9));
    child.send({ id: 1, type: 'load', model, task: null, threads: 1, optimisation: 'all' });
    await once(child, 'message');
    child.send({ id: 2, type: 'run', input: zeros, classes: 1, repeats: 0, repeatSeconds: 0 });
    const [, signal] = await once(child, 'close');
    assert.equal(signal, 'SIGKILL');
    assert.ok(said.includes(MEMORY_MARKER), said);
  });

  it('guards itself: an endless run does not outlive its parent', async function () {
    if (process.platform === 'win32') return this.skip();
    const model = file('endless.onnx', endlessLoop());
    const load = { id: 1, type: 'load', model, task: null, threads: 1, optimisation: 'all' };
    const run = { id: 2, type: 'run', input: zeros, classes: 1, repeats: 0, repeatSeconds: 0 };
    const script = `const child = require('node:child_process').fork(${JSON.stringify(CHILD)}, ['2e9'], { serialization: 'advanced', execArgv: [] });
      child.once('message', () => { child.send(${JSON.stringify(run)}); setTimeout(() => process.kill(process.pid, 'SIGKILL'), 200); });
      child.send(${JSON.stringify(load)}); console.log(child.pid);`;
    const parent = spawn(process.execPath, [file('parent.js', script)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [printed] = (await once(parent.stdout, 'data')) as [Buffer];
    const pid = Number(printed.toString());
    await once(parent, 'exit');
    for (let tries = 0; tries < 100 && alive(pid); tries += 1)
      await new Promise((wait) => setTimeout(wait, 20));
    const survived = alive(pid);
    if (survived) process.kill(pid, 'SIGKILL');
    assert.ok(!survived);
  });
});

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
