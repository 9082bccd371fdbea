import { defaultSetup } from '../../../src/deployment/defaults';
import type { Engine } from '../../../src/deployment/engine';
import type { ServingSetup } from '../../../src/deployment/setup';
import { findDevice } from '../../../src/hardware/catalogue';
import type { Device } from '../../../src/hardware/device';
import type { ModelSpec, WeightTensor } from '../../../src/model/spec';
import { NO_MODIFIERS } from '../../../src/roofline/modifiers';
import type { Scenario } from '../../../src/roofline/scenario';
import { DEFAULT_WORKLOAD, type Workload } from '../../../src/workload/workload';

const linear = (name: string, out: number, into: number, part: WeightTensor['part']): WeightTensor => ({
  name,
  shape: [out, into],
  part,
  role: 'linear',
});

/** Llama-3.1-8B by the sizes of its published config.json: 8,030,261,248 parameters. */
export const llama8b: ModelSpec = {
  name: 'Llama-3.1-8B',
  modelType: 'llama',
  architecture: 'LlamaForCausalLM',
  kind: 'decoder',
  hiddenSize: 4096,
  vocabularySize: 128256,
  maxContext: 131072,
  groups: [
    {
      indices: Array.from({ length: 32 }, (_, index) => index),
      layer: {
        mixer: {
          kind: 'attention',
          queryHeads: 32,
          kvHeads: 8,
          keyHeadDim: 128,
          valueHeadDim: 128,
          causal: true,
        },
        feedForward: { kind: 'dense', matrices: 3, width: 14336 },
        weights: [
          linear('q', 4096, 4096, 'attention'),
          linear('k', 1024, 4096, 'attention'),
          linear('v', 1024, 4096, 'attention'),
          linear('o', 4096, 4096, 'attention'),
          linear('gate', 14336, 4096, 'feedForward'),
          linear('up', 14336, 4096, 'feedForward'),
          linear('down', 4096, 14336, 'feedForward'),
          { name: 'norms', shape: [2, 4096], part: 'norms', role: 'vector' },
        ],
      },
    },
  ],
  outside: [
    { name: 'embedding', shape: [128256, 4096], part: 'embedding', role: 'lookup' },
    linear('head', 128256, 4096, 'head'),
    { name: 'norm', shape: [4096], part: 'norms', role: 'vector' },
  ],
  tiedHead: false,
  towers: [],
  format: 'bf16',
  quantisation: null,
  exact: true,
  warnings: [],
};

export function deviceNamed(id: string): Device {
  const found = findDevice(id);
  if (found.device === null) throw new Error(`no device ${id} in the catalogue`);
  return found.device;
}

interface Changes {
  engine?: Engine;
  model?: ModelSpec;
  device?: string;
  devices?: number;
  setup?: Partial<ServingSetup>;
  workload?: Partial<Workload>;
}

/** Llama-3.1-8B on one H100 under vLLM’s defaults, with changes. */
export function scenarioWith(changes: Changes = {}): Scenario {
  return {
    model: changes.model ?? llama8b,
    setup: { ...defaultSetup(changes.engine ?? 'vllm'), ...changes.setup },
    device: deviceNamed(changes.device ?? 'h100-sxm'),
    devices: changes.devices ?? 1,
    workload: { ...DEFAULT_WORKLOAD, ...changes.workload },
    modifiers: NO_MODIFIERS,
  };
}
