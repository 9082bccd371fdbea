import type { Family } from '../../family';
import { albert } from './albert';
import { bart, blenderbot, blenderbotSmall, m2m100, marian, mbart } from './bart';
import { bert, layoutlm, roberta } from './bert';
import { distilbert } from './distilbert';
import { debertaV2 } from './debertaV2';
import { electra } from './electra';
import { mpnet } from './mpnet';
import { nomicBert } from './nomicBert';
import { modernbert } from './modernbert';
import { t5 } from './t5';

/** Text encoders and encoder-decoders: `model_type` to family. */
export const ENCODERS: Readonly<Record<string, Family>> = {
  albert,
  bart,
  bert,
  blenderbot,
  'blenderbot-small': blenderbotSmall,
  camembert: roberta,
  'deberta-v2': debertaV2,
  distilbert,
  electra,
  layoutlm,
  m2m_100: m2m100,
  marian,
  mbart,
  modernbert,
  mpnet,
  mt5: t5,
  nomic_bert: nomicBert,
  pegasus: marian,
  roberta,
  t5,
  umt5: t5,
  'xlm-roberta': roberta,
};
