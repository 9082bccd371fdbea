import type { ServingSetup } from '../../../src/deployment/setup';
import type { Device } from '../../../src/hardware/device';
import type { ModelSpec } from '../../../src/model/spec';
import { NO_MODIFIERS, type Modifiers } from '../../../src/roofline/modifiers';
import type { Scenario } from '../../../src/roofline/scenario';
import { DEFAULT_WORKLOAD, type Workload } from '../../../src/workload/workload';
import { LLAMA_31_8B } from './llamaLike';

/** Datasheet figures of an H100 SXM: 80 GB, 3.35 TB/s, 989 TFLOP/s dense bf16, NVLink 450 GB/s each way. */
export const H100: Device = {
  id: 'h100-sxm',
  name: 'NVIDIA H100 SXM',
  vendor: 'nvidia',
  class: 'datacentre-gpu',
  aliases: [],
  memory: 80e9,
  bandwidth: 3.35e12,
  peak: { bf16: 989e12, f16: 989e12, fp8: 1979e12, int8: 1979e12, f32: 67e12 },
  link: { kind: 'nvlink', bandwidth: 450e9, latency: 1e-6 },
  source: 'NVIDIA H100 datasheet',
  date: '2026-11-23',
};

export const T4: Device = {
  ...H100,
  id: 't4',
  name: 'NVIDIA T4',
  memory: 16e9,
  bandwidth: 320e9,
  peak: { f16: 65e12, int8: 130e12, f32: 8.1e12 },
  link: { kind: 'pcie', bandwidth: 16e9, latency: 5e-6 },
};

const SETUP: ServingSetup = {
  engine: 'vllm',
  weights: null,
  kv: null,
  attention: 'flash',
  parallelism: { tensor: 1, pipeline: 1, expert: 1, data: 1, context: 1 },
  maxModelLength: null,
  memoryFraction: 0.9,
  maxSequences: 256,
  maxBatchedTokens: 8192,
  prefixCaching: true,
  chunkedPrefill: true,
  graphs: true,
  speculation: null,
};

interface Overrides {
  model?: ModelSpec;
  device?: Device;
  devices?: number;
  setup?: Partial<ServingSetup>;
  parallelism?: Partial<ServingSetup['parallelism']>;
  workload?: Partial<Workload>;
  modifiers?: Partial<Modifiers>;
}

export function scenario(overrides: Overrides = {}): Scenario {
  const setup = { ...SETUP, ...overrides.setup };
  return {
    model: overrides.model ?? LLAMA_31_8B,
    setup: { ...setup, parallelism: { ...setup.parallelism, ...overrides.parallelism } },
    device: overrides.device ?? H100,
    devices: overrides.devices ?? 1,
    workload: { ...DEFAULT_WORKLOAD, ...overrides.workload },
    modifiers: { ...NO_MODIFIERS, ...overrides.modifiers },
  };
}
