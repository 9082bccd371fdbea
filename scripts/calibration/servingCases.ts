import { defaultSetup } from '../../src/deployment/defaults';
import { findDevice } from '../../src/hardware/catalogue';
import type { CalibrationEntry } from '../../src/roofline/calibration';
import type { Estimate } from '../../src/roofline/estimate';
import { estimate, estimateWith } from '../../src/roofline/estimateScenario';
import { NO_MODIFIERS } from '../../src/roofline/modifiers';
import type { Scenario } from '../../src/roofline/scenario';
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

/** A measured server under a request rate: means over its requests, seconds. */
export interface ServingCase {
  id: string;
  kind: 'dense' | 'experts';
  scenario: Scenario;
  timeToFirstToken: number;
  interToken: number;
  endToEnd: number;
  endToEndP90: number;
}

/** Rows of serving.csv whose model and device are known, as questions. */
export function servingCases(): ServingCase[] {
  const cases: ServingCase[] = [];
  for (const row of readMeasured('serving.csv')) {
    const key = MODELS.find(([pattern]) => pattern.test(row.model ?? ''))?.[1];
    const model = key === undefined ? undefined : architecture(key);
    const device = findDevice(row.hardware ?? '').device;
    if (!model || !device) continue;
    const devices = Number(row.devices);
    const base = defaultSetup('vllm', { id: device.id, memoryBytes: device.memory });
    cases.push({
      id: row.id ?? '',
      kind: row.kind === 'moe' ? 'experts' : 'dense',
      scenario: {
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
      },
      timeToFirstToken: Number(row.ttft_mean),
      interToken: Number(row.itl_mean),
      endToEnd: Number(row.e2e_mean),
      endToEndP90: Number(row.e2e_p90),
    });
  }
  return cases;
}

/** What the engine says of a server: with the shipped constants, or with others in their place. */
export function serve(one: ServingCase, entry?: CalibrationEntry): Estimate {
  return entry ? estimateWith(one.scenario, () => entry) : estimate(one.scenario);
}

/** Estimated over measured. */
export interface ServingRatios {
  one: ServingCase;
  timeToFirstToken: number;
  interToken: number;
  endToEnd: number;
  endToEndP90: number;
}

export function ratiosOf(one: ServingCase, answer: Estimate): ServingRatios {
  const { timeToFirstToken, interToken, endToEnd, tail } = answer.latency;
  return {
    one,
    timeToFirstToken: timeToFirstToken.p50 / one.timeToFirstToken,
    interToken: interToken.p50 / one.interToken,
    endToEnd: endToEnd.p50 / one.endToEnd,
    endToEndP90: (tail.endToEnd?.p90 ?? NaN) / one.endToEndP90,
  };
}
