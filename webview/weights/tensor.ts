import type { PlacedTensor } from '../../src/model/placedTensor';
import { plainType } from './tensorFilter';

/** A tensor made ready for sorting and searching. */
export interface Tensor {
  row: PlacedTensor;
  elements: number;
  /** The name in small letters. */
  search: string;
  /** The name with numbers of equal length, so that layer 2 comes before layer 10. */
  order: string;
  /** Type and part as the filter compares them. */
  type: string;
  part: string;
}

export function tensorFrom(row: PlacedTensor): Tensor {
  return {
    row,
    elements: row.shape.reduce((product, size) => product * size, 1),
    search: row.name.toLowerCase(),
    order: naturalOrder(row.name),
    type: plainType(row.type),
    part: row.part.toLowerCase(),
  };
}

export function naturalOrder(name: string): string {
  return name.replace(/\d+/g, (digits) => digits.padStart(10, '0'));
}
