import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import type { Deployment } from '../../../src/deployment/deployment';
import { looksLikeDeployment } from '../../../src/deployment/looksLikeDeployment';
import { readDeployments } from '../../../src/deployment/readDeployments';
import { LineIndex } from '../../../src/syntax/range';
import { grammars } from '../syntax/grammars';

const SAMPLES = join(__dirname, '../../fixtures/workspace/serve');

async function read(text: string, fileName: string): Promise<Deployment[]> {
  return (await readDeployments(text, fileName, null, grammars)).deployments;
}

function settings(deployment: Deployment | undefined): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(deployment?.settings ?? {}).map(([name, setting]) => [name, setting.value]),
  );
}

/** The text at each setting's value. */
function valueTexts(text: string, deployment: Deployment | undefined): Record<string, string> {
  const lines = new LineIndex(text);
  return Object.fromEntries(
    Object.entries(deployment?.settings ?? {}).map(([name, { valueRange }]) => [
      name,
      text.slice(lines.offset(valueRange.start), lines.offset(valueRange.end)),
    ]),
  );
}

describe('readDeployments', () => {
  it('reads the sample workspace as it was written', async () => {
    const compose = readFileSync(join(SAMPLES, 'compose.yaml'), 'utf8');
    const [first, second] = await read(compose, 'compose.yaml');
    assert.equal(first?.model, 'meta-llama/Llama-3.1-8B');
    assert.deepEqual(settings(first), {
      max_model_len: 131072,
      max_num_seqs: 8,
      gpu_memory_utilization: 0.9,
    });
    assert.deepEqual(valueTexts(compose, first), {
      max_model_len: '131072',
      max_num_seqs: '8',
      gpu_memory_utilization: '0.9',
    });
    assert.deepEqual([first?.hardware.devices, first?.version], [1, '0.11.0']);
    assert.equal(second?.model, 'Qwen/Qwen2.5-0.5B');
    assert.deepEqual(settings(second), { max_model_len: 8192, port: 8001 });

    const [shell] = await read(readFileSync(join(SAMPLES, 'chat.sh'), 'utf8'), 'chat.sh');
    assert.equal(shell?.model, 'Qwen/Qwen3-8B');
    assert.equal(shell?.hardware.devices, 1);
    assert.equal(settings(shell)['enable_prefix_caching'], true);

    const [docker] = await read(readFileSync(join(SAMPLES, 'Dockerfile'), 'utf8'), 'Dockerfile');
    assert.equal(docker?.model, 'mistralai/Mixtral-8x7B-v0.1');
    assert.deepEqual(settings(docker), { tensor_parallel_size: 2, max_model_len: 32768, max_num_seqs: 16 });
    assert.deepEqual([docker?.hardware.devices, docker?.version], [2, '0.11.0']);

    const [python] = await read(readFileSync(join(SAMPLES, 'summarise.py'), 'utf8'), 'summarise.py');
    assert.equal(python?.model, 'meta-llama/Llama-3.1-8B');
    assert.equal(settings(python)['enable_prefix_caching'], false);
    assert.equal(settings(python)['max_model_len'], 16384);
  });

  it('knows the spellings of one flag (trap 23)', async () => {
    const text =
      'vllm serve m/x -tp 2 --max_model_len=32k --max-num-seq 8 --speculative-config.method mtp --speculative-config.num_speculative_tokens=2 --limit-mm-per-prompt image=4,video=0 --kv-transfer-config \'{"kv_connector":"N"}\'';
    assert.deepEqual(settings((await read(text, 'a.sh'))[0]), {
      tensor_parallel_size: 2,
      max_model_len: 32_000,
      max_num_seqs: 8,
      speculative_config: { method: 'mtp', num_speculative_tokens: 2 },
      limit_mm_per_prompt: { image: 4, video: 0 },
      kv_transfer_config: { kv_connector: 'N' },
    });
  });

  it('knows the ways to say no (trap 22)', async () => {
    const text = 'vllm serve m/x --no-enable-prefix-caching --enable-chunked-prefill=false --enforce-eager';
    assert.deepEqual(settings((await read(text, 'a.sh'))[0]), {
      enable_prefix_caching: false,
      enable_chunked_prefill: false,
      enforce_eager: true,
    });
    const config =
      'kv-cache-dtype: fp8\nno-enable-prefix-caching: true\nasync-scheduling: ""\nmax-num-batched-tokens: 8192\n';
    assert.deepEqual(settings((await read(config, 'server.yaml'))[0]), {
      kv_cache_dtype: 'fp8',
      enable_prefix_caching: false,
      async_scheduling: true,
      max_num_batched_tokens: 8192,
    });
  });

  it('reports every launch, and none of another engine (trap 19)', async () => {
    const text =
      'from vllm import LLM\nfrom tensorrt_llm import LLM as T\na = LLM("m/a")\nb = LLM("m/b", enable_prefix_caching=True)\nc = T("m/c")\n';
    const found = await read(text, 'a.py');
    assert.deepEqual(
      found.map((one) => [one.model, settings(one)]),
      [
        ['m/a', {}],
        ['m/b', { enable_prefix_caching: true }],
      ],
    );
  });

  it('reads nothing that is not in force (trap 21)', async () => {
    const text =
      '"""\nvllm serve m/x --tensor-parallel-size 4\nllm = LLM("m/x")\n"""\n# LLM("m/y", tensor_parallel_size=2)\nfrom vllm import LLM\nllm = LLM("m/z")  # tensor_parallel_size=8\n';
    assert.deepEqual(
      (await read(text, 'a.py')).map((one) => [one.model, settings(one)]),
      [['m/z', {}]],
    );
    assert.deepEqual(
      await read(
        '# vllm serve m/x\necho "vllm serve m/x"\npip install vllm\npkill -f "vllm serve"\n',
        'a.sh',
      ),
      [],
    );
  });

  it('does not take the draft for the model (trap 24), nor the client for the server (trap 25)', async () => {
    const text = `vllm serve m/target --max-model-len 4096 --speculative-config '{"model": "m/draft", "max_model_len": 2048}' &\nvllm bench serve --model m/client --max-concurrency 4\n`;
    const found = await read(text, 'a.sh');
    assert.deepEqual(
      found.map((one) => one.model),
      ['m/target'],
    );
    assert.equal(settings(found[0])['max_model_len'], 4096);
    const config = 'max-num-batched-tokens: 8192\nspeculative-config: \'{"model": "m/draft"}\'\n';
    assert.equal((await read(config, 'a.yaml'))[0]?.model, null);
  });

  it('follows values through indirection, and says what it cannot see (trap 20)', async () => {
    const text = 'vllm serve "${MODEL:-m/x}" -tp $TP --port=$PORT "$@"\n';
    const [one] = await read(text, 'a.sh');
    assert.equal(one?.model, 'm/x');
    assert.deepEqual(settings(one), {});
    assert.deepEqual(one?.unresolved, [
      'model: from environment (MODEL), m/x by default',
      'tensor_parallel_size: from environment (TP)',
      'port: from environment (PORT)',
      'settings: more from the command line ("$@")',
    ]);
  });

  it('reads containers of every kind, with separate flags and values and comments between (trap 26)', async () => {
    const text = `spec:
  containers:
    - name: a
      image: vllm/vllm-openai:v0.10.2
      env:
        - name: MODEL_ID
          value: m/x
      args:
        - --model
        - $(MODEL_ID)
        # a remark
        - --tensor-parallel-size
        - "2"
      resources:
        limits:
          nvidia.com/gpu: "2"
    - name: b
      image: anything
      command: ["/bin/sh", "-c"]
      args:
        - |
          set -e
          vllm serve m/y \\
            --max-model-len 4096
`;
    const found = await read(text, 'k.yaml');
    assert.deepEqual(
      found.map((one) => [one.model, settings(one), one.hardware.devices]),
      [
        ['m/x', { tensor_parallel_size: 2 }, 2],
        ['m/y', { max_model_len: 4096 }, null],
      ],
    );
    assert.deepEqual(valueTexts(text, found[1]), { max_model_len: '4096' });
  });

  it('reads launches that Python starts as commands', async () => {
    const text =
      'import subprocess\nN = 2\ncmd = ["vllm", "serve", "m/x", "--tensor-parallel-size", str(N)]\nsubprocess.run(cmd)\nsubprocess.run(f"python -m vllm.entrypoints.openai.api_server --model m/y --max-model-len {N * 1024}", shell=True)\n';
    assert.deepEqual(
      (await read(text, 'a.py')).map((one) => [one.model, settings(one)]),
      [
        ['m/x', { tensor_parallel_size: 2 }],
        ['m/y', { max_model_len: 2048 }],
      ],
    );
  });

  it('reads docker run, with its devices', async () => {
    const text =
      'docker run --gpus \'"device=0,1"\' -p 8000:8000 vllm/vllm-openai:v0.9.1 --model m/x --quantization awq\n';
    const [one] = await read(text, 'a.sh');
    assert.deepEqual(
      [one?.model, settings(one), one?.hardware.devices, one?.version],
      ['m/x', { quantization: 'awq' }, 2, '0.9.1'],
    );
  });

  it('repeats no secret', async () => {
    const [one] = await read('vllm serve m/x --api-key sk-123 --hf-token hf_123\n', 'a.sh');
    assert.deepEqual([settings(one), JSON.stringify(one).includes('123')], [{}, false]);
  });

  it('decides by the name and a few words whether to read at all', () => {
    assert.ok(looksLikeDeployment('vllm serve x', 'run.sh'));
    assert.ok(looksLikeDeployment('#!/bin/bash\nvllm serve x', 'run'));
    assert.ok(!looksLikeDeployment('vllm serve x', 'notes.txt'));
    assert.ok(!looksLikeDeployment('print(1)', 'a.py'));
  });

  it('never throws, whatever the text', async () => {
    const names = ['a.py', 'a.sh', 'Dockerfile', 'a.yaml', 'a.md', 'a.ipynb'];
    const piece = fc.oneof(
      fc.string(),
      fc.constantFrom(
        'vllm serve m/x ',
        '--max-model-len ',
        '-tp 2',
        ' \\\n',
        '\n',
        'LLM(',
        'from vllm import LLM\n',
        'image: vllm/vllm-openai\n',
        'command: ',
        '- ',
        '>-\n',
        'FROM vllm/vllm-openai\n',
        'CMD [',
        '"',
        "'",
        '$(',
        '```bash\n',
        '```\n',
        '${A:-',
        '{',
        '}',
      ),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(piece), fc.constantFrom(...names), async (parts, name) => {
        const text = `vllm\n${parts.join('')}`;
        const lines = new LineIndex(text);
        for (const deployment of await read(text, name)) {
          for (const { range, valueRange } of Object.values(deployment.settings)) {
            assert.ok(
              lines.offset(range.start) <= lines.offset(valueRange.start) &&
                lines.offset(valueRange.end) <= lines.offset(range.end),
            );
          }
        }
      }),
      { numRuns: 100 },
    );
  });
});

describe('resources that describe a server without its command', () => {
  it("reads the production stack's chart values", async () => {
    const text = `servingEngineSpec:
  modelSpec:
    - name: a
      repository: vllm/vllm-openai
      tag: v0.10.0
      modelURL: m/x
      requestGPU: 2
      vllmConfig:
        enablePrefixCaching: false
        maxModelLen: 4096
        extraArgs: ["--gpu-memory-utilization", "0.8"]
`;
    const [one] = await read(text, 'values.yaml');
    assert.deepEqual(
      [one?.model, settings(one), one?.hardware.devices, one?.version],
      [
        'm/x',
        { enable_prefix_caching: false, max_model_len: 4096, gpu_memory_utilization: 0.8 },
        2,
        '0.10.0',
      ],
    );
    assert.deepEqual(valueTexts(text, one), {
      enable_prefix_caching: 'false',
      max_model_len: '4096',
      gpu_memory_utilization: '0.8',
    });
  });

  it('reads KServe, the server for prefill apart', async () => {
    const text = `kind: LLMInferenceService
spec:
  model: {uri: hf://m/x}
  parallelism: {tensor: 4}
  template:
    containers:
      - name: main
        env:
          - name: VLLM_ADDITIONAL_ARGS
            value: >-
              --kv-cache-dtype=fp8
              --max-model-len 4096
  prefill:
    parallelism: {tensor: 2}
`;
    const found = await read(text, 'service.yaml');
    assert.deepEqual(
      found.map((one) => [one.model, settings(one)]),
      [
        ['m/x', { tensor_parallel_size: 4, kv_cache_dtype: 'fp8', max_model_len: 4096 }],
        ['m/x', { tensor_parallel_size: 2 }],
      ],
    );
  });
});
