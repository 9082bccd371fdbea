import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { answerEstimateFor } from '../../../src/cli/answers';
import { readOptionFiles } from '../../../src/cli/optionFiles';
import { LLAMA, sampleModel } from '../advisor/models';

const MODELS = join(__dirname, '../../fixtures/workspace/models');
const QWEN = join(MODELS, 'qwen2.5-0.5b');
/** Named as one of the catalogue, with ten times an H100's bandwidth. */
const DEVICES = `{
  "devices": [
    // comments are allowed
    { "id": "h100-sxm", "vendor": "nvidia", "class": "datacentre-gpu", "memory": 80e9, "bandwidth": 33.5e12, "peak": { "bf16": 989e12, "f32": 67e12 } },
    { "id": "slow", "memory": 64e9, "bandwidth": 50e9, "peak": { "f32": 1e12 } },
  ],
}`;

describe('files that options name', () => {
  let folder = '';
  const path = (name: string) => join(folder, name);
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'lens-'));
    writeFileSync(path('own.json'), DEVICES);
    writeFileSync(path('bad.json'), '{ "devices": [\n { "id": "A b", "memory": 24 } ] }');
    writeFileSync(path('none.json'), '{ "devices": [] }');
  });
  after(() => rmSync(folder, { recursive: true }));

  const refused = async (hardware: string, message: RegExp) =>
    assert.rejects(readOptionFiles({ hardware }), (error: Error) => {
      assert.equal(error.name, 'UsageError');
      assert.match(error.message, message);
      return true;
    });

  it('reckons with a device of one’s own before one of the catalogue', async () => {
    const own = await answerEstimateFor(LLAMA, { hardware: `${path('own.json')}#h100-sxm` }, false);
    const known = await answerEstimateFor(LLAMA, { hardware: 'h100-sxm' }, false);
    assert.equal(own.scenario.hardware, 'h100-sxm');
    assert.ok((own.latency.interToken?.p50 ?? 0) < 0.6 * (known.latency.interToken?.p50 ?? 0));
    const slow = await answerEstimateFor(LLAMA, { hardware: `${path('own.json')}#slow` }, false);
    assert.ok((slow.latency.interToken?.p50 ?? 0) > 15e9 / 50e9);
    assert.equal(slow.energy, undefined);
    // 700 W for the time of 128 tokens.
    assert.ok(
      Math.abs((known.energy?.joulesPerToken ?? 0) - (700 * known.latency.endToEnd.p50) / 128) < 1e-9,
    );
  });

  it('reads from disk what a machine of one’s own has no room for, alone or as the host', async () => {
    writeFileSync(
      path('disk.json'),
      '{ "devices": [ { "id": "desk", "class": "cpu", "memory": 10e9, "bandwidth": 80e9, "peak": { "f32": 1e12 }, "storageBandwidth": 2e9 } ] }',
    );
    const codes = async (options: object): Promise<readonly string[]> => {
      const found = await answerEstimateFor(LLAMA, { engine: 'llama.cpp', ...options }, false);
      return found.warnings.map(({ code }) => code);
    };
    assert.ok((await codes({ hardware: path('disk.json') })).includes('weights-from-disk'));
    const beside = { hardware: 'rtx-3090', host: path('disk.json'), gpuLayers: 5 };
    assert.ok((await codes(beside)).includes('weights-from-disk'));
    assert.ok(!(await codes({ ...beside, gpuLayers: 30 })).includes('weights-from-disk'));
    await assert.rejects(
      answerEstimateFor(LLAMA, { hardware: 'h100-sxm', diskBandwidth: 2e9 }, false),
      /from disk in llama.cpp and transformers; vllm keeps/,
    );
  });

  it('says what is wrong with a file, and where', async () => {
    await refused(path('own.json'), /which of h100-sxm, slow\?/);
    await refused(`${path('own.json')}#fast`, /no device “fast” in it; it has h100-sxm, slow/);
    await refused(path('bad.json'), /bad\.json:2:\d+: id: /);
    await refused(path('none.json'), /no device in it/);
    await refused(path('missing.json'), /no such file/);
  });

  it('reckons a draft of one’s own by its time and its memory', async () => {
    const options = { hardware: 'h100-sxm', input: 512, output: 128 };
    const plain = await answerEstimateFor(LLAMA, options, false);
    const drafted = await answerEstimateFor(LLAMA, { ...options, draft: QWEN }, true);
    // 0.494 B weights of 16 bits more.
    const more = drafted.memory.weights - plain.memory.weights;
    assert.ok(Math.abs(more / (2 * 494_032_768) - 1) < 0.001, `${more}`);
    assert.ok(drafted.terms?.some(({ id }) => id === 'decode.draft'));
    const codes = drafted.warnings.map(({ code }) => code);
    assert.ok(codes.includes('draft-acceptance-assumed') && codes.includes('draft-vocabulary'));
    const itself = await answerEstimateFor(LLAMA, { ...options, draft: join(MODELS, 'llama-3.1-8b') }, false);
    assert.ok(itself.warnings.some(({ code }) => code === 'draft-too-slow'));
    const head = { ...sampleModel('qwen2.5-0.5b') };
    await assert.rejects(
      answerEstimateFor({ ...head, kind: 'encoder' }, { ...options, draft: QWEN }, false),
      /Only a decoder drafts/,
    );
  });

  it('adds an adapter’s elements: rank × (rows + columns) of each matrix', async () => {
    const options = { hardware: 'h100-sxm' };
    const plain = await answerEstimateFor(LLAMA, options, false);
    const adapted = await answerEstimateFor(LLAMA, { ...options, loraRank: 16 }, false);
    // q and o 4096 + 4096, k and v 4096 + 1024, three of 4096 + 14336: 41,943,040 elements at rank 16.
    const elements = 16 * 32 * (2 * 8192 + 2 * 5120 + 3 * 18_432);
    assert.equal(elements, 41_943_040);
    assert.ok(Math.abs((adapted.memory.weights - plain.memory.weights) / (2 * elements) - 1) < 1e-6);
  });

  it('says of a technique that nothing is reckoned of it', async () => {
    const { warnings } = await answerEstimateFor(
      LLAMA,
      { hardware: 'h100-sxm', devices: 2, techniques: ['disaggregated-prefill'], requestRate: 4 },
      false,
    );
    assert.ok(
      warnings.some(({ code }) => code === 'technique-not-reckoned' || code === 'technique-doubtful'),
    );
  });
});
