import { Config } from '../../config';
import type { Family } from '../../family';
import { matrix, vector } from '../../parts/tensors';
import { asTower, clipVision } from '../vision/clip';

/** CLIP ViT-L/14 at 336 pixels, which the file names and does not describe. */
const CLIP_LARGE_336 = {
  hidden_size: 1024,
  intermediate_size: 4096,
  num_hidden_layers: 24,
  num_attention_heads: 16,
  num_channels: 3,
  image_size: 336,
  patch_size: 14,
};

/** Patches that become one position. */
const MERGED = 4;

/** Phi-3 and 3.5 Vision: Phi-3 with CLIP, two separators learned for lines and pictures, two matrices. */
export const phi3Vision: Family = (context) => {
  const { config, notes } = context;
  const text = context.as('phi3', 'Phi3ForCausalLM');
  const processor = config.object('img_processor');
  config.object('embd_layer');
  if (processor?.name !== 'clip_vision_model') {
    notes.doubt('missing-part', 'The vision tower is not the one that this family has.');
    return text;
  }
  const vision = clipVision({ ...context, config: new Config(CLIP_LARGE_336, {}, notes) });
  const wide = vision.hidden * MERGED;
  return {
    ...text,
    towers: [
      asTower(vision, 'vision', [
        vector('vision_embed_tokens.glb_GN', [1, 1, wide], 'vision'),
        vector('vision_embed_tokens.sub_GN', [1, 1, 1, wide], 'vision'),
        ...matrix('vision_embed_tokens.img_projection.0', text.hidden, wide, 'vision', { bias: true }),
        ...matrix('vision_embed_tokens.img_projection.2', text.hidden, text.hidden, 'vision', { bias: true }),
      ]),
    ],
  };
};
