import type { Family } from '../../family';
import { deepseekV2 } from './deepseek';

/** Mistral Small 4: DeepSeek-V2's build; no dense layers as published, so that their width stands idle. */
export const mistral4: Family = (context) => {
  context.config.understood('intermediate_size');
  return deepseekV2(context);
};
