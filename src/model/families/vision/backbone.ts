import type { Config } from '../../config';

/** Indices of the stages that a backbone hands on: by name, by index, or the last alone. Stage 0 is the stem. */
export function outStages(config: Config, stages: number): number[] {
  const names = config.texts('out_features', '_out_features');
  const said = config.integers('out_indices', '_out_indices');
  if (names !== undefined && names.length > 0) {
    const indices = names.map((name) => (name === 'stem' ? 0 : Number(/^stage(\d+)$/.exec(name)?.[1])));
    if (indices.every((index) => Number.isInteger(index) && index <= stages)) return indices;
  }
  if (said !== undefined && said.length > 0)
    return said.map((index) => (index < 0 ? stages + 1 + index : index));
  return [stages];
}

/** The widths of the stages that a backbone hands on; `widths[0]` is the stem's. */
export function outWidths(config: Config, widths: readonly number[]): number[] {
  return outStages(config, widths.length - 1).map((index) => widths[index] ?? 0);
}
