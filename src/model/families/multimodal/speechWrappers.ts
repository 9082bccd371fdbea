import type { Family } from '../../family';
import { matrix } from '../../parts/tensors';
import type { WeightTensor } from '../../spec';
import { joined, readParts, sizeOf } from './wrapper';

/** Two matrices from the ear to the language model. */
function twoLinear(input: number, between: number, out: number, bias = true): WeightTensor[] {
  const p = 'model.multi_modal_projector';
  return [
    ...matrix(`${p}.linear_1`, between, input, 'other', { bias }),
    ...matrix(`${p}.linear_2`, out, between, 'other', { bias }),
  ];
}

/** Qwen3-ASR: Qwen3-Omni's ear, two matrices, Qwen3. */
export const qwen3Asr: Family = (context) => {
  const { config } = context;
  if (config.object('thinker_config') !== undefined)
    context.notes.doubt('unknown-key', 'The nested form of this file is not known.');
  const parts = readParts(context, {
    text: 'qwen3',
    tower: 'qwen3_asr_encoder',
    towerKey: 'audio_config',
  });
  const { hidden } = parts.tower;
  const out = sizeOf(config, 'audio_config', 'output_dim', 3584);
  config.understood('timestamp_segment_time', 'token_classification_bias', 'support_languages');
  return joined(parts, { kind: 'audio', projector: twoLinear(hidden, hidden, out) });
};

/** Audio Flamingo 3: Whisper's encoder, two matrices, Qwen2. */
export const audioFlamingo3: Family = (context) => {
  const { config } = context;
  const parts = readParts(context, {
    text: 'qwen2',
    tower: 'audioflamingo3_encoder',
    towerKey: 'audio_config',
  });
  const { hidden } = parts.text;
  return joined(parts, {
    kind: 'audio',
    projector: twoLinear(parts.tower.hidden, hidden, hidden, config.flag(true, 'projector_bias')),
  });
};

/** GLM-ASR: four frames stacked, two matrices of which the first doubles, Llama. */
export const glmAsr: Family = (context) => {
  const { config } = context;
  const parts = readParts(context, {
    text: 'llama',
    tower: 'glmasr_encoder',
    towerKey: 'audio_config',
  });
  const { hidden } = parts.text;
  return joined(parts, {
    kind: 'audio',
    projector: twoLinear(sizeOf(config, 'audio_config', 'intermediate_size', 5120), 2 * hidden, hidden),
  });
};
