import type { Config } from '../../config';
import type { Family, FamilyContext, FamilyModel } from '../../family';
import { bertLayers } from '../../parts/bertLayers';
import { encoderStack } from '../../parts/encoderStack';
import type { LayerPlan } from '../../parts/foldLayers';
import { groupedAttention } from '../../parts/groupedAttention';
import { lookup, matrix, norm, vector } from '../../parts/tensors';
import { doubtHead, learned, linear, patchGrid, sides, conv, visionModel } from '../../parts/visionPieces';
import { towerOf } from '../../parts/tower';
import { ReadFailure } from '../../readFailure';
import type { Tower, WeightTensor } from '../../spec';
import { asTower } from './clip';

/** BLIP's picture encoder: query, key and value in one matrix; always three channels. */
export const blipVision: Family = ({ config }) => {
  const hidden = config.integer('hidden_size');
  const [rows, columns] = patchGrid(config);
  const e = 'vision_model.embeddings.';
  config.understood('projection_dim', 'num_channels');
  return visionModel(
    hidden,
    encoderStack({
      path: 'vision_model.encoder.layers.{layer}.',
      layers: config.integer('num_hidden_layers'),
      hidden,
      heads: config.integer('num_attention_heads'),
      width: config.integer('intermediate_size'),
      qkvBias: true,
      outBias: true,
      mlpBias: true,
      fused: 'qkv',
      attentionNames: { output: 'projection' },
    }),
    [
      learned(`${e}class_embedding`, 1, 1, hidden),
      learned(`${e}position_embedding`, 1, rows * columns + 1, hidden),
      ...conv(`${e}patch_embedding`, hidden, 3, {
        kernel: sides(config, 'patch_size'),
        bias: true,
        part: 'embedding',
      }),
      ...norm('vision_model.post_layernorm', hidden, 'layer'),
    ],
  );
};

/** Blocks of BLIP's text model; each attends to the picture as well where the model is a decoder. */
function textLayers(config: Config, root: string, seen: number): LayerPlan[] {
  const hidden = config.integer('hidden_size');
  const heads = config.integer('num_attention_heads');
  const path = `${root}encoder.layer.{layer}.`;
  const plain = bertLayers(config, path);
  if (!config.flag(true, 'is_decoder')) return plain;
  const cross = groupedAttention({
    module: `${path}crossattention`,
    hidden,
    queryHeads: heads,
    kvHeads: heads,
    headDim: hidden / heads,
    kvInput: seen,
    qkvBias: true,
    outBias: true,
    causal: false,
    names: { query: 'self.query', key: 'self.key', value: 'self.value', output: 'output.dense' },
  });
  const built = new Map<LayerPlan, LayerPlan>();
  return plain.map((plan) => {
    const { mixer } = plan.mixer;
    const made = built.get(plan) ?? {
      ...plan,
      mixer: { ...plan.mixer, mixer: mixer.kind === 'attention' ? { ...mixer, causal: true } : mixer },
      second: cross,
      others: [...plan.others, ...norm(`${path}crossattention.output.LayerNorm`, hidden, 'layer')],
    };
    built.set(plan, made);
    return made;
  });
}

interface Text {
  hidden: number;
  layers: LayerPlan[];
  outside: WeightTensor[];
  vocabulary: number;
  positions: number;
}

function textModel(config: Config, root: string, seen: number): Text {
  const hidden = config.integer('hidden_size');
  const vocabulary = config.integer('vocab_size');
  const positions = config.integer('max_position_embeddings');
  config.understood('encoder_hidden_size', 'projection_dim', 'label_smoothing', 'sep_token_id');
  return {
    hidden,
    vocabulary,
    positions,
    layers: textLayers(config, root, seen),
    outside: [
      lookup(`${root}embeddings.word_embeddings`, vocabulary, hidden),
      lookup(`${root}embeddings.position_embeddings`, positions, hidden),
      ...norm(`${root}embeddings.LayerNorm`, hidden, 'layer'),
    ],
  };
}

/** BLIP's text model by itself. */
export const blipText: Family = (context) => {
  const { config, architecture } = context;
  doubtHead(context, /Model$/);
  const seen = config.optional('encoder_hidden_size') ?? config.integer('hidden_size');
  const text = textModel(config, 'text_model.', seen);
  const tied = config.flag(true, 'tie_word_embeddings');
  const headed = /LMHeadModel$/.test(architecture);
  return {
    ...visionModel(text.hidden, text.layers, [
      ...text.outside,
      ...(headed
        ? wordHead(text, tied)
        : linear('text_model.pooler.dense', text.hidden, text.hidden, 'other')),
    ]),
    vocabulary: text.vocabulary,
    maxContext: text.positions,
    tiedHead: headed && tied,
  };
};

/** BERT's head over the words. */
function wordHead(text: Text, tied: boolean): WeightTensor[] {
  const h = 'text_decoder.cls.predictions.';
  return [
    ...linear(`${h}transform.dense`, text.hidden, text.hidden, 'head'),
    ...norm(`${h}transform.LayerNorm`, text.hidden, 'layer', 'head'),
    vector(`${h}bias`, text.vocabulary, 'head'),
    ...(tied ? [] : matrix(`${h}decoder`, text.vocabulary, text.hidden, 'head')),
  ];
}

/** BLIP: captions, answers or matches of pictures and texts, by what the architecture names. */
export const blip: Family = (context) => {
  const { config, nested, architecture, notes } = context;
  doubtHead(context, /BlipModel$|ForConditionalGeneration$|ForQuestionAnswering$|ForImageTextRetrieval$/);
  config.understood('logit_scale_init_value', 'initializer_factor', 'label_smoothing', 'text_config_dict');
  config.understood('vision_config_dict', 'projection_dim', 'image_text_hidden_size', 'tie_word_embeddings');
  const vision = nested('vision_config', 'blip_vision_model', {
    architecture: 'VisionModel',
    evenIfAbsent: true,
  });
  const section = nested('text_config', 'blip_text_model', {
    architecture: 'Model',
    evenIfAbsent: true,
    // The outer class sets the width that the text model sees the picture at.
    ...(vision === undefined ? {} : { inherited: { encoder_hidden_size: vision.hidden } }),
  });
  if (vision === undefined || section === undefined)
    throw new ReadFailure('contradiction', 'One of the two parts is no configuration.');
  const said = config.object('text_config');
  const untied = [config.value('tie_word_embeddings'), said?.tie_word_embeddings].filter(
    (each) => each === false,
  );
  // The head stays tied unless both sections say otherwise, and then releases differ.
  if (untied.length > 0)
    notes.doubt('tied-head-unclear', 'A head that is said not to be tied is tied by some releases.');
  if (typeof said?.encoder_hidden_size === 'number' && said.encoder_hidden_size !== vision.hidden)
    notes.doubt(
      'contradiction',
      'The text model is said to see another width than the picture encoder gives.',
    );
  const tied = untied.length < 2;
  const trunk: FamilyModel = {
    ...section,
    outside: section.outside.filter((tensor) => !tensor.name.includes('pooler')),
  };
  const text: Text = {
    hidden: section.hidden,
    vocabulary: section.vocabulary,
    positions: section.maxContext ?? 0,
    layers: [...section.layers],
    outside: [...trunk.outside],
  };
  const tower = asTower(vision);
  if (/ForImageTextRetrieval$/.test(architecture)) return retrieval(context, trunk, vision.hidden, tower);
  if (/BlipModel$/.test(architecture)) {
    const out = config.integer('projection_dim');
    return {
      ...section,
      outside: [
        ...section.outside,
        ...matrix('visual_projection', out, vision.hidden, 'head'),
        ...matrix('text_projection', out, section.hidden, 'head'),
        vector('logit_scale', [], 'head'),
      ],
      towers: [tower],
    };
  }
  const encoder: Tower[] = /ForQuestionAnswering$/.test(architecture)
    ? [towerOf({ kind: 'text-encoder', hidden: text.hidden, layers: text.layers, outside: text.outside })]
    : [];
  return {
    ...trunk,
    kind: 'encoder-decoder',
    outside: [...trunk.outside, ...wordHead(text, tied)],
    tiedHead: tied,
    towers: [tower, ...encoder],
  };
};

function retrieval({ config }: FamilyContext, text: FamilyModel, seen: number, tower: Tower): FamilyModel {
  const width = config.integer('image_text_hidden_size');
  return {
    ...text,
    outside: [
      ...text.outside,
      ...linear('vision_proj', width, seen, 'head'),
      ...linear('text_proj', width, text.hidden, 'head'),
      ...linear('itm_head', 2, text.hidden, 'head'),
    ],
    towers: [tower],
  };
}
