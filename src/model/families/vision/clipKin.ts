import type { Config } from '../../config';
import type { Family, FamilyContext, FamilyModel } from '../../family';
import { bertEmbeddings, bertLayers } from '../../parts/bertLayers';
import { encoderStack } from '../../parts/encoderStack';
import { labelCount } from '../../parts/head';
import { matrix, norm, vector } from '../../parts/tensors';
import { conv, doubtHead, linear, visionModel } from '../../parts/visionPieces';
import { ReadFailure } from '../../readFailure';
import type { WeightTensor } from '../../spec';
import { asTower } from './clip';

/** Both towers of a model that puts pictures and texts into one space. */
export function towers(
  { config, nested, modelType }: FamilyContext,
  text = `${modelType}_text_model`,
  vision = `${modelType}_vision_model`,
): { text: FamilyModel; vision: FamilyModel } {
  config.understood(
    'text_config_dict',
    'vision_config_dict',
    'logit_scale_init_value',
    'temperature_init_value',
  );
  config.understood('initializer_factor', 'projection_dim', 'hidden_size', 'num_hidden_layers');
  const first = nested('text_config', text, { architecture: 'TextModel', evenIfAbsent: true });
  const second = nested('vision_config', vision, { architecture: 'VisionModel', evenIfAbsent: true });
  if (first === undefined || second === undefined)
    throw new ReadFailure('contradiction', 'One of the two towers is no configuration.');
  return { text: first, vision: second };
}

/** The two towers, what projects them, and a temperature. */
export function dual(
  both: { text: FamilyModel; vision: FamilyModel },
  extra: readonly WeightTensor[],
  scale = 'logit_scale',
): FamilyModel {
  return {
    ...both.text,
    outside: [...both.text.outside, ...extra, vector(scale, [], 'head')],
    towers: [asTower(both.vision), ...(both.text.towers ?? [])],
  };
}

function projections(
  config: Config,
  both: { text: FamilyModel; vision: FamilyModel },
  text = both.text.hidden,
): WeightTensor[] {
  const out = config.integer('projection_dim');
  return [
    ...matrix('text_projection', out, text, 'head'),
    ...matrix('visual_projection', out, both.vision.hidden, 'head'),
  ];
}

/** Chinese-CLIP, MetaCLIP 2 and OWL-ViT's trunk: CLIP with another text tower or none changed. */
export const clipKin: Family = (context) => {
  doubtHead(context, /Model$|ForImageClassification$/);
  const both = towers(context);
  const { config, architecture } = context;
  if (/ForImageClassification$/.test(architecture)) {
    const classes = labelCount(config);
    const { vision } = both;
    return {
      ...vision,
      outside: [...vision.outside, ...linear('classifier', classes, vision.hidden, 'head')],
    };
  }
  return dual(both, projections(config, both));
};

/** AltCLIP: a multilingual text tower that ends in a projection of its own. */
export const altClip: Family = (context) => {
  doubtHead(context, /Model$/);
  const both = towers(context);
  const { config } = context;
  const inner = config.object('text_config')?.project_dim;
  const width = typeof inner === 'number' && Number.isInteger(inner) ? inner : ALTCLIP_WIDTH;
  return dual(both, projections(config, both, width));
};

/** AltCLIP's `project_dim` where its text part does not say it (configuration_altclip.py). */
const ALTCLIP_WIDTH = 768;

export const altClipText: Family = ({ config }) => {
  const hidden = config.integer('hidden_size');
  return {
    ...visionModel(hidden, bertLayers(config, 'text_model.roberta.encoder.layer.{layer}.'), [
      ...bertEmbeddings(config, 'text_model.roberta.embeddings.'),
      ...linear('text_model.transformation', config.integer('project_dim'), hidden, 'head'),
      ...norm('text_model.pre_LN', hidden, 'layer'),
    ]),
    vocabulary: config.integer('vocab_size'),
    maxContext: config.integer('max_position_embeddings'),
  };
};

/** BERT as the text tower of another model; ALIGN keeps its pooler. */
function bertTower(pooled: boolean): Family {
  return ({ config }) => {
    const hidden = config.integer('hidden_size');
    return {
      ...visionModel(hidden, bertLayers(config, 'text_model.encoder.layer.{layer}.'), [
        ...bertEmbeddings(config, 'text_model.embeddings.'),
        ...(pooled ? linear('text_model.pooler.dense', hidden, hidden, 'other') : []),
      ]),
      vocabulary: config.integer('vocab_size'),
      maxContext: config.integer('max_position_embeddings'),
    };
  };
}

export const chineseClipText = bertTower(false);

export const alignText = bertTower(true);

/** ALIGN: BERT and an EfficientNet; the text alone is projected. */
export const align: Family = (context) => {
  doubtHead(context, /Model$/);
  const both = towers(context);
  const out = context.config.integer('projection_dim');
  return dual(both, linear('text_projection', out, both.text.hidden, 'head'), 'temperature');
};

/** OWL-ViT and OWLv2: CLIP's towers, and for detection two or three small heads on each patch. */
export const owl: Family = (context) => {
  const { config, architecture, modelType } = context;
  doubtHead(context, /Model$|ForObjectDetection$/);
  const both = towers(context);
  const model = dual(both, projections(config, both));
  if (!/ForObjectDetection$/.test(architecture)) return model;
  const { hidden } = both.vision;
  const boxes = (module: string, out: number): WeightTensor[] => [
    ...linear(`${module}.dense0`, hidden, hidden, 'head'),
    ...linear(`${module}.dense1`, hidden, hidden, 'head'),
    ...linear(`${module}.dense2`, out, hidden, 'head'),
  ];
  return {
    ...model,
    outside: [
      ...model.outside,
      ...linear('class_head.dense0', both.text.hidden, hidden, 'head'),
      ...linear('class_head.logit_shift', 1, hidden, 'head'),
      ...linear('class_head.logit_scale', 1, hidden, 'head'),
      ...boxes('box_head', 4),
      ...(modelType === 'owlv2' ? boxes('objectness_head', 1) : []),
      ...norm('layer_norm', hidden, 'layer'),
    ],
  };
};

/** CLIPSeg: CLIP, and a slim decoder that reads it at a few depths. */
export const clipSeg: Family = (context) => {
  const { config, architecture } = context;
  doubtHead(context, /Model$|ForImageSegmentation$/);
  const both = towers(context);
  const model = dual(both, projections(config, both));
  config.understood('conditional_layer', 'decoder_hidden_act');
  const depths = config.integers('extract_layers')?.length ?? 0;
  const width = config.integer('reduce_dim');
  const heads = config.integer('decoder_num_attention_heads');
  const inner = config.integer('decoder_intermediate_size');
  const complex = config.flag(false, 'use_complex_transposed_convolution');
  if (!/ForImageSegmentation$/.test(architecture)) return model;
  const section = config.object('vision_config')?.patch_size;
  const patch = typeof section === 'number' ? section : CLIPSEG_PATCH;
  const quarter = Math.floor(patch / 4);
  const half = Math.floor(width / 2);
  const decoder = encoderStack({
    path: 'decoder.layers.{layer}.',
    layers: depths,
    hidden: width,
    heads,
    width: inner,
    qkvBias: true,
    outBias: true,
    mlpBias: true,
  });
  return {
    ...model,
    layers: [...model.layers, ...decoder],
    outside: [
      ...model.outside,
      ...linear('decoder.film_mul', width, config.integer('projection_dim'), 'head'),
      ...linear('decoder.film_add', width, config.integer('projection_dim'), 'head'),
      ...Array.from({ length: depths }, (_, index) =>
        linear(`decoder.reduces.${String(index)}`, width, both.vision.hidden, 'head'),
      ).flat(),
      ...(complex
        ? [
            ...conv('decoder.transposed_convolution.0', width, width, {
              kernel: 3,
              bias: true,
              part: 'head',
            }),
            ...conv('decoder.transposed_convolution.2', half, width, {
              kernel: quarter,
              bias: true,
              part: 'head',
            }),
            ...conv('decoder.transposed_convolution.4', 1, half, {
              kernel: quarter,
              bias: true,
              part: 'head',
            }),
          ]
        : conv('decoder.transposed_convolution', 1, width, { kernel: patch, bias: true, part: 'head' })),
    ],
  };
};

/** CLIPSeg's `patch_size` where its vision part does not say it (configuration_clipseg.py). */
const CLIPSEG_PATCH = 32;
