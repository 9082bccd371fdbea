import type { Config } from '../../config';
import type { Family } from '../../family';
import { bertEmbeddings, bertLayers } from '../../parts/bertLayers';
import { encoderStack } from '../../parts/encoderStack';
import type { LayerPlan } from '../../parts/foldLayers';
import { groupedAttention } from '../../parts/groupedAttention';
import { lookup, norm, vector } from '../../parts/tensors';
import {
  blocks,
  conv,
  doubtHead,
  learned,
  linear,
  patchGrid,
  sides,
  visionModel,
} from '../../parts/visionPieces';
import { classDefaults } from '../../classDefaults';
import { ReadFailure } from '../../readFailure';
import type { WeightTensor } from '../../spec';
import { asTower } from './clip';

/** Width of one head of the picture encoder: fixed in the class. */
const HEAD_WIDTH = 64;

/** BridgeTower's picture encoder: CLIP's own layout, with a norm for each layer that is bridged where they are not shared. */
export const bridgeTowerVision: Family = ({ config }) => {
  const hidden = config.integer('hidden_size');
  const count = config.integer('num_hidden_layers');
  const [rows, columns] = patchGrid(config);
  const v = 'vision_model.visual.';
  const shared = config.flag(true, 'share_layernorm');
  config.understood('stop_gradient', 'initializer_factor');
  const layers = encoderStack({
    path: `${v}transformer.resblocks.{layer}.`,
    layers: config.flag(false, 'remove_last_layer') ? Math.max(0, count - 1) : count,
    hidden,
    heads: Math.max(1, Math.floor(hidden / HEAD_WIDTH)),
    headDim: hidden / Math.max(1, Math.floor(hidden / HEAD_WIDTH)),
    width: 4 * hidden,
    qkvBias: true,
    outBias: true,
    mlpBias: true,
    attention: 'attn',
    fused: 'in_proj',
    feedForwardNames: { up: 'c_fc', down: 'c_proj' },
    blockNorms: ['ln_1', 'ln_2'],
  });
  return visionModel(hidden, layers, [
    learned(`${v}embeddings.class_embedding`, hidden),
    ...conv(`${v}embeddings.patch_embedding`, hidden, config.integerOr(3, 'num_channels'), {
      kernel: sides(config, 'patch_size'),
      part: 'embedding',
    }),
    lookup(`${v}embeddings.position_embedding`, rows * columns + 1, hidden),
    ...norm(`${v}ln_pre`, hidden, 'layer'),
    ...norm(`${v}ln_post`, hidden, 'layer'),
    ...(shared
      ? []
      : blocks(count, (index) => norm(`${v}ln_separate.${String(index)}`, hidden, 'layer')).flat()),
  ]);
};

/** BridgeTower's text encoder: RoBERTa with its pooler. */
export const bridgeTowerText: Family = ({ config }) => {
  const hidden = config.integer('hidden_size');
  config.understood('initializer_factor');
  return {
    ...visionModel(hidden, bertLayers(config, 'text_model.encoder.layer.{layer}.'), [
      ...bertEmbeddings(config, 'text_model.embeddings.'),
      ...linear('text_model.pooler.dense', hidden, hidden, 'other'),
    ]),
    vocabulary: config.integer('vocab_size'),
    maxContext: config.integer('max_position_embeddings'),
  };
};

/** One side's blocks, each of which looks at the other side as well; shaped by the text encoder's section. */
function crossLayers(text: Config, path: string, layers: number): LayerPlan[] {
  const hidden = text.integer('hidden_size');
  const heads = text.integer('num_attention_heads');
  return bertLayers(text, path, { layers }).map((plan) => ({
    ...plan,
    second: groupedAttention({
      module: `${path}crossattention`,
      hidden,
      queryHeads: heads,
      kvHeads: heads,
      headDim: hidden / heads,
      qkvBias: true,
      outBias: true,
      causal: false,
      names: { query: 'self.query', key: 'self.key', value: 'self.value', output: 'output.dense' },
    }),
    others: [...plan.others, ...norm(`${path}crossattention.output.LayerNorm`, hidden, 'layer')],
  }));
}

/** BridgeTower: two encoders, bridged layer by layer into two stacks that look at each other. */
export const bridgeTower: Family = (context) => {
  const { config, nested, architecture } = context;
  doubtHead(context, /Model$|ForMaskedLM$|ForImageAndTextRetrieval$|ForContrastiveLearning$/);
  config.understood('initializer_factor', 'init_layernorm_from_vision_encoder', 'logit_scale_init_value');
  config.understood('text_config_dict', 'vision_config_dict', 'num_attention_heads');
  const options = { architecture: 'Model', evenIfAbsent: true };
  const vision = nested('vision_config', 'bridgetower_vision_model', options);
  const text = nested('text_config', 'bridgetower_text_model', options);
  const section = config.section('text_config', classDefaults('bridgetower_text_model'));
  if (vision === undefined || text === undefined || section === undefined)
    throw new ReadFailure('contradiction', 'One of the two encoders is no configuration.');
  for (const key of Object.keys(section.raw)) section.understood(key);
  const hidden = config.integer('hidden_size');
  const count = config.integer('num_hidden_layers');
  const transforms = config.flag(true, 'share_cross_modal_transformer_layers') ? 1 : count;
  const links = config.flag(false, 'share_link_tower_layers') ? 1 : Math.max(0, count - 1);
  const factor = config.text('link_tower_type') === 'add' ? 0 : 1;
  const wide = config.optional('contrastive_hidden_size') ?? CONTRASTIVE_WIDTH;
  const top: WeightTensor[] = [];
  if (/ForImageAndTextRetrieval$/.test(architecture))
    top.push(...linear('itm_score.fc', 2, 2 * hidden, 'head'));
  if (/ForContrastiveLearning$/.test(architecture))
    top.push(
      ...linear('itc_text_head.fc', wide, hidden, 'head'),
      ...linear('itc_image_head.fc', wide, hidden, 'head'),
      ...linear('itc_cross_modal_head.fc', wide, 2 * hidden, 'head'),
      vector('logit_scale', [], 'head'),
    );
  const masked = /ForMaskedLM$/.test(architecture);
  const tied = config.flag(false, 'tie_word_embeddings');
  if (masked)
    top.push(
      ...linear('mlm_score.transform.dense', hidden, hidden, 'head'),
      ...norm('mlm_score.transform.LayerNorm', hidden, 'layer', 'head'),
      ...(tied
        ? [vector('mlm_score.bias', text.vocabulary, 'head')]
        : linear('mlm_score.decoder', text.vocabulary, hidden, 'head')),
    );
  return {
    ...visionModel(
      hidden,
      [
        ...crossLayers(section, 'cross_modal_image_layers.{layer}.', count),
        ...crossLayers(section, 'cross_modal_text_layers.{layer}.', count),
      ],
      [
        ...blocks(transforms, () => [
          ...linear('cross_modal_text_transform', hidden, text.hidden, 'other'),
          ...linear('cross_modal_image_transform', hidden, vision.hidden, 'other'),
        ]).flat(),
        lookup('token_type_embeddings', 2, hidden),
        ...['text', 'image'].flatMap((side) => [
          ...linear(`cross_modal_${side}_pooler.dense`, hidden, hidden, 'other'),
          ...norm(`cross_modal_${side}_layernorm`, hidden, 'layer'),
          ...blocks(links, (index) => [
            ...norm(`cross_modal_${side}_link_tower.${String(index)}.LayerNorm`, hidden, 'layer'),
            ...(factor > 0
              ? [vector(`cross_modal_${side}_link_tower.${String(index)}.factor`, [], 'other')]
              : []),
          ]).flat(),
        ]),
        ...top,
      ],
    ),
    vocabulary: text.vocabulary,
    maxContext: text.maxContext,
    tiedHead: masked && tied,
    towers: [asTower(vision), asTower(text, 'text-encoder')],
  };
};

/** Width that texts and pictures are compared at where the file does not say it (the published models' own). */
const CONTRASTIVE_WIDTH = 512;
