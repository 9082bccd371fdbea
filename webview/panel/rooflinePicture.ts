import type { PanelRoofs } from '../../src/protocol/panelProtocol';
import { formatRate, formatSignificant } from '../../src/units/format';
import { decadeTicks } from '../charts/logScale';
import { boxesAlong, clearestSpot, placeLabels } from '../charts/placeLabels';
import type { Box } from '../charts/placeLabels';
import { radiusOfShare, roofLine } from '../charts/rooflineGeometry';
import type { Roof, RooflineAxes } from '../charts/rooflineGeometry';
import { svg } from '../element';
import type { PlottedPoint } from './rooflinePoints';

const MARGIN = { left: 46, right: 10, top: 18, bottom: 34 };
/** Width of a character and height of a line of the chart's 11 px text, for keeping labels apart. */
const CHARACTER = 6.1;
const LINE = 14;
/** Pixels within which a point has not moved: a second name would only cover the first. */
const STILL = 12;

interface Position {
  x: number;
  y: number;
}

/** What is drawn, and where shares of the axes lie in the picture, in pixels. */
export interface Picture {
  roofs: PanelRoofs;
  drawn: readonly Roof[];
  points: readonly PlottedPoint[];
  axes: RooflineAxes;
  width: number;
  height: number;
}

/** The roofline plot as SVG, at its size in pixels. */
export function rooflinePicture(picture: Picture): SVGElement {
  const { points, axes, width, height } = picture;
  const place = placer(picture);
  const image = svg('svg', { class: 'roofline', width, height, role: 'img', 'aria-label': spoken(picture) });
  image.append(grid(picture, place));

  const circles = points.map((point) => ({
    point,
    ...place(axes.x.at(point.intensity), axes.y.at(point.attained)),
    radius: point.kind === 'term' ? 3 : radiusOfShare(point.share ?? 0, 16, 5),
  }));
  const { drawing, taken } = roofLines(picture, place, circles);
  image.append(drawing);

  for (const after of circles.filter((circle) => circle.point.kind === 'after')) {
    const now = circles.find(({ point }) => point.kind === 'now' && point.phase === after.point.phase);
    if (now === undefined) continue;
    image.append(
      svg('line', { class: `moves ${now.point.phase}`, x1: now.x, y1: now.y, x2: after.x, y2: after.y }),
    );
  }
  for (const { point, x, y, radius } of circles) {
    const name = svg('title', {}, point.label);
    image.append(
      svg('circle', { class: `point ${point.kind} ${point.phase}`, cx: x, cy: y, r: radius }, name),
    );
  }
  const named = circles.filter(({ point, x, y }) => {
    if (point.kind !== 'after') return point.kind === 'now';
    const now = circles.find((other) => other.point.kind === 'now' && other.point.phase === point.phase);
    return now === undefined || Math.hypot(now.x - x, now.y - y) >= STILL;
  });
  const requests = named.map((circle) => ({
    ...circle,
    width: circle.point.label.length * CHARACTER,
    height: LINE,
  }));
  const labels = placeLabels(requests, { width, height: height - MARGIN.bottom }, taken);
  labels.forEach(({ x, middle, anchor }, index) => {
    const text = named[index]?.point.label ?? '';
    image.append(svg('text', { class: 'point-name', x, y: middle + 4, 'text-anchor': anchor }, text));
  });
  return image;
}

function placer({ width, height }: Picture): (x: number, y: number) => Position {
  const across = width - MARGIN.left - MARGIN.right;
  const up = height - MARGIN.top - MARGIN.bottom;
  return (x, y) => ({ x: MARGIN.left + x * across, y: MARGIN.top + (1 - y) * up });
}

function spoken({ roofs, points }: Picture): string {
  const parts = points
    .filter((point) => point.kind !== 'term')
    .map(
      (point) =>
        `${point.label}: ${formatRate(point.attained, 'FLOP/s')} at ${formatSignificant(point.intensity)} FLOP a byte`,
    );
  return `Roofline of ${roofs.device}. ${parts.join('; ')}`;
}

function grid({ axes, width, height }: Picture, place: ReturnType<typeof placer>): SVGElement {
  const [bottomLeft, topRight] = [place(0, 0), place(1, 1)];
  const lines = svg('g');
  for (const tick of decadeTicks(axes.x)) {
    const { x } = place(axes.x.at(tick), 0);
    lines.append(
      svg('line', { class: 'grid', x1: x, x2: x, y1: topRight.y, y2: bottomLeft.y }),
      svg('text', { class: 'tick', x, y: bottomLeft.y + 14, 'text-anchor': 'middle' }, shortNumber(tick)),
    );
  }
  for (const tick of decadeTicks(axes.y)) {
    const { y } = place(0, axes.y.at(tick));
    lines.append(
      svg('line', { class: 'grid', x1: bottomLeft.x, x2: topRight.x, y1: y, y2: y }),
      svg(
        'text',
        { class: 'tick', x: bottomLeft.x - 6, y: y + 4, 'text-anchor': 'end' },
        shortNumber(tick / 1e12),
      ),
    );
  }
  const middle = (bottomLeft.x + width - MARGIN.right) / 2;
  lines.append(
    svg('text', { class: 'axis-name', x: 0, y: 10 }, 'TFLOP/s'),
    svg('text', { class: 'axis-name', x: middle, y: height - 4, 'text-anchor': 'middle' }, 'FLOP per byte'),
  );
  return lines;
}

/** Roofs with their names, the slope with its bandwidth, and the boxes that names of points must keep off. */
function roofLines(
  { roofs, drawn, axes }: Picture,
  place: ReturnType<typeof placer>,
  circles: readonly Position[],
): { drawing: SVGElement; taken: Box[] } {
  const drawing = svg('g');
  const taken: Box[] = [];
  let slope: readonly Position[] = [];
  drawn.forEach((roof, index) => {
    const line = roofLine(roof, roofs.bandwidth, axes).map(({ x, y }) => place(x, y));
    slope = line;
    taken.push(...boxesAlong(line));
    const points = line.map(({ x, y }) => `${x.toFixed(1)},${y.toFixed(1)}`).join(' ');
    drawing.append(svg('polyline', { class: `roof roof-${index}`, points }));

    const formats = roof.formats.map((format) => format.toUpperCase()).join(', ');
    const text = `${formats} ${formatRate(roof.flopPerSecond, 'FLOP/s')}`;
    const ridge = line[1] ?? { x: 0, y: 0 };
    const width = text.length * CHARACTER;
    const right = Math.max(MARGIN.left + width, ridge.x - 6);
    drawing.append(svg('text', { class: 'roof-name', x: right, y: ridge.y + 4, 'text-anchor': 'end' }, text));
    taken.push({ left: right - width, right, top: ridge.y - LINE / 2, bottom: ridge.y + LINE / 2 });
  });

  const [from, to] = slope;
  if (from !== undefined && to !== undefined) {
    const { x, y } = clearestSpot(from, to, [...circles, { x: to.x - 30, y: to.y }]);
    const angle = (Math.atan2(to.y - from.y, to.x - from.x) * 180) / Math.PI;
    const transform = `translate(${x.toFixed(1)} ${y.toFixed(1)}) rotate(${angle.toFixed(1)}) translate(0 -6)`;
    drawing.append(
      svg('text', { class: 'tick', 'text-anchor': 'middle', transform }, formatRate(roofs.bandwidth, 'B/s')),
    );
    taken.push({ left: x - 30, right: x + 12, top: y - 30, bottom: y + 8 });
  }
  return { drawing, taken };
}

/** 0.1, 1, 10, 1,000 → "1k": marks of an axis. */
function shortNumber(value: number): string {
  return value >= 1000 ? `${formatSignificant(value / 1000)}k` : formatSignificant(value);
}
