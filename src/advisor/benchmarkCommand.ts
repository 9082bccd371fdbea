import type { Scenario } from '../roofline/scenario';
import { allTechniques, findTechnique } from '../techniques/catalogue';
import { checkpointName } from '../techniques/placeholders';
import type { Technique } from '../techniques/technique';
import type { Candidate } from './candidates';
import { settingsOf } from './candidateSettings';

/** What the command of one engine is put together from. */
interface Run {
  model: string;
  flags: readonly string[];
  scenario: Scenario;
  /** Sequences at once on one replica. */
  batch: number;
}

/** Flags that llama.cpp’s benchmarks take as its server does, by what they begin with. */
const LLAMA_BENCH = ['--cache-type-', '--n-gpu-layers', '--split-mode'];

/**
 * The cheapest run that would narrow a candidate's band, as a command to copy: the whole deployment as it would be with the candidate on,
 * at this batch and these lengths; of several replicas one. vLLM: `vllm bench latency` (docs.vllm.ai, CLI reference); SGLang:
 * `sglang.bench_one_batch_server` (docs.sglang.io, benchmark and profiling); llama.cpp: `llama-bench` and, for several sequences,
 * `llama-batched-bench` (their READMEs). Null for engines without such a tool, and where the tool cannot do what the candidate does.
 *
 * @param concurrency sequences at once, as the estimate has them where a request rate was asked for
 * @param applied ids of techniques that are on already and stay on
 */
export function benchmarkCommand(
  scenario: Scenario,
  candidate: Pick<Candidate, 'techniques' | 'scenario'>,
  concurrency: number,
  applied: readonly string[] = [],
): string | null {
  const after = candidate.scenario;
  const techniques = [...standing(scenario, candidate.techniques, applied), ...candidate.techniques];
  const settings = techniques
    .filter((technique) => technique.effect.spread === undefined)
    .flatMap((technique) => settingsOf(technique, after).map(({ setting }) => flagsOf(setting)));
  const own = settings.map((flags) => /--model (\S+)/.exec(flags)?.[1]).find((name) => name !== undefined);
  const packed = techniques.find(needsCheckpoint);
  const model = packed ? checkpointName(packed.id) : (own ?? quoted(scenario.model.name));
  const run: Run = {
    model,
    flags: settings.map((flags) => flags.replace(/--model \S+ ?/, '').trim()).filter((flags) => flags !== ''),
    scenario: after,
    batch: Math.max(1, Math.ceil(Math.round(concurrency) / after.setup.parallelism.data)),
  };
  switch (after.setup.engine) {
    case 'vllm':
      return vllm(run);
    case 'sglang':
      return sglang(run);
    case 'llama.cpp':
      return llamaCpp(run, techniques);
    default:
      return null;
  }
}

function vllm({ model, flags, scenario, batch }: Run): string | null {
  const { setup, workload } = scenario;
  const { tensor, pipeline, expert, context, data } = setup.parallelism;
  // Experts that are shared by replicas tie these together: one alone is another deployment.
  if (expert > 1 && data > 1) return null;
  const shards = tensor * context;
  return [
    `vllm bench latency --model ${model}`,
    ...flags,
    ...(shards > 1 ? [`--tensor-parallel-size ${shards}`] : []),
    ...(expert > 1 ? ['--enable-expert-parallel'] : []),
    ...(pipeline > 1 ? [`--pipeline-parallel-size ${pipeline}`] : []),
    ...(context > 1 ? [`--decode-context-parallel-size ${context}`] : []),
    ...(setup.maxModelLength === null ? [] : [`--max-model-len ${setup.maxModelLength}`]),
    `--batch-size ${batch} --input-len ${workload.inputTokens} --output-len ${workload.outputTokens}`,
  ].join(' ');
}

function sglang({ model, flags, scenario, batch }: Run): string | null {
  const { setup, workload } = scenario;
  const { tensor, pipeline, expert, data } = setup.parallelism;
  if (expert > 1 && data > 1) return null;
  return [
    `python3 -m sglang.bench_one_batch_server --model ${model}`,
    ...flags,
    ...(tensor > 1 ? [`--tp ${tensor}`] : []),
    ...(expert > 1 ? [`--ep-size ${expert}`] : []),
    ...(pipeline > 1 ? [`--pp-size ${pipeline}`] : []),
    ...(setup.maxModelLength === null ? [] : [`--context-length ${setup.maxModelLength}`]),
    `--batch-size ${batch} --input-len ${workload.inputTokens} --output-len ${workload.outputTokens}`,
  ].join(' ');
}

function llamaCpp({ flags, scenario, batch }: Run, techniques: readonly Technique[]): string | null {
  const { inputTokens, outputTokens } = scenario.workload;
  // Both tools decode plainly: a draft cannot be measured with them.
  if (scenario.modifiers.speculation !== null) return null;
  const taken: string[] = [];
  for (const flag of flags) {
    if (LLAMA_BENCH.some((known) => flag.startsWith(known))) taken.push(flag);
    else if (flag.startsWith('--flash-attn')) taken.push(batch > 1 ? flag : '--flash-attn 1');
    else if (!flag.startsWith('--parallel') || batch === 1) return null;
  }
  const packed = techniques.find((technique) => technique.effect.setup?.weights !== undefined);
  const file = packed ? checkpointName(packed.id) : 'MODEL';
  return batch > 1
    ? [
        `llama-batched-bench -m ${file}.gguf`,
        ...taken,
        `-c ${batch * (inputTokens + outputTokens)} -npp ${inputTokens} -ntg ${outputTokens} -npl ${batch}`,
      ].join(' ')
    : [`llama-bench -m ${file}.gguf`, ...taken, `-p ${inputTokens} -n ${outputTokens}`].join(' ');
}

/** Techniques whose settings stay on beside the candidate's: those applied, and those that the scenario's own formats stand for. */
function standing(
  { setup }: Scenario,
  added: readonly Technique[],
  applied: readonly string[],
): readonly Technique[] {
  const asked = applied.flatMap((id) => findTechnique(id) ?? []);
  const all = [...asked];
  for (const field of ['weights', 'kv'] as const) {
    const sets = (technique: Technique): boolean => technique.effect.setup?.[field] !== undefined;
    if (setup[field] === null || [...asked, ...added].some(sets)) continue;
    const same = allTechniques().find(
      ({ effect, engines }) =>
        effect.setup?.[field] === setup[field] && engines.some((entry) => entry.engine === setup.engine),
    );
    if (same) all.push(same);
  }
  return all;
}

/** Weights in another format that no engine makes as it loads: another file has to be measured. */
function needsCheckpoint({ effect, effort }: Technique): boolean {
  return effect.setup?.weights !== undefined && effort !== 'setting';
}

/** The flags of a setting, without the words for a person around them. */
function flagsOf(setting: string): string {
  const bracket = /\((--[^)]+)\)/.exec(setting)?.[1];
  if (setting.startsWith('-')) return setting.replace(/\s*\([^)]*\)$/, '');
  return bracket ?? '';
}

/** Names come from files of strangers and end in somebody's shell. */
function quoted(name: string): string {
  return /^[\w./-]+$/.test(name) ? name : `'${name.replace(/'/g, `'\\''`)}'`;
}
