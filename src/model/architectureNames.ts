import type { FamilyModel } from './family';
import type { Notes } from './notes';
import { quoted } from './readFailure';

/** Architectures that go by another name than their `model_type`, both without marks and in lower case. */
const OTHER_NAMES: Readonly<Record<string, readonly string[]>> = {
  audiospectrogramtransformer: ['ast'],
  bert: ['jinabert'],
  clip: ['stablediffusionsafetychecker'],
  deepseekvlv2: ['deepseekocr'],
  falcon: ['rw'],
  gptsw3: ['gpt2'],
  hfolmo: ['olmo'],
  hifigan: ['speecht5hifigan', 'fastspeech2conformerhifigan'],
  hunyuanv1dense: ['hunyuandensev1'],
  hunyuanv1moe: ['hunyuanmoev1'],
  internvit6b: ['internvision'],
  iquestcoder: ['llama'],
  kimik2: ['deepseekv3'],
  lasrctc: ['lasr'],
  llama: ['yi', 'xverse', 'aquila'],
  minimaxm3vl: ['minimaxm3sparse', 'minimaxm3'],
  ministral3: ['mistral3'],
  nemotronnas: ['decilm'],
  parakeetctc: ['parakeet'],
  parakeetrnnt: ['parakeet'],
  parakeettdt: ['parakeet'],
  phi4: ['phi3'],
  phimsft: ['phi'],
  refinedweb: ['rw', 'falcon'],
  refinedwebmodel: ['rw', 'falcon'],
  shieldgemma2: ['gemma3'],
  speechto: ['speech2text'],
  youtullm: ['youtu'],
};

/** Heads that decoders of the GPT line are not counted with. */
const OTHER_HEAD =
  /ForSequenceClassification|ForTokenClassification|ForQuestionAnswering|Reward|DoubleHeads|(?<!LMHead|GLM)Model$/;

/** Tells where the architecture's name does not belong to the model type, or names a head that the family does not know. */
export function doubtArchitecture(
  modelType: string,
  architecture: string,
  model: FamilyModel,
  notes: Notes,
): void {
  if (architecture === '') return;
  const name = plain(architecture);
  const type = plain(modelType.replace(/_(text|text_model|vision|vision_model)$/, ''));
  const names = [type, ...(OTHER_NAMES[type] ?? [])];
  if (model.kind !== 'draft' && !names.some((each) => name.startsWith(each))) {
    notes.doubt(
      'contradiction',
      `model_type is ${quoted(modelType)} and the architecture ${quoted(architecture)}: read as the former.`,
    );
  }
  if (model.kind === 'decoder' && model.headKnown !== true && OTHER_HEAD.test(architecture)) {
    notes.doubt(
      'unknown-head',
      `${quoted(architecture)} has another head than the language model that is counted.`,
    );
  }
}

function plain(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]/g, '');
}
