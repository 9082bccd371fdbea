import type { Family } from '../../family';
import { whisper } from './whisper';

/** Speech models: `model_type` to family. */
export const SPEECH: Readonly<Record<string, Family>> = {
  whisper,
};
