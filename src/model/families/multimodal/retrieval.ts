import type { Family, FamilyModel } from '../../family';
import { labelCount } from '../../parts/head';
import { matrix, norm, vector } from '../../parts/tensors';
import { ReadFailure } from '../../readFailure';
import { flagOf, joined, readTower } from './wrapper';

/** A vision-language model that hands on one short vector a token: ColPali, ColQwen2, ColModernVBERT. */
function lateInteraction(fallback: string): Family {
  return (context) => {
    const { config, nested } = context;
    // What is retrieved by is the trunk: Qwen's has no head, PaliGemma's wrapper is used without one.
    const model = nested('vlm_config', fallback, { architecture: 'Model', evenIfAbsent: true });
    if (model === undefined) throw new ReadFailure('contradiction', 'vlm_config is no configuration.');
    const dim = config.integer('embedding_dim');
    config.understood('text_config', 'tie_word_embeddings');
    const outside = model.outside.filter((tensor) => tensor.part !== 'head');
    return {
      ...model,
      kind: 'encoder',
      tiedHead: false,
      headKnown: true,
      outside: [...outside, ...matrix('embedding_proj_layer', dim, model.hidden, 'head', { bias: true })],
    };
  };
}

export const colPali = lateInteraction('paligemma');
export const colQwen2 = lateInteraction('qwen2_vl');
export const colModernVBert = lateInteraction('modernvbert');

/** ModernVBERT: SigLIP's patches stacked and mapped by one matrix into ModernBERT. */
export const modernVBert: Family = (context) => {
  const { config, nested, architecture } = context;
  const text = nested('text_config', 'modernbert', { architecture: 'ModernBertModel', evenIfAbsent: true });
  if (text === undefined) throw new ReadFailure('contradiction', 'text_config is no configuration.');
  const tower = readTower(context, 'vision_config', 'siglip_vision_model');
  const merged = tower.hidden * config.integer('pixel_shuffle_factor') ** 2;
  config.understood(
    'tie_word_embeddings',
    'classifier_bias',
    'classifier_pooling',
    'vocab_size',
    'hidden_size',
  );
  const model: FamilyModel = joined(
    { text, tower },
    { projector: matrix('model.connector.modality_projection', text.hidden, merged, 'vision') },
  );
  const bias = flagOf(config, 'text_config', 'classifier_bias', false);
  const shifted = flagOf(config, 'text_config', 'norm_bias', false);
  const dense = [
    ...matrix('projection_head.dense', text.hidden, text.hidden, 'head', { bias }),
    ...norm('projection_head.norm', text.hidden, shifted ? 'layer' : 'rms'),
  ];
  const tied = config.flag(false, 'tie_word_embeddings');
  const heads = /ForMaskedLM$/.test(architecture)
    ? [
        ...dense,
        ...(tied ? [] : matrix('lm_head', text.vocabulary, text.hidden, 'head')),
        ...(flagOf(config, 'text_config', 'decoder_bias', true)
          ? [vector('lm_head.bias', text.vocabulary, 'head')]
          : []),
      ]
    : /ForSequenceClassification$|ForTokenClassification$/.test(architecture)
      ? [...dense, ...matrix('classifier', labelCount(config), text.hidden, 'head', { bias: true })]
      : [];
  return { ...model, outside: [...model.outside, ...heads] };
};
