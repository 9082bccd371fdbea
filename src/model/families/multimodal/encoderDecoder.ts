import { isObject } from '../../config';
import type { Family, FamilyContext, FamilyModel } from '../../family';
import type { LayerPlan } from '../../parts/foldLayers';
import { groupedAttention } from '../../parts/groupedAttention';
import { matrix, norm, vector } from '../../parts/tensors';
import { linear } from '../../parts/visionPieces';
import { quoted, ReadFailure } from '../../readFailure';
import type { Tower } from '../../spec';
import { asTower } from '../vision/clip';

/** How a decoder that was made alone is given attention to an encoder: by the names of its own line. */
type Crossing = 'bert' | 'gpt2' | 'own';

/** Types that may stand as a decoder, the class that is built of them, and how they look at the encoder. */
const DECODERS: Readonly<Record<string, { architecture: string; crossing: Crossing }>> = {
  bart: { architecture: 'BartForCausalLM', crossing: 'own' },
  bert: { architecture: 'BertLMHeadModel', crossing: 'bert' },
  camembert: { architecture: 'CamembertForCausalLM', crossing: 'bert' },
  electra: { architecture: 'ElectraForCausalLM', crossing: 'bert' },
  gpt2: { architecture: 'GPT2LMHeadModel', crossing: 'gpt2' },
  mbart: { architecture: 'MBartForCausalLM', crossing: 'own' },
  roberta: { architecture: 'RobertaForCausalLM', crossing: 'bert' },
  trocr: { architecture: 'TrOCRForCausalLM', crossing: 'own' },
  'xlm-roberta': { architecture: 'XLMRobertaForCausalLM', crossing: 'bert' },
};

/** Any encoder and any decoder, joined by attention and, where their widths differ, by one matrix. */
function joined(
  context: FamilyContext,
  tower: Tower['kind'],
  types: { encoder: string; decoder: string },
): FamilyModel {
  const { config, nested, notes } = context;
  config.understood('tie_word_embeddings', 'hidden_size', 'vocab_size');
  if (config.flag(false, 'tie_encoder_decoder'))
    notes.doubt('shared-parts', 'Encoder and decoder that share their weights are counted as two.');
  const section = config.value('decoder');
  const encoded = config.value('encoder');
  if (!isObject(section) || !isObject(encoded))
    throw new ReadFailure('missing-key', 'The file does not describe both its encoder and its decoder.');
  const type = typeof section.model_type === 'string' ? section.model_type : types.decoder;
  const rule = Object.hasOwn(DECODERS, type) ? DECODERS[type] : undefined;
  if (rule === undefined)
    throw new ReadFailure(
      'unsupported',
      `${quoted(type)} is not known as a decoder that looks at an encoder.`,
    );
  const encoder = nested('encoder', types.encoder, { architecture: 'Model' });
  const decoder = nested('decoder', type, {
    architecture: rule.architecture,
    overrides: rule.crossing === 'own' ? {} : { add_cross_attention: false, is_decoder: false },
  });
  if (encoder === undefined || decoder === undefined)
    throw new ReadFailure('contradiction', 'Encoder or decoder is no configuration.');
  if (rule.crossing !== 'own' && section.add_cross_attention !== true)
    notes.doubt(
      'contradiction',
      'The decoder is not said to look at the encoder: add_cross_attention is not true.',
    );
  const seen = section.cross_attention_hidden_size;
  const given = encoded.output_hidden_size;
  const width = typeof given === 'number' ? given : encoder.hidden;
  const projects = width !== decoder.hidden && (seen === undefined || seen === null);
  return {
    ...decoder,
    kind: 'encoder-decoder',
    headKnown: true,
    layers: crossed(decoder, rule.crossing),
    outside: [
      ...decoder.outside,
      ...(projects ? linear('enc_to_dec_proj', decoder.hidden, width, 'other') : []),
    ],
    towers: [asTower(encoder, tower), ...(encoder.towers ?? [])],
  };
}

/** The decoder's blocks, each with attention to the encoder and with a cache. */
function crossed(decoder: FamilyModel, crossing: Crossing): LayerPlan[] {
  if (crossing === 'own') return [...decoder.layers];
  const built = new Map<LayerPlan, LayerPlan>();
  return decoder.layers.map((plan) => {
    const made = built.get(plan) ?? withCrossing(plan, decoder.hidden, crossing);
    built.set(plan, made);
    return made;
  });
}

function withCrossing(plan: LayerPlan, hidden: number, crossing: Crossing): LayerPlan {
  const { mixer } = plan.mixer;
  if (mixer.kind !== 'attention') return plan;
  const path = (plan.mixer.weights[0]?.name ?? '').replace(/\{layer\}\..*$/, '{layer}.');
  const heads = mixer.queryHeads;
  const shape = {
    hidden,
    queryHeads: heads,
    kvHeads: heads,
    headDim: hidden / heads,
    qkvBias: true,
    outBias: true,
  };
  const causal = { ...plan, mixer: { ...plan.mixer, mixer: { ...mixer, causal: true } } };
  if (crossing === 'bert') {
    return {
      ...causal,
      second: groupedAttention({
        ...shape,
        module: `${path}crossattention`,
        causal: false,
        names: { query: 'self.query', key: 'self.key', value: 'self.value', output: 'output.dense' },
      }),
      others: [...plan.others, ...norm(`${path}crossattention.output.LayerNorm`, hidden, 'layer')],
    };
  }
  // GPT-2 stores its matrices the other way round and key and value as one.
  return {
    ...causal,
    second: {
      mixer: { ...mixer, causal: false },
      weights: [
        ...linear(`${path}crossattention.c_attn`, 2 * hidden, hidden, 'attention'),
        ...linear(`${path}crossattention.q_attn`, hidden, hidden, 'attention'),
        ...linear(`${path}crossattention.c_proj`, hidden, hidden, 'attention'),
      ],
    },
    others: [...plan.others, ...norm(`${path}ln_cross_attn`, hidden, 'layer')],
  };
}

/** Donut, TrOCR, Nougat and captioners: a picture encoder under a text decoder. */
export const visionEncoderDecoder: Family = (context) =>
  joined(context, 'vision', { encoder: 'vit', decoder: 'trocr' });

export const nougat: Family = (context) =>
  joined(context, 'vision', { encoder: 'donut-swin', decoder: 'mbart' });

export const speechEncoderDecoder: Family = (context) =>
  joined(context, 'audio', { encoder: 'wav2vec2', decoder: 'bert' });

export const textEncoderDecoder: Family = (context) =>
  joined(context, 'text-encoder', { encoder: 'bert', decoder: 'bert' });

/** Any picture encoder beside any text encoder, as CLIP has them. */
export const visionTextDualEncoder: Family = (context) => {
  const { config, nested } = context;
  config.understood('logit_scale_init_value', 'hidden_size');
  const vision = nested('vision_config', 'clip_vision_model', { architecture: 'Model' });
  const text = nested('text_config', 'bert', { architecture: 'Model' });
  if (vision === undefined || text === undefined)
    throw new ReadFailure('missing-key', 'The file does not describe both its picture and its text encoder.');
  const out = config.integer('projection_dim');
  return {
    ...text,
    headKnown: true,
    outside: [
      ...text.outside,
      ...matrix('visual_projection', out, vision.hidden, 'head'),
      ...matrix('text_projection', out, text.hidden, 'head'),
      vector('logit_scale', [], 'head'),
    ],
    towers: [asTower(vision)],
  };
};
