import type { Family } from '../../family';
import { whisper } from './whisper';
import { data2vecAudio, hubert, unispeech, unispeechSat, wav2vec2, wavlm } from './wav2vec2';
import { wav2vec2Bert, wav2vec2Conformer } from './wav2vec2Conformer';
import { sew, sewD } from './sew';
import { audioSpectrogram } from './audioSpectrogram';

/** Speech models: `model_type` to family. */
export const SPEECH: Readonly<Record<string, Family>> = {
  whisper,
  wav2vec2,
  hubert,
  wavlm,
  unispeech,
  'unispeech-sat': unispeechSat,
  'data2vec-audio': data2vecAudio,
  'wav2vec2-bert': wav2vec2Bert,
  'wav2vec2-conformer': wav2vec2Conformer,
  sew,
  'sew-d': sewD,
  'audio-spectrogram-transformer': audioSpectrogram,
};
