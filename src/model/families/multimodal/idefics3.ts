import type { Family } from '../../family';
import { encoderStack } from '../../parts/encoderStack';
import { convolution, lookup, matrix, norm } from '../../parts/tensors';
import { asTower, patchCount } from '../vision/clip';
import { textAndVision } from './visionLanguage';

/** The vision transformer of Idefics 3 and SmolVLM: SigLIP without its head. */
export const idefics3Vision: Family = ({ config }) => {
  const hidden = config.integer('hidden_size');
  const patch = config.integer('patch_size');
  config.understood('size', 'max_image_size', 'tie_word_embeddings', 'use_base_siglip');
  return {
    kind: 'encoder',
    hidden,
    vocabulary: 0,
    maxContext: null,
    layers: encoderStack({
      path: 'model.vision_model.encoder.layers.{layer}.',
      layers: config.integer('num_hidden_layers'),
      hidden,
      heads: config.integer('num_attention_heads'),
      width: config.integer('intermediate_size'),
      qkvBias: true,
      outBias: true,
      mlpBias: true,
    }),
    outside: [
      ...convolution(
        'model.vision_model.embeddings.patch_embedding',
        [hidden, config.integerOr(3, 'num_channels'), patch, patch],
        'embedding',
        { bias: true },
      ),
      lookup('model.vision_model.embeddings.position_embedding', patchCount(config), hidden),
      ...norm('model.vision_model.post_layernorm', hidden, 'layer'),
    ],
    tiedHead: false,
  };
};

/** Idefics 3 and SmolVLM: neighbouring patches stacked and mapped by one matrix. */
export const idefics3: Family = (context) => {
  const { config } = context;
  const { text, vision } = textAndVision(
    context,
    'llama',
    context.modelType === 'smolvlm' ? 'smolvlm_vision' : 'idefics3_vision',
  );
  if (vision === undefined) return text;
  const merged = vision.hidden * config.integerOr(2, 'scale_factor') ** 2;
  return {
    ...text,
    towers: [
      asTower(
        vision,
        'vision',
        matrix('model.connector.modality_projection.proj', text.hidden, merged, 'vision'),
      ),
    ],
  };
};
