import type { Scenario } from '../roofline/scenario';
import type { Candidate } from './candidates';

/** Requests that steady the mean of a run at a concurrency: fifty waves, at least two hundred. */
function promptsFor(concurrency: number): number {
  return Math.max(200, concurrency * 50);
}

/**
 * The cheapest run that would narrow a candidate's band, as a command to copy. vLLM: `vllm bench latency` and `vllm bench serve`
 * (docs.vllm.ai, CLI reference); llama.cpp: `llama-bench` (its README). Null for engines without such a tool.
 */
export function benchmarkCommand(scenario: Scenario, candidate: Candidate): string | null {
  const { workload, setup, model } = scenario;
  const settings = candidate.techniques
    .flatMap((technique) => technique.engines.filter((entry) => entry.engine === setup.engine))
    .map((entry) => entry.setting)
    .filter((setting) => setting.startsWith('-'));
  switch (setup.engine) {
    case 'vllm':
      return [
        `vllm bench latency --model ${quoted(model.name)}`,
        ...settings,
        `--batch-size ${workload.concurrency} --input-len ${workload.inputTokens} --output-len ${workload.outputTokens}`,
      ].join(' ');
    case 'sglang':
      return `python3 -m sglang.bench_serving --backend sglang --dataset-name random --random-input-len ${workload.inputTokens} --random-output-len ${workload.outputTokens} --max-concurrency ${workload.concurrency} --num-prompts ${promptsFor(workload.concurrency)}`;
    case 'llama.cpp':
      return [
        'llama-bench -m model.gguf',
        ...settings,
        `-p ${workload.inputTokens} -n ${workload.outputTokens}`,
      ].join(' ');
    default:
      return null;
  }
}

/** Names come from files of strangers and end in somebody's shell. */
function quoted(name: string): string {
  return /^[\w./-]+$/.test(name) ? name : `'${name.replace(/'/g, `'\\''`)}'`;
}
