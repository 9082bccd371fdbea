import type { Tower } from '../spec';
import type { PictureRule } from './pictureRule';

/** What becomes of one picture. */
export interface SeenPicture {
  /** Squares that the tower sees one by one, and places in each. */
  squares: number;
  places: number;
  /** Tokens that the language model gets for all of them. */
  tokens: number;
}

interface Size {
  width: number;
  height: number;
}

/** One picture of a size, or of the native size where none is given; null where the family's way with sizes is not known. */
export function seenPicture(tower: Tower, size: Size | null): SeenPicture | null {
  const { pictures: rule, outputTokens } = tower;
  if (rule?.kind === 'fixed') return { squares: 1, places: rule.places, tokens: rule.tokens };
  if (rule && size) return cut(rule, size);
  if (rule?.kind === 'grid') return { squares: 1, places: rule.places, tokens: rule.tokens };
  return outputTokens === undefined ? null : { squares: 1, places: outputTokens, tokens: outputTokens };
}

function cut(rule: Exclude<PictureRule, { kind: 'fixed' }>, size: Size): SeenPicture {
  switch (rule.kind) {
    case 'patches':
      return inPatches(rule, size);
    case 'grid':
      return inGrid(rule, size);
    case 'listed':
      return inListed(rule, size);
  }
}

function inPatches(rule: PictureRule & { kind: 'patches' }, size: Size): SeenPicture {
  const unit = rule.patch * rule.merge;
  const { bounds } = rule;
  const fitted = 'longest' in bounds ? within(size, unit, bounds.longest) : resized(size, unit, bounds);
  const rows = fitted.height / unit;
  const columns = fitted.width / unit;
  return {
    squares: 1,
    places: rows * columns * rule.merge ** 2,
    tokens: rows * columns + (rule.rowEnds ? rows : 0),
  };
}

/** Shrunk to the longest side where it is longer, then up to whole units. */
function within({ width, height }: Size, unit: number, longest: number): Size {
  const ratio = Math.max(1, width / longest, height / longest);
  const up = (side: number): number => Math.max(1, Math.ceil(Math.floor(side / ratio) / unit)) * unit;
  return { width: up(width), height: up(height) };
}

/** To the nearest whole units, shrunk or grown where that is outside the bounds. */
function resized({ width, height }: Size, unit: number, bounds: { least: number; most: number }): Size {
  const nearest = {
    width: Math.max(unit, halfToEven(width / unit) * unit),
    height: Math.max(unit, halfToEven(height / unit) * unit),
  };
  const pixels = nearest.width * nearest.height;
  if (pixels > bounds.most) {
    const by = Math.sqrt((width * height) / bounds.most);
    const down = (side: number): number => Math.max(unit, Math.floor(side / by / unit) * unit);
    return { width: down(width), height: down(height) };
  }
  if (pixels < bounds.least) {
    const by = Math.sqrt(bounds.least / (width * height));
    const up = (side: number): number => Math.ceil((side * by) / unit) * unit;
    return { width: up(width), height: up(height) };
  }
  return nearest;
}

/** As Python rounds, by which the published code was written. */
function halfToEven(value: number): number {
  const floor = Math.floor(value);
  return value - floor === 0.5 ? floor + (floor % 2) : Math.round(value);
}

/** Whole pixels, past the noise of a product in floating point. */
function inFull(value: number): number {
  return Math.floor(Math.round(value * 1e7) / 1e7);
}

/** The grid nearest in shape, the larger one at a draw where the picture has pixels for more than half of it. */
function inGrid(rule: PictureRule & { kind: 'grid' }, { width, height }: Size): SeenPicture {
  const shape = width / height;
  const grids: { columns: number; rows: number }[] = [];
  for (let columns = 1; columns <= rule.most; columns += 1) {
    for (let rows = 1; columns * rows <= rule.most; rows += 1) grids.push({ columns, rows });
  }
  grids.sort((a, b) => a.columns * a.rows - b.columns * b.rows);
  let best = { columns: 1, rows: 1 };
  let least = Infinity;
  for (const grid of grids) {
    const off = Math.abs(shape - grid.columns / grid.rows);
    const large = width * height > 0.5 * rule.side ** 2 * grid.columns * grid.rows;
    if (off < least || (off === least && large)) {
      best = grid;
      least = off;
    }
  }
  const cells = best.columns * best.rows;
  const squares = cells > 1 ? cells + 1 : 1;
  return { squares, places: rule.places, tokens: squares * rule.tokens };
}

/** The listed size that keeps most of the picture, of those the one that wastes least. */
function inListed(rule: PictureRule & { kind: 'listed' }, { width, height }: Size): SeenPicture {
  let best: readonly [number, number] = [rule.side, rule.side];
  let kept = -1;
  let wasted = Infinity;
  for (const [rows, columns] of rule.sizes) {
    const scale = Math.min(columns / width, rows / height);
    const pixels = Math.min(Math.floor(width * scale) * Math.floor(height * scale), width * height);
    const waste = rows * columns - pixels;
    if (pixels > kept || (pixels === kept && waste < wasted)) {
      best = [rows, columns];
      kept = pixels;
      wasted = waste;
    }
  }
  const along = Math.floor(rule.side / rule.patch);
  const cells = { rows: Math.ceil(best[0] / rule.side), columns: Math.ceil(best[1] / rule.side) };
  let rows = along * cells.rows;
  let columns = along * cells.columns;
  // The picture keeps its shape inside the square grid: the margins that this leaves are taken off again.
  if (width / height > columns / rows) {
    rows -= 2 * Math.floor((rows - inFull(height * (columns / width))) / 2);
  } else {
    columns -= 2 * Math.floor((columns - inFull(width * (rows / height))) / 2);
  }
  return {
    squares: cells.rows * cells.columns + 1,
    places: along ** 2 + 1,
    tokens: rows * columns + rows + along ** 2,
  };
}
