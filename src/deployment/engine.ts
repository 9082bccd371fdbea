/** Engines whose time and memory are estimated. Readers may recognise more; those are named, not estimated. */
export const ENGINES = [
  'vllm',
  'sglang',
  'tgi',
  'tensorrt-llm',
  'llama.cpp',
  'transformers',
  'onnxruntime',
  'openvino',
  'mlx',
] as const;

export type Engine = (typeof ENGINES)[number];
