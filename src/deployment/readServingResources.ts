import { shellCommands } from '../syntax/shellCommands';
import { plainWord } from '../syntax/commandWord';
import { entryOf, plainYaml, valueAt, type YamlValue } from '../syntax/yamlDocument';
import { readArguments } from './commandLine';
import type { Deployment } from './deployment';
import { VLLM } from './engines/vllm';
import { FoundSettings } from './foundSettings';
import type { CommandContext } from './readCommands';

/**
 * Kubernetes resources and chart values that describe a vLLM server without writing its command: KServe's `LLMInferenceService`, and
 * `modelSpec` of vLLM's production-stack chart. Null where the map is neither.
 */
export function servingResource(map: YamlValue, context: CommandContext): Deployment[] | null {
  const kind = entryOf(map, 'kind');
  if (kind?.kind === 'scalar' && kind.value === 'LLMInferenceService') return inferenceService(map, context);
  if (
    entryOf(map, 'modelURL') !== undefined &&
    (entryOf(map, 'vllmConfig') !== undefined || namesVllm(entryOf(map, 'repository')))
  ) {
    return [chartModel(map, context)];
  }
  return null;
}

function namesVllm(value: YamlValue | undefined): boolean {
  return value?.kind === 'scalar' && String(value.value).includes('vllm');
}

/** One server for decoding, and one for prefill where they are apart. */
function inferenceService(map: YamlValue, context: CommandContext): Deployment[] {
  const spec = entryOf(map, 'spec');
  const parts = [spec, entryOf(spec, 'prefill')].filter((part) => part?.kind === 'map');
  return parts.map((part) => {
    const found = new FoundSettings();
    const model = namedModel(spec);
    if (model !== null) found.setModel(model.name, model.value.span);
    readParallelism(entryOf(part, 'parallelism'), found);
    for (const pod of [entryOf(part, 'template'), entryOf(part, 'worker')]) {
      const containers = entryOf(pod, 'containers');
      for (const container of containers?.kind === 'list' ? containers.items : [])
        readContainer(container, found, context);
    }
    VLLM.settle(found);
    return found.deployment(VLLM.engine, part?.span ?? map.span, context.lines, VLLM.parallel, null);
  });
}

/** The hub's name where the resource gives one: `hf://…`, else `name`, else the address. */
function namedModel(spec: YamlValue | undefined): { name: string; value: YamlValue } | null {
  const uri = valueAt(spec, 'model', 'uri');
  const name = valueAt(spec, 'model', 'name');
  const text = (value: YamlValue | undefined): string | null =>
    value?.kind === 'scalar' && typeof value.value === 'string' ? value.value : null;
  const address = text(uri);
  const given = text(name);
  if (uri !== undefined && address?.startsWith('hf://') === true)
    return { name: address.slice('hf://'.length), value: uri };
  if (name !== undefined && given !== null) return { name: given, value: name };
  return uri !== undefined && address !== null ? { name: address, value: uri } : null;
}

const PARALLELISM: Readonly<Record<string, string>> = {
  tensor: 'tensor_parallel_size',
  pipeline: 'pipeline_parallel_size',
  data: 'data_parallel_size',
  dataLocal: 'data_parallel_size_local',
  expert: 'enable_expert_parallel',
};

function readParallelism(value: YamlValue | undefined, found: FoundSettings): void {
  if (value?.kind !== 'map') return;
  for (const entry of value.entries) {
    const name = PARALLELISM[entry.key];
    if (name === undefined || entry.value.kind !== 'scalar') continue;
    found.set(
      name,
      entry.value.value,
      { start: entry.keySpan.start, end: entry.value.span.end },
      entry.value.span,
    );
  }
}

function readContainer(container: YamlValue, found: FoundSettings, context: CommandContext): void {
  const environment = entryOf(container, 'env');
  for (const item of environment?.kind === 'list' ? environment.items : []) {
    const name = entryOf(item, 'name');
    const value = entryOf(item, 'value');
    if (name?.kind === 'scalar' && name.value === 'VLLM_ADDITIONAL_ARGS' && value !== undefined)
      readWords(value, found, context);
  }
  for (const key of ['command', 'args']) {
    const words = entryOf(container, key);
    if (words?.kind === 'list') readWords(words, found, context);
  }
  const gpus = valueAt(container, 'resources', 'limits', 'nvidia.com/gpu');
  const count = gpus?.kind === 'scalar' ? Number(gpus.value) : Number.NaN;
  if (Number.isInteger(count) && count > 0) found.devices ??= count;
}

/** Options in a list, or in a string as a shell splits it. */
function readWords(value: YamlValue, found: FoundSettings, context: CommandContext): void {
  if (value.kind === 'list') {
    const words = value.items.flatMap((item) =>
      item.kind === 'scalar' && item.value !== null ? [plainWord(item.text, item.text.text, item.span)] : [],
    );
    const script = words.find((word) => /\svllm serve\s/.test(` ${word.value ?? ''} `));
    if (script?.mapped === undefined || script.mapped === null)
      return readArguments(words, false, VLLM, found);
    for (const command of shellCommands(script.mapped, context.bash).commands) {
      const launch = VLLM.launch(command.words);
      if (launch !== null) readArguments(command.words.slice(launch.firstArgument + 1), false, VLLM, found);
    }
  } else if (value.kind === 'scalar' && typeof value.value === 'string') {
    for (const command of shellCommands(value.text, context.bash).commands)
      readArguments(command.words, false, VLLM, found);
  }
}

/** One entry of the chart's `modelSpec`: `vllmConfig` in camel case, the rest in `extraArgs`. */
function chartModel(map: YamlValue, context: CommandContext): Deployment {
  const found = new FoundSettings();
  const model = entryOf(map, 'modelURL');
  if (model?.kind === 'scalar' && typeof model.value === 'string') found.setModel(model.value, model.span);
  const configuration = entryOf(map, 'vllmConfig');
  for (const entry of configuration?.kind === 'map' ? configuration.entries : []) {
    if (entry.key === 'extraArgs') {
      readWords(entry.value, found, context);
      continue;
    }
    const option = VLLM.options().named(snakeCase(entry.key));
    if (option === undefined) continue;
    const span = { start: entry.keySpan.start, end: Math.max(entry.keySpan.end, entry.value.span.end) };
    found.set(option.name, plainYaml(entry.value), span, entry.value.span);
  }
  const tag = entryOf(map, 'tag');
  if (tag?.kind === 'scalar') found.version = /^v?(\d+\.\d+(?:\.\d+)?)/.exec(String(tag.value))?.[1] ?? null;
  const gpus = entryOf(map, 'requestGPU');
  if (gpus?.kind === 'scalar' && typeof gpus.value === 'number' && gpus.value >= 1)
    found.devices = gpus.value;
  VLLM.settle(found);
  return found.deployment(VLLM.engine, map.span, context.lines, VLLM.parallel, null);
}

/** `maxModelLen` → `max_model_len`; `enableLoRA` is one word less. */
function snakeCase(name: string): string {
  return name
    .replace('LoRA', 'Lora')
    .replaceAll(/([A-Z]+)/g, '_$1')
    .toLowerCase()
    .replace(/^_/, '');
}
