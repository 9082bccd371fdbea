import type { Family } from '../../family';
import { matrix, norm, vector } from '../../parts/tensors';
import { labelCount } from '../../parts/head';
import { patchPositions, patchProjection, vitLayers } from '../../parts/vitLayers';
import { outStages } from './backbone';

/** DINOv2: layer scales, a mask token, registers where the file has them; a gated network in the giant. */
export const dinov2: Family = ({ config, architecture, notes }) => {
  const hidden = config.integer('hidden_size');
  const ratio = config.number('mlp_ratio') ?? 4;
  const gated = config.flag(false, 'use_swiglu_ffn');
  // The gated form keeps about the same weights: two thirds of the width, rounded up to a multiple of eight.
  const width = gated
    ? Math.floor((Math.trunc((Math.trunc(hidden * ratio) * 2) / 3) + 7) / 8) * 8
    : Math.trunc(hidden * ratio);
  const registers = config.integerOr(0, 'num_register_tokens');
  const path = 'dinov2.encoder.layer.{layer}.';
  const classified = /ForImageClassification$/.test(architecture);
  if (!classified && !/(Model|Backbone)$/.test(architecture))
    notes.doubt('unknown-head', 'The architecture is not said or not known: counted is the trunk.');
  const classes = labelCount(config);
  config.understood(
    'apply_layernorm',
    'reshape_hidden_states',
    'stage_names',
    'out_features',
    'out_indices',
    'layerscale_value',
    'use_mask_token',
  );
  return {
    kind: 'encoder',
    hidden,
    vocabulary: 0,
    maxContext: null,
    layers: vitLayers(config, path, {
      width,
      gated,
      feedForward: 'mlp',
      feedForwardNames: gated
        ? { gate: 'weights_in.gate', up: 'weights_in', down: 'weights_out' }
        : { up: 'fc1', down: 'fc2' },
      blockNorms: ['norm1', 'norm2'],
      others: () =>
        ['layer_scale1.lambda1', 'layer_scale2.lambda1'].map((name) => vector(path + name, hidden, 'vision')),
    }),
    outside: [
      vector('dinov2.embeddings.cls_token', [1, 1, hidden], 'embedding'),
      vector('dinov2.embeddings.mask_token', [1, hidden], 'embedding'),
      ...(registers > 0
        ? [vector('dinov2.embeddings.register_tokens', [1, registers, hidden], 'embedding')]
        : []),
      patchPositions(config, 'dinov2.embeddings.position_embeddings', hidden, 1),
      ...patchProjection(config, 'dinov2.embeddings.patch_embeddings.projection', hidden),
      ...norm('dinov2.layernorm', hidden, 'layer'),
      ...(classified ? matrix('classifier', classes, 2 * hidden, 'head', { bias: true }) : []),
    ],
    tiedHead: false,
    featureWidths: outStages(config, config.integer('num_hidden_layers')).map(() => hidden),
  };
};
