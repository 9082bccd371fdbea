import type { Family } from '../../family';
import { llamaLike } from '../../parts/llamaLike';

/** Mistral and Ministral: Llama's block without biases, with a window in the first release. */
export const mistral: Family = (context) => llamaLike(context);
