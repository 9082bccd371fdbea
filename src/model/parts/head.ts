import type { Config } from '../config';
import type { WeightTensor } from '../spec';
import { matrix, vector } from './tensors';

export interface Head {
  weights: readonly WeightTensor[];
  tied: boolean;
}

export interface HeadOptions {
  bias?: boolean;
  module?: string;
  /** True where the architecture has no language-model head (a trunk, a classifier). */
  absent?: boolean;
}

/** The language-model head: absent where it is tied to the embedding, its bias apart from that. */
export function headOf(config: Config, hidden: number, vocabulary: number, options: HeadOptions = {}): Head {
  const tied = config.flag(false, 'tie_word_embeddings');
  if (options.absent === true) return { weights: [], tied: false };
  const module = options.module ?? 'lm_head';
  const bias = options.bias ?? false;
  if (tied) return { weights: bias ? [vector(`${module}.bias`, vocabulary, 'head')] : [], tied };
  return { weights: matrix(module, vocabulary, hidden, 'head', { bias }), tied };
}
