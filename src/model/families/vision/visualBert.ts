import type { Config } from '../../config';
import type { Family } from '../../family';
import { bertEmbeddings, bertLayers } from '../../parts/bertLayers';
import type { LayerPlan } from '../../parts/foldLayers';
import { labelCount } from '../../parts/head';
import { lookup, norm, vector } from '../../parts/tensors';
import { blocks, doubtHead, linear, plainLayer, visionModel } from '../../parts/visionPieces';
import type { WeightTensor } from '../../spec';

/** BERT's head over the words; the matrix itself is the embedding's unless it is said to be apart. */
function wordHead(config: Config, module: string, hidden: number, vocabulary: number): WeightTensor[] {
  return [
    ...linear(`${module}.transform.dense`, hidden, hidden, 'head'),
    ...norm(`${module}.transform.LayerNorm`, hidden, 'layer', 'head'),
    ...(config.flag(true, 'tie_word_embeddings')
      ? [vector(`${module}.bias`, vocabulary, 'head')]
      : linear(`${module}.decoder`, vocabulary, hidden, 'head')),
  ];
}

/** VisualBERT: BERT over words and over regions that a detector found. */
export const visualBert: Family = (context) => {
  const { config, architecture } = context;
  doubtHead(
    context,
    /Model$|ForPreTraining$|ForMultipleChoice$|ForQuestionAnswering$|ForVisualReasoning$|ForRegionToPhraseAlignment$/,
  );
  config.understood('special_visual_initialize', 'tie_word_embeddings');
  const hidden = config.integer('hidden_size');
  const vocabulary = config.integer('vocab_size');
  const classes = labelCount(config);
  const layers = bertLayers(config, 'visual_bert.encoder.layer.{layer}.');
  const extra = config.flag(false, 'bypass_transformer')
    ? bertLayers(config, 'visual_bert.additional_layer.', { layers: 1 })
    : [];
  const aligned = /ForRegionToPhraseAlignment$/.test(architecture);
  const pretrained = aligned || /ForPreTraining$/.test(architecture);
  const top: WeightTensor[] = [];
  if (pretrained)
    top.push(
      ...wordHead(config, 'cls.predictions', hidden, vocabulary),
      ...linear('cls.seq_relationship', 2, hidden, 'head'),
    );
  if (aligned) {
    const width = Math.floor(hidden / config.integer('num_attention_heads'));
    top.push(
      ...['query', 'key', 'value'].flatMap((name) => linear(`attention.${name}`, width, hidden, 'head')),
    );
  }
  if (/ForMultipleChoice$/.test(architecture)) top.push(...linear('cls', 1, hidden, 'head'));
  if (/ForQuestionAnswering$|ForVisualReasoning$/.test(architecture))
    top.push(...linear('cls', classes, hidden, 'head'));
  const e = 'visual_bert.embeddings.';
  return {
    ...visionModel(
      hidden,
      [...layers, ...extra],
      [
        ...bertEmbeddings(config, e),
        lookup(`${e}visual_token_type_embeddings`, config.integer('type_vocab_size'), hidden),
        lookup(`${e}visual_position_embeddings`, config.integer('max_position_embeddings'), hidden),
        ...linear(`${e}visual_projection`, hidden, config.integer('visual_embedding_dim'), 'embedding'),
        ...linear('visual_bert.pooler.dense', hidden, hidden, 'other'),
        ...top,
      ],
    ),
    vocabulary,
    maxContext: config.integer('max_position_embeddings'),
    tiedHead: pretrained && config.flag(true, 'tie_word_embeddings'),
  };
};

/** LXMERT: one stack for words, one for regions, and one in which they look at each other. */
export const lxmert: Family = (context) => {
  const { config, architecture } = context;
  doubtHead(context, /Model$|ForPreTraining$|ForQuestionAnswering$/);
  config.understood(
    'visual_loss_normalizer',
    'num_hidden_layers',
    'task_matched',
    'task_mask_lm',
    'tie_word_embeddings',
  );
  const hidden = config.integer('hidden_size');
  const vocabulary = config.integer('vocab_size');
  const width = config.integer('intermediate_size');
  const c = 'lxmert.encoder.x_layers.{layer}.';
  const attention = (module: string): WeightTensor[] => [
    ...['query', 'key', 'value'].flatMap((name) =>
      linear(`${c}${module}.${name}`, hidden, hidden, 'attention'),
    ),
    ...linear(`${c}${module}.output.dense`, hidden, hidden, 'attention'),
    ...norm(`${c}${module}.output.LayerNorm`, hidden, 'layer'),
  ];
  const crossing: LayerPlan[] = blocks(config.integer('x_layers'), () =>
    plainLayer([
      ...attention('visual_attention'),
      ...attention('lang_self_att'),
      ...attention('visn_self_att'),
      ...['lang', 'visn'].flatMap((side) => [
        ...linear(`${c}${side}_inter.dense`, width, hidden, 'feedForward'),
        ...linear(`${c}${side}_output.dense`, hidden, width, 'feedForward'),
        ...norm(`${c}${side}_output.LayerNorm`, hidden, 'layer'),
      ]),
    ]),
  );
  const features = config.integer('visual_feat_dim');
  const answers = config.integer('num_qa_labels');
  const answer = (): WeightTensor[] => [
    ...linear('answer_head.logit_fc.0', 2 * hidden, hidden, 'head'),
    ...norm('answer_head.logit_fc.2', 2 * hidden, 'layer', 'head'),
    ...linear('answer_head.logit_fc.3', answers, 2 * hidden, 'head'),
  ];
  const training = /ForPreTraining$/.test(architecture);
  const losses: [string, number][] = [
    ['obj', config.integer('num_object_labels')],
    ['attr', config.integer('num_attr_labels')],
    ['feat', features],
  ];
  const drawn = losses.filter(([name]) => config.flag(true, `visual_${name}_loss`));
  const objects = config.flag(true, 'task_obj_predict');
  const asks = config.flag(true, 'task_qa');
  const top: WeightTensor[] = [];
  if (training)
    top.push(
      ...wordHead(config, 'cls.predictions', hidden, vocabulary),
      ...linear('cls.seq_relationship', 2, hidden, 'head'),
      ...(objects
        ? [
            ...linear('obj_predict_head.transform.dense', hidden, hidden, 'head'),
            ...norm('obj_predict_head.transform.LayerNorm', hidden, 'layer', 'head'),
            ...drawn.flatMap(([name, rows]) =>
              linear(`obj_predict_head.decoder_dict.${name}`, rows, hidden, 'head'),
            ),
          ]
        : []),
      ...(asks ? answer() : []),
    );
  if (/ForQuestionAnswering$/.test(architecture)) top.push(...answer());
  const v = 'lxmert.encoder.visn_fc.';
  return {
    ...visionModel(
      hidden,
      [
        ...bertLayers(config, 'lxmert.encoder.layer.{layer}.', { layers: config.integer('l_layers') }),
        ...bertLayers(config, 'lxmert.encoder.r_layers.{layer}.', { layers: config.integer('r_layers') }),
        ...crossing,
      ],
      [
        ...bertEmbeddings(config, 'lxmert.embeddings.'),
        ...linear(`${v}visn_fc`, hidden, features, 'embedding'),
        ...norm(`${v}visn_layer_norm`, hidden, 'layer'),
        ...linear(`${v}box_fc`, hidden, config.integer('visual_pos_dim'), 'embedding'),
        ...norm(`${v}box_layer_norm`, hidden, 'layer'),
        ...linear('lxmert.pooler.dense', hidden, hidden, 'other'),
        ...top,
      ],
    ),
    vocabulary,
    maxContext: config.integer('max_position_embeddings'),
    tiedHead: training && config.flag(true, 'tie_word_embeddings'),
  };
};
