import type { Config } from '../../config';
import type { Family } from '../../family';
import { matrix, norm } from '../../parts/tensors';
import { siglipTrunk } from '../../parts/vitStack';
import type { WeightTensor } from '../../spec';
import { joined, readParts } from './wrapper';

const CONNECTOR = 'model.vision_model.connector';

/** One way from the patches to the language model: neighbours stacked, one matrix, mergers of earlier layers. */
function route(config: Config, name: string, factor: number, mergers: number): WeightTensor[] {
  const out = config.integer('out_hidden_size');
  const wide = config.integer('hidden_size') * factor ** 2;
  const path = `${CONNECTOR}.${name}`;
  return [
    ...matrix(`${path}.projection`, out, wide, 'vision'),
    ...Array.from({ length: mergers }, (_, index) => {
      const merger = `${path}.deepstack_mergers.${String(index)}`;
      return [
        ...norm(`${merger}.layer_norm`, wide, 'layer'),
        ...matrix(`${merger}.linear_1`, out, wide, 'vision', { bias: true }),
        ...matrix(`${merger}.linear_2`, out, out, 'vision', { bias: true }),
      ];
    }).flat(),
  ];
}

/** Layers whose outputs are merged in where the file does not list them. */
const MERGED_LAYERS = 3;

/** Granite-Docling's tower: SigLIP's trunk with a coarse and a fine way out. */
export const graniteDoclingVision: Family = ({ config }) => {
  const hidden = config.integer('hidden_size');
  const out = config.integer('out_hidden_size');
  const factor = config.integer('scale_factor');
  const mergers = Math.min(64, config.list('deepstack_visual_indexes')?.length ?? MERGED_LAYERS);
  return siglipTrunk(config, {
    tower: 'model.vision_model.',
    outside: [
      ...norm(`${CONNECTOR}.ln_in`, hidden, 'layer'),
      ...route(config, 'coarse', factor, mergers),
      ...(config.flag(true, 'use_fine_route') ? route(config, 'fine', Math.floor(factor / 2), mergers) : []),
      ...norm(`${CONNECTOR}.ln_mid`, out, 'layer'),
      ...matrix(`${CONNECTOR}.mlp_fc2`, out, out, 'vision'),
      ...norm(`${CONNECTOR}.ln_out`, out, 'layer'),
    ],
  });
};

/** Granite-Docling: Granite behind it; a small network that chooses the way where the file gives it a width. */
export const graniteDocling: Family = (context) => {
  const { config } = context;
  const parts = readParts(context, { text: 'granite_docling_text', tower: 'granite_docling_vision' });
  const width = config.optional('density_router_hidden_size');
  const wide = parts.tower.hidden;
  config.understood('density_router_loss_weight', 'density_router_threshold', 'scale_factor');
  const p = 'model.density_router';
  return joined(parts, {
    projector:
      width === undefined
        ? []
        : [
            ...matrix(`${p}.att`, 1, wide, 'other', { bias: true }),
            ...norm(`${p}.norm`, wide, 'layer'),
            ...matrix(`${p}.fc1`, width, wide, 'other', { bias: true }),
            ...matrix(`${p}.fc2`, 1, width, 'other', { bias: true }),
          ],
  });
};
