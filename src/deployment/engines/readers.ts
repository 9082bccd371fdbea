import type { EngineReader } from './engineReader';
import { VLLM } from './vllm';

/** Every engine whose deployments are read. */
export const ENGINE_READERS: readonly EngineReader[] = [VLLM];
