import type { CommandWord } from '../../syntax/commandWord';
import type { Deployment, SettingValue } from '../deployment';
import type { FoundSettings } from '../foundSettings';
import { EngineOptions } from '../options';
import type { ServingHints } from '../servingHints';
import type { ServingSetup } from '../setup';
import type { Construction, EngineReader, Launch } from './engineReader';
import table from './vllmOptions.json';

let options: EngineOptions | undefined;

/** Classes that make an engine, or hold its settings; by the last part of the name, below the package `vllm`. */
const CONSTRUCTORS = new Set(['LLM', 'EngineArgs', 'AsyncEngineArgs']);

const RAY_CONFIGURATIONS = new Set(['LLMConfig', 'vLLMEngineProcessorConfig']);

/** vLLM: `vllm serve`, `python -m vllm.entrypoints.…`, `vllm.LLM(…)` and the engine-argument classes, image `vllm/vllm-openai`. */
export const VLLM: EngineReader = {
  engine: 'vllm',
  options: () => (options ??= new EngineOptions(table)),
  parallel: ['tensor_parallel_size', 'pipeline_parallel_size', 'data_parallel_size'],
  launch,
  isImage: (image) => /(^|\/)vllm[a-z-]*(:|@|$)/.test(image) && !/router|stack|production/.test(image),
  construction,
  environment: { VLLM_ATTENTION_BACKEND: 'attention_backend' },
  settle,
  toServingSetup,
};

/** The classes of the package itself, and Ray's wrappers around it. */
function construction(callee: string): Construction | null {
  const parts = callee.split('.');
  const name = parts[parts.length - 1] ?? '';
  if (parts[0] === 'vllm' && parts.length >= 2 && CONSTRUCTORS.has(name))
    return { positional: ['model'], nested: null, model: [] };
  if (parts[0] !== 'ray' || !RAY_CONFIGURATIONS.has(name)) return null;
  const model = [
    ['model_source'],
    ['model_loading_config', 'model_source'],
    ['model_loading_config', 'model_id'],
    ['model_id'],
  ];
  return { positional: [], nested: 'engine_kwargs', model };
}

function launch(words: readonly CommandWord[]): Launch | null {
  for (let at = 0; at + 1 < words.length; at += 1) {
    const word = words[at]?.value ?? '';
    const next = words[at + 1]?.value ?? '';
    if ((word === 'vllm' || word.endsWith('/vllm')) && next === 'serve')
      return { firstArgument: at + 2, takesModel: true };
    if (word === 'vllm' && next === 'run-batch') return { firstArgument: at + 2, takesModel: false };
    const isModule = word === '-m' && /^vllm\.entrypoints\.(\w+\.)*(api_server|run_batch)$/.test(next);
    if (isModule) return { firstArgument: at + 2, takesModel: false };
    const isScript =
      /(^|\/)python[\d.]*$/.test(word) && /vllm\/entrypoints\/(\w+\/)*api_server\.py$/.test(next);
    if (isScript) return { firstArgument: at + 2, takesModel: false };
  }
  return null;
}

function settle(found: FoundSettings): void {
  const model = found.take('model');
  if (model !== undefined && !found.hasModel) {
    found.setModel(typeof model.value === 'string' ? model.value : null, model.valueSpan);
  }
  const config = found.get('config');
  if (typeof config === 'string') found.note('settings', `more in ${config}`);
}

/** vLLM's names of number formats. */
const COMPUTE: Readonly<Record<string, ServingHints['compute']>> = {
  half: 'f16',
  float16: 'f16',
  bfloat16: 'bf16',
  float: 'f32',
  float32: 'f32',
};

/** Methods that quantise while loading, or that can only mean one layout; others say no more than the checkpoint does. */
const WEIGHTS: Readonly<Record<string, string>> = {
  fp8: 'fp8',
  awq: 'awq-int4',
  awq_marlin: 'awq-int4',
  bitsandbytes: 'bnb-nf4',
  mxfp4: 'mxfp4',
};

/** Speculation methods and the catalogue entries that model them; a method without an entry goes by its own name. */
const SPECULATION: Readonly<Record<string, string>> = {
  ngram: 'prompt-lookup-decoding',
  '[ngram]': 'prompt-lookup-decoding',
  ngram_gpu: 'prompt-lookup-decoding',
  eagle: 'eagle-speculation',
  eagle3: 'eagle3-speculation',
  medusa: 'medusa-speculation',
  draft_model: 'draft-model-speculation',
};

function toServingSetup(deployment: Deployment, defaults: ServingSetup): ServingHints {
  const value = (name: string): SettingValue | undefined => deployment.settings[name]?.value;
  const count = (name: string): number | undefined => positive(value(name));
  const flag = (name: string): boolean | undefined => {
    const found = value(name);
    return typeof found === 'boolean' ? found : undefined;
  };
  const tensor = count('tensor_parallel_size') ?? defaults.parallelism.tensor;
  const data = count('data_parallel_size') ?? defaults.parallelism.data;
  const parallelism = {
    tensor,
    pipeline: count('pipeline_parallel_size') ?? defaults.parallelism.pipeline,
    expert: flag('enable_expert_parallel') === true ? tensor * data : defaults.parallelism.expert,
    data,
    context: count('prefill_context_parallel_size') ?? defaults.parallelism.context,
    // Those that split a cache by tokens are among the tensor-parallel ranks (vllm/config/parallel.py).
    ...((count('decode_context_parallel_size') ?? 1) > 1
      ? { cacheRanks: count('decode_context_parallel_size') ?? 1 }
      : {}),
  };
  const speculation = speculationOf(value('speculative_config'), value('speculative_model'));
  const eager = flag('enforce_eager');
  const share = value('gpu_memory_utilization');
  const quantization = value('quantization');
  const kv = kvFormat(value('kv_cache_dtype'));
  const prefixCaching = flag('enable_prefix_caching');
  const chunkedPrefill = flag('enable_chunked_prefill');
  const compute = COMPUTE[String(value('dtype'))] ?? null;
  const weights =
    WEIGHTS[String(quantization)] ?? (compute === 'f32' && quantization === undefined ? 'f32' : undefined);
  const parallelChanged = Object.entries(parallelism).some(
    ([axis, size]) => defaults.parallelism[axis as keyof typeof parallelism] !== size,
  );
  const pool = poolOf(value('kv_transfer_config'));
  const maxModelLength = count('max_model_len');
  const maxSequences = count('max_num_seqs');
  const maxBatchedTokens = count('max_num_batched_tokens');
  const changed: Partial<ServingSetup> = {
    ...(weights === undefined ? {} : { weights }),
    ...(kv === undefined ? {} : { kv }),
    ...(parallelChanged ? { parallelism } : {}),
    ...(maxModelLength === undefined ? {} : { maxModelLength }),
    ...(typeof share === 'number' && share > 0 && share <= 1 ? { memoryFraction: share } : {}),
    ...(maxSequences === undefined ? {} : { maxSequences }),
    ...(maxBatchedTokens === undefined ? {} : { maxBatchedTokens }),
    ...(prefixCaching === undefined ? {} : { prefixCaching }),
    ...(chunkedPrefill === undefined ? {} : { chunkedPrefill }),
    ...(eager === undefined ? {} : { graphs: !eager }),
    ...(speculation === undefined ? {} : { speculation }),
    ...(pool === undefined ? {} : { pool }),
  };
  return {
    setup: { ...defaults, ...changed },
    changed,
    compute,
    workload: {},
    notModelled: [
      ...NOT_MODELLED.filter((name) => deployment.settings[name] !== undefined),
      ...(pool === undefined && deployment.settings['kv_transfer_config'] !== undefined
        ? ['kv_transfer_config']
        : []),
    ],
  };
}

/** Settings that move memory or time and that the engine room has no term for yet. */
const NOT_MODELLED = [
  'cpu_offload_gb',
  'kv_cache_memory_bytes',
  'num_gpu_blocks_override',
  'enable_lora',
  'kv_offloading_size',
];

function positive(value: SettingValue | undefined): number | undefined {
  return typeof value === 'number' && Number.isInteger(value) && value > 0 ? value : undefined;
}

function kvFormat(value: SettingValue | undefined): ServingSetup['kv'] | undefined {
  if (typeof value !== 'string') return undefined;
  if (value.startsWith('fp8')) return 'fp8';
  if (value.startsWith('int8')) return 'int8';
  if (value.startsWith('int4') || value.startsWith('nvfp4')) return 'int4';
  if (value === 'bfloat16') return 'bf16';
  if (value === 'float16') return 'f16';
  return undefined;
}

/** Producers compute prompts and send their cache, consumers answer; `kv_both` does not say which (vllm/config/kv_transfer.py). */
function poolOf(config: SettingValue | undefined): ServingSetup['pool'] {
  if (typeof config !== 'object' || config === null || Array.isArray(config)) return undefined;
  switch ((config as Readonly<Record<string, SettingValue>>)['kv_role']) {
    case 'kv_producer':
      return 'prefill';
    case 'kv_consumer':
      return 'decode';
    default:
      return undefined;
  }
}

function speculationOf(
  config: SettingValue | undefined,
  oldModel: SettingValue | undefined,
): string | undefined {
  if (typeof oldModel === 'string') return SPECULATION[oldModel] ?? 'draft-model-speculation';
  if (typeof config !== 'object' || config === null || Array.isArray(config)) return undefined;
  const entries = config as Readonly<Record<string, SettingValue>>;
  const method = entries['method'];
  if (typeof method === 'string') return SPECULATION[method] ?? method;
  const model = entries['model'];
  if (typeof model !== 'string') return undefined;
  if (/eagle-?3/i.test(model)) return 'eagle3-speculation';
  if (/eagle/i.test(model)) return 'eagle-speculation';
  return SPECULATION[model] ?? 'draft-model-speculation';
}
