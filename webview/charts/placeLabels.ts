/** A label beside a circle, in pixels; `width` and `height` are those of its text. */
export interface LabelRequest {
  x: number;
  y: number;
  radius: number;
  width: number;
  height: number;
}

/** Left end and middle of the text. */
export interface PlacedLabel {
  left: number;
  middle: number;
}

interface Box {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

/**
 * Finds each label a place beside its circle where it covers no other label and no circle and stays within the picture. Tried
 * in order: right, left, below, above, and the corners between; where all are taken, the first that is within the picture.
 * `taken` are boxes that must stay free besides.
 */
export function placeLabels(
  requests: readonly LabelRequest[],
  picture: { width: number; height: number },
  taken: readonly Box[] = [],
): PlacedLabel[] {
  const occupied: Box[] = [...taken, ...requests.map(circleBox)];
  return requests.map((request) => {
    const boxes = candidates(request).filter((box) => within(box, picture));
    const own = circleBox(request);
    const others = occupied.filter((box) => !same(box, own));
    const best =
      boxes.find((box) => others.every((other) => !overlap(box, other))) ??
      boxes[0] ??
      candidates(request)[0];
    if (best === undefined) return { left: request.x, middle: request.y };
    occupied.push(best);
    return { left: best.left, middle: (best.top + best.bottom) / 2 };
  });
}

const GAP = 5;

function candidates({ x, y, radius, width, height }: LabelRequest): Box[] {
  const away = radius + GAP;
  const diagonal = radius * 0.75 + GAP;
  const half = height / 2;
  const at = (left: number, middle: number): Box => ({
    left,
    top: middle - half,
    right: left + width,
    bottom: middle + half,
  });
  return [
    at(x + away, y),
    at(x - away - width, y),
    at(x - width / 2, y + away + half),
    at(x - width / 2, y - away - half),
    at(x + diagonal, y + diagonal + half),
    at(x + diagonal, y - diagonal - half),
    at(x - diagonal - width, y + diagonal + half),
    at(x - diagonal - width, y - diagonal - half),
  ];
}

function circleBox({ x, y, radius }: LabelRequest): Box {
  return { left: x - radius, top: y - radius, right: x + radius, bottom: y + radius };
}

function within(box: Box, picture: { width: number; height: number }): boolean {
  return box.left >= 0 && box.top >= 0 && box.right <= picture.width && box.bottom <= picture.height;
}

function overlap(a: Box, b: Box): boolean {
  return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
}

function same(a: Box, b: Box): boolean {
  return a.left === b.left && a.top === b.top && a.right === b.right && a.bottom === b.bottom;
}
