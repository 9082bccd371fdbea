import type { Family } from '../../family';
import { deltaHybrid } from './qwen3Next';

/** Qwen3.5 and 3.6, text: Qwen3-Next's blocks with the linear projections apart; dense or with experts. */
export const qwen35Text: Family = (context) => {
  context.config.understood('mtp_num_hidden_layers', 'mtp_use_dedicated_embeddings', 'mamba_ssm_dtype');
  return deltaHybrid(context, 'apart');
};
