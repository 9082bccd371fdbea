import type { PanelRoofs } from '../../src/protocol/panelProtocol';
import type { Estimate } from '../../src/roofline/estimate';
import { formatRate, formatSignificant } from '../../src/units/format';
import { decadeTicks } from '../charts/logScale';
import { placeLabels } from '../charts/placeLabels';
import { radiusOfShare, roofLine, rooflineAxes, roofsOf, roofsToDraw } from '../charts/rooflineGeometry';
import type { Roof, RooflineAxes } from '../charts/rooflineGeometry';
import { html, svg } from '../element';
import type { After } from './memoryBar';
import { rooflinePoints } from './rooflinePoints';
import type { PlottedPoint } from './rooflinePoints';
import { tableToggle } from './tableToggle';
import type { TableState } from './tableToggle';

const MARGIN = { left: 46, right: 10, top: 18, bottom: 34 };
const CHARACTER = 6.1;
const LINE = 14;

export interface RooflineInput {
  estimate: Estimate;
  /** Format of the weights as served, to know which roofs matter. */
  weights: string;
  roofs: PanelRoofs;
  after: After | null;
}

/** What the device could do at each intensity, and what prefill and decode get of it: log-log, circles as large as their time. */
export function rooflinePlot(input: RooflineInput, state: TableState): HTMLElement {
  const points = rooflinePoints(input.estimate, input.after);
  const roofs = roofsToDraw(roofsOf(input.roofs), input.weights);
  const axes = rooflineAxes(roofs, points);
  const section = html(
    'section',
    { class: 'chart roofline-chart' },
    html('h2', {}, 'Roofline'),
    html(
      'p',
      { class: 'muted' },
      input.after === null
        ? 'area = share of time'
        : `area = share of time · filled = after ${input.after.title}`,
    ),
  );
  if (axes === null) {
    section.append(
      html(
        'p',
        { class: 'muted' },
        `No peak rate of ${input.roofs.device} is known, so there is no roof to draw.`,
      ),
    );
    return section;
  }
  const frame = html('div', { class: 'roofline-frame' });
  const draw = () => {
    const width = Math.max(280, Math.round(frame.clientWidth));
    const size = { width, height: Math.round(Math.min(340, Math.max(240, width * 0.62))) };
    frame.replaceChildren(picture(input, points, roofs, axes, size));
  };
  new ResizeObserver(draw).observe(frame);
  section.append(
    frame,
    tableToggle(
      'roofline',
      'Points of the roofline plot',
      ['', 'FLOP a byte', 'attained', 'roof', 'share of time'],
      points.map((point) => [
        point.label,
        formatSignificant(point.intensity),
        formatRate(point.attained, 'FLOP/s'),
        point.limit === null ? '' : formatRate(point.limit, 'FLOP/s'),
        point.share === null ? '' : `${formatSignificant(point.share * 100)} %`,
      ]),
      state,
    ),
  );
  return section;
}

interface Size {
  width: number;
  height: number;
}

function picture(
  input: RooflineInput,
  points: readonly PlottedPoint[],
  roofs: readonly Roof[],
  axes: RooflineAxes,
  size: Size,
) {
  const plot = {
    width: size.width - MARGIN.left - MARGIN.right,
    height: size.height - MARGIN.top - MARGIN.bottom,
  };
  const toX = (share: number) => MARGIN.left + share * plot.width;
  const toY = (share: number) => MARGIN.top + (1 - share) * plot.height;
  const summary = points
    .filter((point) => point.kind !== 'term')
    .map(
      (point) =>
        `${point.label}: ${formatRate(point.attained, 'FLOP/s')} at ${formatSignificant(point.intensity)} FLOP a byte`,
    );
  const image = svg('svg', {
    class: 'roofline',
    width: size.width,
    height: size.height,
    role: 'img',
    'aria-label': `Roofline of ${input.roofs.device}. ${summary.join('; ')}`,
  });

  for (const tick of decadeTicks(axes.x)) {
    const x = toX(axes.x.at(tick));
    image.append(
      svg('line', { class: 'grid', x1: x, x2: x, y1: MARGIN.top, y2: MARGIN.top + plot.height }),
      svg(
        'text',
        { class: 'tick', x, y: MARGIN.top + plot.height + 14, 'text-anchor': 'middle' },
        shortNumber(tick),
      ),
    );
  }
  for (const tick of decadeTicks(axes.y)) {
    const y = toY(axes.y.at(tick));
    image.append(
      svg('line', { class: 'grid', x1: MARGIN.left, x2: MARGIN.left + plot.width, y1: y, y2: y }),
      svg(
        'text',
        { class: 'tick', x: MARGIN.left - 6, y: y + 4, 'text-anchor': 'end' },
        shortNumber(tick / 1e12),
      ),
    );
  }
  image.append(
    svg('text', { class: 'axis-name', x: 0, y: 10 }, 'TFLOP/s'),
    svg(
      'text',
      { class: 'axis-name', x: MARGIN.left + plot.width / 2, y: size.height - 4, 'text-anchor': 'middle' },
      'FLOP per byte',
    ),
  );

  const taken: { left: number; top: number; right: number; bottom: number }[] = [];
  roofs.forEach((roof, index) => {
    const line = roofLine(roof, input.roofs.bandwidth, axes).map(
      ({ x, y }) => `${toX(x).toFixed(1)},${toY(y).toFixed(1)}`,
    );
    image.append(svg('polyline', { class: `roof roof-${index}`, points: line.join(' ') }));
    const text = `${roof.formats.map((format) => format.toUpperCase()).join(', ')} ${formatRate(roof.flopPerSecond, 'FLOP/s')}`;
    const y = toY(axes.y.at(roof.flopPerSecond)) - 5;
    const right = toX(1);
    const width = text.length * CHARACTER;
    const left = Math.min(right - width, Math.max(MARGIN.left, toX(axes.x.at(roof.ridge)) - width - 6));
    image.append(svg('text', { class: `roof-name roof-${index}`, x: left, y: y + 9 }, text));
    taken.push({ left, right: left + width, top: y - 4, bottom: y + 12 });
  });
  image.append(bandwidthName(input.roofs.bandwidth, roofs, axes, toX, toY));

  const circles = points.map((point) => ({
    point,
    x: toX(axes.x.at(point.intensity)),
    y: toY(axes.y.at(point.attained)),
    radius: point.kind === 'term' ? 3 : radiusOfShare(point.share ?? 0, 16, 5),
  }));
  for (const after of circles.filter((circle) => circle.point.kind === 'after')) {
    const before = circles.find(
      (circle) => circle.point.kind === 'now' && circle.point.phase === after.point.phase,
    );
    if (before !== undefined) {
      image.append(
        svg('line', {
          class: `moves ${after.point.phase}`,
          x1: before.x,
          y1: before.y,
          x2: after.x,
          y2: after.y,
        }),
      );
    }
  }
  for (const { point, x, y, radius } of circles) {
    image.append(
      svg(
        'circle',
        { class: `point ${point.kind} ${point.phase}`, cx: x, cy: y, r: radius },
        svg('title', {}, point.label),
      ),
    );
  }
  const named = circles.filter(({ point }) => point.kind !== 'term');
  const requests = named.map(({ point, x, y, radius }) => ({
    x,
    y,
    radius,
    width: point.label.length * CHARACTER,
    height: LINE,
  }));
  placeLabels(requests, { width: size.width, height: MARGIN.top + plot.height }, taken).forEach(
    ({ left, middle }, index) => {
      image.append(
        svg('text', { class: 'point-name', x: left, y: middle + 4 }, named[index]?.point.label ?? ''),
      );
    },
  );
  return image;
}

/** The bandwidth, written along the slope. */
function bandwidthName(
  bandwidth: number,
  roofs: readonly Roof[],
  axes: RooflineAxes,
  toX: (share: number) => number,
  toY: (share: number) => number,
): SVGElement {
  const highest = roofs.at(-1);
  if (highest === undefined) return svg('g');
  const [from, to] = roofLine(highest, bandwidth, axes);
  if (from === undefined || to === undefined) return svg('g');
  const [x1, y1, x2, y2] = [toX(from.x), toY(from.y), toX(to.x), toY(to.y)];
  const angle = (Math.atan2(y2 - y1, x2 - x1) * 180) / Math.PI;
  const [x, y] = [x1 + (x2 - x1) * 0.55, y1 + (y2 - y1) * 0.55];
  return svg(
    'text',
    {
      class: 'tick',
      'text-anchor': 'middle',
      transform: `translate(${x.toFixed(1)} ${y.toFixed(1)}) rotate(${angle.toFixed(1)}) translate(0 -6)`,
    },
    formatRate(bandwidth, 'B/s'),
  );
}

/** 0.1, 1, 10, 1,000 → "1k": marks of an axis. */
function shortNumber(value: number): string {
  return value >= 1000 ? `${formatSignificant(value / 1000)}k` : formatSignificant(value);
}
