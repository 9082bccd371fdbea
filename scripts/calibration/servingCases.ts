import { defaultSetup } from '../../src/deployment/defaults';
import { findDevice } from '../../src/hardware/catalogue';
import { estimate } from '../../src/roofline/estimateScenario';
import { NO_MODIFIERS } from '../../src/roofline/modifiers';
import { DEFAULT_WORKLOAD } from '../../src/workload/workload';
import { architecture } from './architectures';
import { readMeasured } from './readCsv';

const MODELS: readonly (readonly [RegExp, string])[] = [
  [/Qwen3-14B/, 'qwen3-14b'],
  [/Llama-3.1-8B/, 'llama-3-8b'],
  [/Llama-3.1-70B|Llama-3.3-70B/, 'llama-3-70b'],
  [/Mixtral-8x22B/, 'mixtral-8x22b'],
  [/Mixtral-8x7B/, 'mixtral-8x7b'],
];

/** One line a measured server: estimated and measured mean first token, inter-token and end-to-end time, and the ratios. */
export function servingErrors(): string[] {
  const lines: string[] = [];
  for (const row of readMeasured('serving.csv')) {
    const key = MODELS.find(([pattern]) => pattern.test(row.model ?? ''))?.[1];
    const model = key === undefined ? undefined : architecture(key);
    const device = findDevice(row.hardware ?? '').device;
    if (!model || !device) continue;
    const devices = Number(row.devices);
    const base = defaultSetup('vllm', { id: device.id, memoryBytes: device.memory });
    const answer = estimate({
      model,
      setup: { ...base, parallelism: { ...base.parallelism, tensor: devices } },
      device,
      devices,
      workload: {
        ...DEFAULT_WORKLOAD,
        inputTokens: Math.round(Number(row.input)),
        outputTokens: Math.round(Number(row.output)),
        requestRate: Number(row.request_rate),
      },
      modifiers: NO_MODIFIERS,
    });
    const { timeToFirstToken, interToken, endToEnd, tail } = answer.latency;
    const pair = (ours: number, theirs: string | undefined): string =>
      `${ours.toPrecision(3)}/${Number(theirs).toPrecision(3)} (${(ours / Number(theirs)).toFixed(2)})`;
    lines.push(
      `${(row.id ?? '').padEnd(38)} ttft ${pair(timeToFirstToken.p50, row.ttft_mean)} itl ${pair(interToken.p50, row.itl_mean)} ` +
        `e2e ${pair(endToEnd.p50, row.e2e_mean)} p90 ${pair(tail.endToEnd?.p90 ?? NaN, row.e2e_p90)} b ${answer.concurrency.toFixed(0)}`,
    );
  }
  return lines;
}
