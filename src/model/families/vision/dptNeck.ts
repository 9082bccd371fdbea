import type { Config } from '../../config';
import { blocks, batchNorm, conv, linear, perStage, ratiosPerStage } from '../../parts/visionPieces';
import type { WeightTensor } from '../../spec';

export interface DptNeck {
  /** Width that the maps come in at. */
  hidden: number;
  /** The first maps that are taken as they come: two where a convolution net has made them. */
  untouched?: number;
  /** False where the backbone is a pyramid already. */
  reassembles?: boolean;
  /** A matrix folds the class token into each place. */
  readout: boolean;
  /** Convolutions of the fusion have biases, and batch norms behind them. */
  bias: boolean;
  norms: boolean;
}

/** DPT's neck: maps of four depths brought to four scales and fused from the coarsest up. */
export function dptNeck(config: Config, neck: DptNeck): WeightTensor[] {
  const widths = perStage(config, 'neck_hidden_sizes');
  const factors = ratiosPerStage(config, 'reassemble_factors');
  const fused = config.integer('fusion_hidden_size');
  const first = neck.untouched ?? 0;
  const reassembled = widths.slice(0, factors.length).flatMap((width, index) => {
    const factor = factors[index] ?? 1;
    const path = `neck.reassemble_stage.layers.${String(index)}.`;
    if (index < first) return [];
    return [
      ...conv(`${path}projection`, width, neck.hidden, { bias: true }),
      // A factor over one spreads places by a transposed kernel of that side; under one, a kernel of three shrinks.
      ...(factor === 1
        ? []
        : conv(`${path}resize`, width, width, { kernel: factor > 1 ? factor : 3, bias: true })),
    ];
  });
  const residual = (path: string): WeightTensor[] =>
    [1, 2].flatMap((index) => [
      ...conv(`${path}convolution${String(index)}`, fused, fused, { kernel: 3, bias: neck.bias }),
      ...(neck.norms ? batchNorm(`${path}batch_norm${String(index)}`, fused) : []),
    ]);
  return [
    ...(neck.reassembles === false
      ? []
      : [
          ...reassembled,
          ...(neck.readout
            ? widths
                .slice(first)
                .flatMap((_, index) =>
                  linear(
                    `neck.reassemble_stage.readout_projects.${String(index + first)}.0`,
                    neck.hidden,
                    2 * neck.hidden,
                  ),
                )
            : []),
        ]),
    ...widths.flatMap((width, index) => conv(`neck.convs.${String(index)}`, fused, width, { kernel: 3 })),
    ...blocks(widths.length, (index) => {
      const path = `neck.fusion_stage.layers.${String(index)}.`;
      return [
        ...conv(`${path}projection`, fused, fused, { bias: true }),
        ...residual(`${path}residual_layer1.`),
        ...residual(`${path}residual_layer2.`),
      ];
    }).flat(),
  ];
}

/** Whether the fusion's convolutions have biases: as said, or where no batch norm follows. */
export function fusionRule(config: Config): { bias: boolean; norms: boolean } {
  const norms = config.flag(false, 'use_batch_norm_in_fusion_residual');
  const said = config.value('use_bias_in_fusion_residual');
  return { norms, bias: typeof said === 'boolean' ? said : !norms };
}
