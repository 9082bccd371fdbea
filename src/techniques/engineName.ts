import type { Engine } from '../deployment/engine';

const NAMES: Record<Engine, string> = {
  vllm: 'vLLM',
  sglang: 'SGLang',
  tgi: 'TGI',
  'tensorrt-llm': 'TensorRT-LLM',
  'llama.cpp': 'llama.cpp',
  transformers: 'Transformers',
  onnxruntime: 'ONNX Runtime',
  openvino: 'OpenVINO',
  mlx: 'MLX',
};

/** An engine as its makers write it. */
export function engineName(engine: Engine): string {
  return NAMES[engine];
}

/** vLLM, SGLang and TGI: several engines in a sentence, each once. */
export function engineNames(engines: readonly Engine[]): string {
  const names = [...new Set(engines)].map(engineName);
  const last = names.pop() ?? '';
  return names.length > 0 ? `${names.join(', ')} and ${last}` : last;
}
