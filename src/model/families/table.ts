import type { Family } from '../family';
import { DECODERS } from './decoders/table';
import { ENCODERS } from './encoders/table';
import { MULTIMODAL } from './multimodal/table';
import { SPEECH } from './speech/table';
import { VISION } from './vision/table';

/** Which family reads which `model_type`. A new family is one file and one line of its group's table. */
export const FAMILIES: Readonly<Record<string, Family>> = {
  ...DECODERS,
  ...ENCODERS,
  ...MULTIMODAL,
  ...SPEECH,
  ...VISION,
};
