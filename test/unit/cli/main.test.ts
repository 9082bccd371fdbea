import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import {
  advice,
  estimateWithTerms,
  hardwareList,
  inspection,
  paperList,
  search,
  techniqueList,
  deployments,
} from './contract';

const ROOT = join(__dirname, '../../..');
const LENS = join(ROOT, 'dist/lens.js');
const MODELS = join(ROOT, 'test/fixtures/workspace/models');
const SERVE = join(ROOT, 'test/fixtures/workspace/serve');
const LLAMA = join(MODELS, 'llama-3.1-8b');

interface Ended {
  status: number | null;
  stdout: string;
  stderr: string;
}

/** Runs the bundle as people do; `closes` shuts its output after the first bytes. */
function lens(args: string[], { input = '', closes = false } = {}): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [LENS, ...args]);
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (chunk) => {
      stdout += String(chunk);
      if (closes) child.stdout.destroy();
    });
    child.stderr.on('data', (chunk) => (stderr += String(chunk)));
    child.on('error', reject);
    child.on('close', (status) => resolve({ status, stdout, stderr }));
    child.stdin.on('error', () => undefined);
    child.stdin.end(input);
  });
}

describe('lens', function () {
  this.timeout(60_000);

  before(() => {
    const built = spawnSync(process.execPath, ['esbuild.mjs', '--lens'], { cwd: ROOT, encoding: 'utf8' });
    assert.equal(built.status, 0, built.stderr);
  });

  it('is a program: executable, with a line that says by what', () => {
    if (process.platform !== 'win32') assert.equal(statSync(LENS).mode & 0o111, 0o111);
  });

  it('answers with exit 0, JSON in the shapes of the contract', async () => {
    const asked = [
      ['inspect', LLAMA],
      ['inspect', join(SERVE, 'compose.yaml')],
      ['estimate', LLAMA, '--hardware', 'h100-sxm'],
      ['recommend', LLAMA, '--hardware', 'h100-sxm'],
      ['techniques'],
      ['hardware'],
      ['papers'],
      ['search', LLAMA, '--hardware', 'h100-sxm,l4', '--devices', '2', '--ttft', '0.5'],
    ];
    const answers = await Promise.all(asked.map((args) => lens([...args, '--json'])));
    for (const { status, stderr } of answers) assert.equal(status, 0, stderr);
    const parsed = answers.map((answer) => JSON.parse(answer.stdout) as unknown);
    assert.equal(inspection.parse(parsed[0]).model.kvCacheBytesPerToken, 131_072);
    assert.equal(deployments.parse(parsed[1]).deployments.length, 2);
    estimateWithTerms.parse(parsed[2]);
    const { recommendations, selector } = advice.parse(parsed[3]);
    assert.equal(recommendations.length, 10);
    // The trained selector where the native runtime is there; physics alone, said so, where it is not.
    assert.ok(selector.model === 'selector.onnx' || /physics|roofline/.test(selector.method));
    const ids = techniqueList.parse(parsed[4]).techniques.map((technique) => technique.id);
    assert.ok(ids.length >= 12);
    assert.equal(new Set(ids).size, ids.length);
    assert.ok(hardwareList.parse(parsed[5]).hardware.length >= 20);
    assert.equal(paperList.parse(parsed[6]).papers.length, 105);
    const { frontier, best } = search.parse(parsed[7]);
    assert.ok(best && frontier.length > 5);
    for (const { estimate } of frontier) assert.ok(estimate.latency.timeToFirstToken.p50 <= 0.5);
  });

  it('keeps text within a hundred columns', async () => {
    const answers = await Promise.all([
      lens(['recommend', LLAMA, '--hardware', 'h100-sxm']),
      lens(['recommend', LLAMA, '--hardware', 'rtx-4060', '--goal', 'throughput', '--top', '100']),
      lens(['estimate', LLAMA, '--hardware', 'h100-sxm', '--verbose', '--request-rate', '2']),
      lens(['inspect', join(MODELS, 'mixtral-8x7b')]),
      lens(['techniques']),
      lens(['hardware']),
      lens(['papers']),
      lens(['help']),
      lens(['search', LLAMA, '--devices', '4', '--goal', 'cost']),
    ]);
    for (const { status, stdout } of answers) {
      assert.equal(status, 0);
      for (const line of stdout.split('\n')) assert.ok(line.length <= 100, `${line.length}: ${line}`);
    }
    assert.match(answers[3]?.stdout ?? '', /46,702,792,704 parameters, 12,879,925,248 active a token/);
  });

  it('ends with exit 2 and one clear line where it cannot answer', async () => {
    const asked: [string[], RegExp][] = [
      [[], /which command/],
      [['fly'], /“fly” is not a command/],
      [['inspect', '/nowhere'], /no such file/],
      [['inspect', LLAMA, '--foo'], /--foo: not an option/],
      [['estimate', LLAMA], /[Hh]ardware/],
      [['estimate', join(SERVE, 'summarise.py'), '--hardware', 'a10'], /deployment code/],
      [['recommend', LLAMA, '--hardware', 'h100-sxm', '--goal', 'fun'], /--goal: must be one of/],
      [['search', LLAMA, '--hardware', 'h100-sxm,h101'], /“h101” is not a device/],
      [['search', LLAMA, '--ttft', '-1'], /--ttft: must be seconds, above 0/],
      [['search', LLAMA, '--hardware', ','], /--hardware: must be a list/],
      [['search', LLAMA, '--devices', '1.5'], /--devices: must be a whole number/],
    ];
    const ended = await Promise.all(asked.map(([args]) => lens(args)));
    ended.forEach(({ status, stdout, stderr }, index) => {
      const [args, message] = asked[index] ?? [[], /./];
      assert.equal(status, 2, args.join(' '));
      assert.equal(stdout, '', args.join(' '));
      assert.match(stderr, message);
      assert.match(stderr, /^inference-lens: [^\n]+\n$/);
    });
  });

  it('reads batches from standard input, and ends well when nobody reads on', async () => {
    const line = `${JSON.stringify({ id: 1, command: 'inspect', file: LLAMA })}\n`;
    const [batch, empty, closed] = await Promise.all([
      lens(['batch'], { input: `${line}nonsense\n${line}` }),
      lens(['batch']),
      lens(['batch'], { input: line.repeat(400), closes: true }),
    ]);
    assert.equal(batch.status, 0);
    assert.equal(batch.stdout.trim().split('\n').length, 3);
    assert.deepEqual([empty.status, empty.stdout], [0, '']);
    assert.deepEqual([closed.status, closed.stderr], [0, '']);
  });
});
