import { naturalOrder, type Tensor } from './tensor';

export type Column = 'name' | 'type' | 'elements' | 'bytes';

export interface Order {
  column: Column;
  descending: boolean;
}

export interface Sum {
  tensors: number;
  elements: number;
  /** Of the tensors whose size is known. */
  bytes: number;
  /** How many have a size that is not known. */
  unknown: number;
}

/** One line of the table: a layer that can be folded, or a tensor. */
export type Line =
  | { kind: 'layer'; stack: string; open: boolean; sum: Sum }
  | { kind: 'tensor'; tensor: Tensor; nested: boolean };

export function sumOf(tensors: readonly Tensor[]): Sum {
  const sum = { tensors: tensors.length, elements: 0, bytes: 0, unknown: 0 };
  for (const { elements, row } of tensors) {
    sum.elements += elements;
    if (row.bytes === null) sum.unknown += 1;
    else sum.bytes += row.bytes;
  }
  return sum;
}

/** The tensors in order; of equal ones, in the order of their names. */
export function sorted(tensors: readonly Tensor[], { column, descending }: Order): Tensor[] {
  const sign = descending ? -1 : 1;
  const byName = (a: Tensor, b: Tensor): number => (a.order < b.order ? -1 : a.order > b.order ? 1 : 0);
  return [...tensors].sort((a, b) => {
    switch (column) {
      case 'name':
        return sign * byName(a, b);
      case 'type':
        return sign * (a.type < b.type ? -1 : a.type > b.type ? 1 : 0) || byName(a, b);
      case 'elements':
        return sign * (a.elements - b.elements) || byName(a, b);
      case 'bytes':
        return sign * ((a.row.bytes ?? 0) - (b.row.bytes ?? 0)) || byName(a, b);
    }
  });
}

/** Ordered tensors as lines under their layers; what stands outside layers comes first, unless the order is by size. */
export function layerLines(tensors: readonly Tensor[], order: Order, folded: ReadonlySet<string>): Line[] {
  const layers = new Map<string, Tensor[]>();
  for (const tensor of tensors) {
    const known = layers.get(tensor.row.stack);
    if (known) known.push(tensor);
    else layers.set(tensor.row.stack, [tensor]);
  }
  const groups = [...layers].map(([stack, members]) => ({
    stack,
    members,
    sum: sumOf(members),
    key: naturalOrder(stack),
  }));
  const sign = order.descending ? -1 : 1;
  const { column } = order;
  groups.sort((a, b) => {
    const inOrder = a.key < b.key ? -1 : a.key > b.key ? 1 : 0;
    if (column === 'bytes' || column === 'elements') return sign * (a.sum[column] - b.sum[column]) || inOrder;
    return column === 'name' ? sign * inOrder : inOrder;
  });
  const lines: Line[] = [];
  for (const { stack, members, sum } of groups) {
    const open = !folded.has(stack);
    lines.push({ kind: 'layer', stack, open, sum });
    if (open) for (const tensor of members) lines.push({ kind: 'tensor', tensor, nested: true });
  }
  return lines;
}

export function plainLines(tensors: readonly Tensor[]): Line[] {
  return tensors.map((tensor) => ({ kind: 'tensor', tensor, nested: false }));
}
