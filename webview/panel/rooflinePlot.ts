import type { PanelRoofs } from '../../src/protocol/panelProtocol';
import type { Estimate } from '../../src/roofline/estimate';
import { formatPercent, formatRate, formatSignificant } from '../../src/units/format';
import { rooflineAxes, roofsOf, roofsToDraw } from '../charts/rooflineGeometry';
import { html } from '../element';
import type { After } from './after';
import { rooflinePicture } from './rooflinePicture';
import { rooflinePoints } from './rooflinePoints';
import { tableToggle } from './tableToggle';
import type { TableState } from './tableToggle';

export interface RooflineInput {
  estimate: Estimate;
  /** Format of the weights as served, to know which roofs matter. */
  weights: string;
  roofs: PanelRoofs;
  after: After | null;
}

/** What the device could do at each intensity, and what prefill and decode get of it: log-log, circles as large as their time. */
export function rooflinePlot(
  { estimate, weights, roofs, after }: RooflineInput,
  state: TableState,
): HTMLElement {
  const points = rooflinePoints(estimate, after);
  const drawn = roofsToDraw(roofsOf(roofs), weights);
  const axes = rooflineAxes(drawn, points);
  const section = html('section', { class: 'chart roofline-chart' }, html('h2', {}, 'Roofline'));
  if (axes === null) {
    section.append(
      html('p', { class: 'muted' }, `No peak rate of ${roofs.device} is known, so there is no roof to draw.`),
    );
    return section;
  }
  const frame = html('div', { class: 'roofline-frame' });
  new ResizeObserver(() => {
    const width = Math.max(280, Math.round(frame.clientWidth));
    const height = Math.round(Math.min(340, Math.max(240, width * 0.62)));
    frame.replaceChildren(rooflinePicture({ roofs, drawn, points, axes, width, height }));
  }).observe(frame);
  section.append(
    html(
      'p',
      { class: 'muted' },
      `area = share of time${after === null ? '' : ` · filled = after ${after.title}`}`,
    ),
    frame,
    tableToggle(
      'roofline',
      'Points of the roofline plot',
      ['point', 'FLOP a byte', 'attained', 'roof', 'share of time'],
      points.map((point) => [
        point.label,
        formatSignificant(point.intensity),
        formatRate(point.attained, 'FLOP/s'),
        point.limit === null ? '' : formatRate(point.limit, 'FLOP/s'),
        point.share === null ? '' : formatPercent(point.share),
      ]),
      state,
    ),
  );
  return section;
}
