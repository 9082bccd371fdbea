import type { Family } from '../../family';
import { albert } from './albert';
import { bart, blenderbot, blenderbotSmall, m2m100, marian, mbart } from './bart';
import { layoutlm, roberta } from './bert';
import { bertOrRemote, xlmRobertaOrRemote } from './remote';
import { distilbert } from './distilbert';
import { debertaV2 } from './debertaV2';
import { electra } from './electra';
import { mpnet } from './mpnet';
import { nomicBert } from './nomicBert';
import { modernbert } from './modernbert';
import { t5 } from './t5';
import {
  bertGeneration,
  bros,
  dpr,
  ernie,
  markuplm,
  megatronBert,
  rembert,
  rocBert,
  splinter,
  tapas,
} from './bertKin';
import { data2vecText, ibert, longformer, robertaPrelayernorm, xlmRobertaXl, xmod } from './robertaKin';
import { bigBird, fnet, mra, nystromformer, roformer, yoso } from './sparseBert';
import { canine } from './canine';
import { mobilebert } from './mobilebert';
import { convbert, squeezebert } from './narrowBert';
import { deberta } from './deberta';
import { esm } from './esm';
import { funnel, xlnet } from './xlnet';
import { xlm } from './xlm';
import { luke } from './luke';
import { esmc, eurobert, gte, jinaEmbeddingsV3, ultrabert } from './rotaryEncoders';
import { bigbirdPegasus, led, mvp, nllbMoe, pegasusX, plbart } from './bartKin';
import { layoutlmv2, layoutlmv3, lilt } from './layout';
import { longt5, pop2piano, udop } from './t5Kin';
import { fsmt, prophetnet } from './prophetnet';
import { reformer } from './reformer';
import { embeddingGemma2, embeddingGemma2Text } from './embeddingGemma2';

/** Text encoders and encoder-decoders: `model_type` to family. */
export const ENCODERS: Readonly<Record<string, Family>> = {
  albert,
  bart,
  bert: bertOrRemote,
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
  'xlm-roberta': xlmRobertaOrRemote,
  ernie,
  'megatron-bert': megatronBert,
  roc_bert: rocBert,
  splinter,
  'bert-generation': bertGeneration,
  dpr,
  tapas,
  rembert,
  markuplm,
  bros,
  'data2vec-text': data2vecText,
  ibert,
  'xlm-roberta-xl': xlmRobertaXl,
  'roberta-prelayernorm': robertaPrelayernorm,
  longformer,
  xmod,
  big_bird: bigBird,
  roformer,
  nystromformer,
  mra,
  yoso,
  fnet,
  squeezebert,
  mobilebert,
  convbert,
  canine,
  deberta,
  esm,
  xlnet,
  funnel,
  xlm,
  flaubert: xlm,
  luke,
  gte,
  new: gte,
  jina_embeddings_v3: jinaEmbeddingsV3,
  eurobert,
  ultrabert,
  esmc,
  led,
  plbart,
  mvp,
  bigbird_pegasus: bigbirdPegasus,
  pegasus_x: pegasusX,
  'nllb-moe': nllbMoe,
  layoutlmv3,
  layoutlmv2,
  layoutxlm: layoutlmv2,
  lilt,
  longt5,
  udop,
  pop2piano,
  prophetnet,
  fsmt,
  reformer,
  embedding_gemma2: embeddingGemma2,
  embedding_gemma2_text: embeddingGemma2Text,
};
