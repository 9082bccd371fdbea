import type { Family } from '../../family';
import { matrix } from '../../parts/tensors';
import { ReadFailure } from '../../readFailure';
import { so400m, timmVit } from './timmTowers';
import { joined, readText } from './wrapper';

const DINO = 'vit_large_patch14_reg4_dinov2.lvd142m';
const SIGLIP = 'vit_so400m_patch14_siglip_224';

/**
 * OpenVLA (and Prismatic with both towers): DINOv2 and SigLIP side by side, three matrices, Llama. Held to the
 * published count of openvla/openvla-7b, 7,541,237,184.
 */
export const openVla: Family = (context) => {
  const { config } = context;
  const towers = config.texts('timm_model_ids') ?? [];
  if (towers.length !== 2 || towers[0] !== DINO || towers[1] !== SIGLIP)
    throw new ReadFailure(
      'unsupported',
      'OpenVLA is read with the two towers that its published models have.',
    );
  const text = readText({ ...context, architecture: 'ForCausalLM' }, 'text_config', 'llama');
  const dino = timmVit({
    path: 'vision_backbone.featurizer.',
    hidden: 1024,
    layers: 24,
    heads: 16,
    width: 4096,
    patch: 14,
    positions: 256,
    tokens: 5,
    layerScale: true,
  });
  const siglip = so400m('vision_backbone.fused_featurizer.', 224);
  const wide = dino.hidden + siglip.hidden;
  config.understood(
    'arch_specifier',
    'hf_llm_id',
    'image_resize_strategy',
    'image_sizes',
    'llm_backbone_id',
    'llm_max_length',
    'n_action_bins',
    'norm_stats',
    'timm_override_act_layers',
    'use_fused_vision_backbone',
    'vision_backbone_id',
    'pad_to_multiple_of',
  );
  const first = joined(
    { text, tower: dino },
    {
      projector: [
        ...matrix('projector.fc1', 4 * wide, wide, 'vision', { bias: true }),
        ...matrix('projector.fc2', text.hidden, 4 * wide, 'vision', { bias: true }),
        ...matrix('projector.fc3', text.hidden, text.hidden, 'vision', { bias: true }),
      ],
      outputTokens: 256,
    },
  );
  return joined({ text: first, tower: siglip });
};
