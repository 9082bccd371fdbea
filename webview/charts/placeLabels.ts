/** A label beside a circle, in pixels; `width` and `height` are those of its text. */
export interface LabelRequest {
  x: number;
  y: number;
  radius: number;
  width: number;
  height: number;
}

/** Where the text is anchored, and how: towards its circle, so that a wrong guess at its width shows on the far side. */
export interface PlacedLabel {
  x: number;
  middle: number;
  anchor: 'start' | 'middle' | 'end';
}

export interface Box {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

/**
 * Finds each label a place beside its circle where it covers no other label and no circle and stays within the picture. Tried
 * in order: right, left, below, above, and the corners between; where all are taken, the one that covers least.
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
    const [best] = (boxes.length > 0 ? boxes : candidates(request))
      .map((box) => ({ box, covered: others.reduce((sum, other) => sum + sharedArea(box, other), 0) }))
      .sort((a, b) => a.covered - b.covered)
      .map(({ box }) => box);
    if (best === undefined) return { x: request.x, middle: request.y, anchor: 'middle' };
    occupied.push(best);
    return anchored(best, request);
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

function anchored(box: Box, { x }: LabelRequest): PlacedLabel {
  const middle = (box.top + box.bottom) / 2;
  if (box.left > x) return { x: box.left, middle, anchor: 'start' };
  if (box.right < x) return { x: box.right, middle, anchor: 'end' };
  return { x: (box.left + box.right) / 2, middle, anchor: 'middle' };
}

function circleBox({ x, y, radius }: LabelRequest): Box {
  return { left: x - radius, top: y - radius, right: x + radius, bottom: y + radius };
}

function within(box: Box, picture: { width: number; height: number }): boolean {
  return box.left >= 0 && box.top >= 0 && box.right <= picture.width && box.bottom <= picture.height;
}

function sharedArea(a: Box, b: Box): number {
  const across = Math.min(a.right, b.right) - Math.max(a.left, b.left);
  const down = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
  return across > 0 && down > 0 ? across * down : 0;
}

function same(a: Box, b: Box): boolean {
  return a.left === b.left && a.top === b.top && a.right === b.right && a.bottom === b.bottom;
}

/** A line as a row of small boxes, for labels to keep off. */
export function boxesAlong(line: readonly { x: number; y: number }[], step = 8): Box[] {
  const boxes: Box[] = [];
  line.forEach((to, index) => {
    const from = line[index - 1];
    if (from === undefined) return;
    const pieces = Math.max(1, Math.ceil(Math.hypot(to.x - from.x, to.y - from.y) / step));
    for (let piece = 0; piece <= pieces; piece += 1) {
      const x = from.x + ((to.x - from.x) * piece) / pieces;
      const y = from.y + ((to.y - from.y) * piece) / pieces;
      boxes.push({ left: x - 2, top: y - 2, right: x + 2, bottom: y + 2 });
    }
  });
  return boxes;
}

/** The spot along a straight line, of four tried, that is farthest from all these points. */
export function clearestSpot(
  from: { x: number; y: number },
  to: { x: number; y: number },
  points: readonly { x: number; y: number }[],
): { x: number; y: number } {
  const spots = [0.5, 0.35, 0.65, 0.2].map((share) => ({
    x: from.x + (to.x - from.x) * share,
    y: from.y + (to.y - from.y) * share,
  }));
  const room = (spot: { x: number; y: number }) =>
    Math.min(Infinity, ...points.map((point) => Math.hypot(point.x - spot.x, point.y - spot.y)));
  return spots.reduce((best, spot) => (room(spot) > room(best) ? spot : best));
}
