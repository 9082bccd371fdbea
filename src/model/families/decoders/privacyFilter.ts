import type { Family } from '../../family';
import { bothWays } from '../../parts/bothWays';
import { gptOss } from './gptOss';

/** OpenAI's privacy filter: gpt-oss that looks to both sides and labels each token. */
export const privacyFilter: Family = (context) => {
  context.config.understood('swiglu_alpha', 'classifier_dropout', 'tie_word_embeddings');
  return { ...bothWays(gptOss(context)), kind: 'encoder' };
};
