import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import type { SettingValue } from '../../../src/deployment/deployment';
import { setSetting } from '../../../src/deployment/editSetting';
import { explainSetting } from '../../../src/deployment/explainSetting';
import { readDeployments } from '../../../src/deployment/readDeployments';
import { LineIndex } from '../../../src/syntax/range';
import { grammars } from '../syntax/grammars';

const SAMPLES = join(__dirname, '../../fixtures/workspace/serve');

/** The text after the edit to the launch with that index; null where there is no edit. */
async function edited(
  text: string,
  fileName: string,
  index: number,
  name: string,
  value: SettingValue,
): Promise<string | null> {
  const { deployments } = await readDeployments(text, fileName, null, grammars);
  const deployment = deployments[index];
  if (deployment === undefined) return null;
  const edit = setSetting(text, deployment, name, value);
  if (edit === null) return null;
  const lines = new LineIndex(text);
  return (
    text.slice(0, lines.offset(edit.range.start)) + edit.newText + text.slice(lines.offset(edit.range.end))
  );
}

async function value(
  text: string,
  fileName: string,
  index: number,
  name: string,
): Promise<SettingValue | undefined> {
  return (await readDeployments(text, fileName, null, grammars)).deployments[index]?.settings[name]?.value;
}

const FILES: readonly (readonly [string, string])[] = [
  ...['compose.yaml', 'chat.sh', 'Dockerfile', 'summarise.py'].map(
    (name) => [name, readFileSync(join(SAMPLES, name), 'utf8')] as const,
  ),
  [
    'one-line.py',
    'from vllm import LLM\nllm = LLM("m/x")\nother = LLM(model="m/y", tensor_parallel_size=2)\n',
  ],
  ['spread.py', 'from vllm import LLM\nkw = {"max_model_len": 1024}\nllm = LLM("m/x", **kw)\n'],
  [
    'list.py',
    'import subprocess\ncmd = ["vllm", "serve", "m/x", "--max-model-len", "1024"]\nsubprocess.run(cmd)\n',
  ],
  ['string.py', 'import os\nos.system("vllm serve m/x --max-model-len 1024")\n'],
  ['equals.sh', 'vllm serve m/x --max-model-len=1024 --enable-chunked-prefill=false > log 2>&1 &\n'],
  ['nested.yaml', 'spec:\n  args:\n    - |\n      vllm serve m/x \\\n        --max-model-len 1024\n'],
  [
    'flow.yaml',
    'services:\n  a:\n    image: vllm/vllm-openai\n    command: ["--model", "m/x", "--max-model-len", "1024"]\n',
  ],
  [
    'line.yaml',
    'services:\n  a:\n    image: vllm/vllm-openai\n    command: --model m/x --max-model-len 1024\n',
  ],
  ['config.yaml', 'kv-cache-dtype: fp8\nmax-num-batched-tokens: 8192\nno-enable-prefix-caching: true\n'],
  ['shell.Dockerfile', 'FROM vllm/vllm-openai\nCMD vllm serve m/x \\\n    --max-model-len 1024\n'],
];

const SETTINGS = fc.oneof(
  fc.tuple(
    fc.constantFrom('max_model_len', 'max_num_seqs', 'max_num_batched_tokens', 'tensor_parallel_size'),
    fc.integer({ min: 1, max: 1_000_000 }),
  ),
  fc.tuple(
    fc.constantFrom('gpu_memory_utilization'),
    fc.integer({ min: 1, max: 99 }).map((percent) => percent / 100),
  ),
  fc.tuple(fc.constantFrom('enable_prefix_caching', 'enforce_eager', 'enable_chunked_prefill'), fc.boolean()),
  fc.tuple(fc.constantFrom('kv_cache_dtype', 'quantization'), fc.constantFrom('fp8', 'fp8_e5m2', 'awq')),
);

describe('editSetting', () => {
  it('changes a value in place and nothing else', async () => {
    const text = readFileSync(join(SAMPLES, 'compose.yaml'), 'utf8');
    assert.equal(
      await edited(text, 'compose.yaml', 0, 'max_model_len', 32000),
      text.replace('131072', '32000'),
    );
  });

  it('adds a flag on a line of its own where flags have lines of their own', async () => {
    const shell = await edited(
      'vllm serve m/x \\\n  --max-model-len 1024\n',
      'a.sh',
      0,
      'kv_cache_dtype',
      'fp8',
    );
    assert.equal(shell, 'vllm serve m/x \\\n  --max-model-len 1024 \\\n  --kv-cache-dtype fp8\n');
    const python = await edited(
      'from vllm import LLM\nLLM(\n    "m/x",\n)\n',
      'a.py',
      0,
      'enforce_eager',
      true,
    );
    assert.equal(python, 'from vllm import LLM\nLLM(\n    "m/x",\n    enforce_eager=True,\n)\n');
  });

  it('refuses what it would have to quote inside quotes', async () => {
    assert.equal(
      await edited('import os\nos.system("vllm serve m/x")\n', 'a.py', 0, 'speculative_config', {
        method: 'ngram',
      }),
      null,
    );
  });

  it('reads back what it wrote, in every notation', async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...FILES), SETTINGS, async ([fileName, text], [name, wanted]) => {
        const { deployments } = await readDeployments(text, fileName, null, grammars);
        for (const [index, before] of deployments.entries()) {
          const after = await edited(text, fileName, index, name, wanted);
          assert.notEqual(after, null, `${fileName}: ${name}`);
          assert.deepEqual(
            await value(after ?? '', fileName, index, name),
            wanted,
            `${fileName}: ${name}\n${after ?? ''}`,
          );
          const again = (await readDeployments(after ?? '', fileName, null, grammars)).deployments;
          assert.equal(again.length, deployments.length);
          for (const [other, setting] of Object.entries(before.settings)) {
            if (other !== name) assert.deepEqual(again[index]?.settings[other]?.value, setting.value);
          }
        }
      }),
      { numRuns: 40 },
    );
  });
});

describe('explainSetting', () => {
  it('says what a setting means, and nothing where it has no bearing on memory or speed', () => {
    assert.equal(explainSetting('vllm', 'max_model_len')?.flag, '--max-model-len');
    assert.ok(explainSetting('vllm', 'max_model_len')?.touches.includes('kv'));
    assert.equal(explainSetting('vllm', 'port'), null);
    assert.equal(explainSetting('nobody', 'max_model_len'), null);
  });
});
