import type { Family } from '../family';
import { llama } from './llama';
import { mistral } from './mistral';
import { mixtral } from './mixtral';
import { qwen2 } from './qwen2';
import { qwen3 } from './qwen3';

/** Which family reads which `model_type`. A new family is one file and one line. */
export const FAMILIES: Readonly<Record<string, Family>> = {
  llama,
  mistral,
  mixtral,
  qwen2,
  qwen3,
};
