import type { Family } from '../../family';
import { labelCount } from '../../parts/head';
import { doubtHead, understoodPictureKeys, visionModel } from '../../parts/visionPieces';
import { detectorBackbone } from './detectorBackbone';
import { auxiliaryHead, uperHead } from './uperHead';

const NAMES = { conv: 'conv', norm: 'batch_norm' };

/** UPerNet: any backbone under a pyramid that parses scenes. */
export const upernet: Family = (context) => {
  const { config } = context;
  doubtHead(context, /ForSemanticSegmentation$/);
  understoodPictureKeys(config);
  const backbone = detectorBackbone(context, {
    fallback: 'resnet',
    defaults: { out_features: ['stage1', 'stage2', 'stage3', 'stage4'] },
    path: 'backbone.',
  });
  const classes = labelCount(config);
  const channels = config.integer('hidden_size');
  const input = config.optional('auxiliary_in_channels') ?? backbone.widths[2] ?? 0;
  config.understood('loss_ignore_index', 'auxiliary_loss_weight');
  return {
    ...visionModel(
      channels,
      [],
      [
        ...uperHead(config, {
          module: 'decode_head',
          widths: backbone.widths,
          channels,
          classes,
          names: NAMES,
          bottleneck: 'bottleneck',
        }),
        ...(config.flag(true, 'use_auxiliary_head')
          ? auxiliaryHead(config, 'auxiliary_head', input, classes, NAMES)
          : []),
      ],
    ),
    towers: [backbone.tower],
  };
};
