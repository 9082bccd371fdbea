import type { Family } from '../../family';
import { whisper } from './whisper';
import { data2vecAudio, hubert, unispeech, unispeechSat, wav2vec2, wavlm } from './wav2vec2';
import { wav2vec2Bert, wav2vec2Conformer } from './wav2vec2Conformer';
import { sew, sewD } from './sew';
import { audioSpectrogram } from './audioSpectrogram';
import { vits } from './vits';
import { dac, encodec, mimi } from './codecs';
import { moonshine } from './moonshine';
import { speechToText } from './speechToText';
import { speecht5, speecht5HifiGan } from './speecht5';
import { parakeetCtc, parakeetEncoder, parakeetTransducer } from './parakeet';
import { musicgen, musicgenDecoder, musicgenMelody } from './musicgen';
import { bark } from './bark';
import { clap, clapAudio, clapText } from './clap';
import { seamless } from './seamless';
import { csm, csmDepth, kyutaiSpeechToText, moshi, moshiDepth } from './talk';
import {
  canary,
  canaryDecoder,
  cohereAsr,
  voxtralRealtime,
  voxtralRealtimeEncoder,
  voxtralRealtimeText,
} from './recognisers';
import { graniteSpeech, graniteSpeechEncoder } from './graniteSpeech';
import { dia, diaDecoder, diaEncoder } from './dia';
import { moonshineStreaming, moonshineStreamingEncoder } from './moonshineStreaming';
import { lasrCtc, lasrEncoder } from './lasr';
import { univnet } from './univnet';
import { fastspeech2, fastspeech2WithHifiGan } from './fastspeech2';

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
  vits,
  encodec,
  mimi,
  mimi_encoder: mimi,
  dac,
  moonshine,
  speech_to_text: speechToText,
  speecht5,
  speecht5_hifigan: speecht5HifiGan,
  hifigan: speecht5HifiGan,
  parakeet_ctc: parakeetCtc,
  parakeet_tdt: parakeetTransducer,
  parakeet_rnnt: parakeetTransducer,
  parakeet_encoder: parakeetEncoder,
  musicgen,
  musicgen_decoder: musicgenDecoder,
  musicgen_melody: musicgenMelody,
  musicgen_melody_decoder: musicgenDecoder,
  bark,
  clap,
  clap_text_model: clapText,
  clap_audio_model: clapAudio,
  seamless_m4t: seamless,
  seamless_m4t_v2: seamless,
  csm,
  csm_depth_decoder_model: csmDepth,
  kyutai_speech_to_text: kyutaiSpeechToText,
  moshi,
  moshi_depth: moshiDepth,
  canary,
  canary_decoder: canaryDecoder,
  cohere_asr: cohereAsr,
  voxtral_realtime: voxtralRealtime,
  voxtral_realtime_encoder: voxtralRealtimeEncoder,
  voxtral_realtime_text: voxtralRealtimeText,
  granite_speech: graniteSpeech,
  granite_speech_encoder: graniteSpeechEncoder,
  dia,
  dia_encoder: diaEncoder,
  dia_decoder: diaDecoder,
  moonshine_streaming: moonshineStreaming,
  moonshine_streaming_encoder: moonshineStreamingEncoder,
  lasr_ctc: lasrCtc,
  lasr_encoder: lasrEncoder,
  univnet,
  fastspeech2_conformer: fastspeech2,
  fastspeech2_conformer_with_hifigan: fastspeech2WithHifiGan,
  fastspeech2_conformer_hifigan: speecht5HifiGan,
};
