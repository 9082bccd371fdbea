/** Bits of text of which a file holds at least one where it starts an engine. Engine by engine, in the order of `readers.ts`. */
export const ENGINE_HINTS: Readonly<Record<string, readonly string[]>> = {
  vllm: ['vllm', 'vLLM', 'VLLM', 'ray.serve.llm', 'ray.llm'],
};

/** Options that give an engine's own configuration file away, which need not name the engine. */
const CONFIGURATION_HINTS = [
  'gpu-memory-utilization',
  'gpu_memory_utilization',
  'max-model-len',
  'max_model_len',
  'max-num-batched-tokens',
  'max-num-seqs',
  'kv-cache-dtype',
  'tensor-parallel-size',
  'tensor_parallel_size',
  'LLMInferenceService',
  'modelURL',
];

/** What a file may be, by its name. */
export type DeploymentKind = 'python' | 'notebook' | 'shell' | 'dockerfile' | 'yaml' | 'markdown';

const BY_LANGUAGE: Readonly<Record<string, DeploymentKind>> = {
  python: 'python',
  shellscript: 'shell',
  dockerfile: 'dockerfile',
  yaml: 'yaml',
  dockercompose: 'yaml',
  markdown: 'markdown',
  jupyter: 'notebook',
};

const BY_EXTENSION: Readonly<Record<string, DeploymentKind>> = {
  py: 'python',
  ipynb: 'notebook',
  sh: 'shell',
  bash: 'shell',
  zsh: 'shell',
  slurm: 'shell',
  sbatch: 'shell',
  dockerfile: 'dockerfile',
  containerfile: 'dockerfile',
  yaml: 'yaml',
  yml: 'yaml',
  md: 'markdown',
};

/** What the file is read as: by the editor's language, else by its name, else by its first line; null where it is none of these. */
export function deploymentKind(
  text: string,
  fileName: string,
  languageId: string | null,
): DeploymentKind | null {
  const byLanguage = languageId === null ? undefined : BY_LANGUAGE[languageId];
  if (byLanguage !== undefined) return byLanguage;
  const name = fileName
    .slice(Math.max(fileName.lastIndexOf('/'), fileName.lastIndexOf('\\')) + 1)
    .toLowerCase();
  if (name.startsWith('dockerfile') || name.startsWith('containerfile')) return 'dockerfile';
  const dot = name.lastIndexOf('.');
  const byExtension = dot === -1 ? undefined : BY_EXTENSION[name.slice(dot + 1)];
  if (byExtension !== undefined) return byExtension;
  if (text.startsWith('#!')) {
    const line = text.slice(0, 200).split('\n', 1)[0] ?? '';
    if (/\b(ba|z|da)?sh\b/.test(line)) return 'shell';
    if (line.includes('python')) return 'python';
  }
  return null;
}

/** Whether the text names an engine that is read. */
export function mentionsEngine(text: string): boolean {
  return Object.values(ENGINE_HINTS).some((hints) => hints.some((hint) => text.includes(hint)));
}

/**
 * Whether a file is worth reading for launches: by its name, and by a search for a few words. Takes microseconds, parses nothing; false
 * positives cost a parse, false negatives are launches that nobody hears of.
 */
export function looksLikeDeployment(
  text: string,
  fileName: string,
  languageId: string | null = null,
): boolean {
  const kind = deploymentKind(text, fileName, languageId);
  if (kind === null) return false;
  return mentionsEngine(text) || (kind === 'yaml' && CONFIGURATION_HINTS.some((hint) => text.includes(hint)));
}
