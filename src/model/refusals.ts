/** Why files of a type that is known by name are not read: each type, and what stands in the way. */
const REASONS: Readonly<Record<string, string>> = {
  internlmxcomposer2: 'its low-rank additions and its tower are sized by its own code, not by the file',
  kimi_k3: 'its gates and its narrowed experts are not read yet',
  moondream1: 'its sizes stand in its own code, and differ between revisions of one and the same file',
  NVLM_D: 'how its projector is sized stands in its own code',
  ovis: 'the sizes of its visual tokenizer stand in its own code',
  ultravox: 'the file only names the language model and the sound tower that it is made of',
};

/** Architectures that come without a `model_type`, in the same way. */
const ARCHITECTURES: Readonly<Record<string, string>> = {
  CogVLMForCausalLM: 'every layer keeps a second set of weights for pictures, which is not read yet',
};

const INSTEAD = 'Open its weights (.safetensors or .gguf) instead: they say the size of every tensor.';

/** Why this type cannot be read, and what can be opened in place of its configuration. `shown` is the type, safe to show. */
export function refusal(modelType: string, shown: string): string {
  const reason = Object.hasOwn(REASONS, modelType) ? REASONS[modelType] : undefined;
  if (reason !== undefined) return `Model type "${shown}" is not counted: ${reason}. ${INSTEAD}`;
  return `Model type "${shown}" is not known. ${INSTEAD}`;
}

/** The same for a file that names an architecture and no type; undefined where nothing is known of it. */
export function architectureRefusal(architecture: string): string | undefined {
  const reason = Object.hasOwn(ARCHITECTURES, architecture) ? ARCHITECTURES[architecture] : undefined;
  return reason === undefined ? undefined : `${architecture} is not counted: ${reason}. ${INSTEAD}`;
}
