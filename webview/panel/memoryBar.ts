import type { Estimate, MemoryEstimate } from '../../src/roofline/estimate';
import { formatBytes } from '../../src/units/format';
import { memoryShares } from '../charts/memoryShares';
import type { MemoryPart } from '../charts/memoryShares';
import { html, svg } from '../element';
import type { After } from './after';
import { formatOf } from './figures';
import { tableToggle } from './tableToggle';
import type { TableState } from './tableToggle';

const NAMES: Record<MemoryPart, string> = {
  weights: 'weights',
  kvCache: 'KV cache',
  activations: 'activations',
  runtime: 'runtime',
};

/** One device's memory as a bar, and under it what it would be after the recommendation that is looked at. */
export function memoryBar(
  estimate: Estimate,
  devices: number,
  after: After | null,
  state: TableState,
): HTMLElement {
  const now = memoryShares(estimate.memory);
  const legend = html('ul', { class: 'legend' });
  for (const { part, bytes } of now.parts) {
    legend.append(html('li', {}, swatch(part), `${NAMES[part]} ${formatBytes(bytes)}`));
  }
  legend.append(
    now.missing > 0
      ? html('li', { class: 'missing' }, swatch('missing'), `missing ${formatBytes(now.missing)}`)
      : html('li', {}, swatch('free'), `free ${formatBytes(now.free)}`),
  );
  return html(
    'section',
    { class: 'chart memory-chart' },
    html('h2', {}, devices > 1 ? 'Memory, per device' : 'Memory'),
    bar(estimate.memory, 20),
    legend,
    after === null
      ? null
      : html(
          'div',
          { class: 'memory-after' },
          html(
            'p',
            { class: 'muted' },
            `after ${after.title}: ${formatOf(after.estimate.memory.perDevice, after.estimate.memory.capacityPerDevice)}`,
          ),
          bar(after.estimate.memory, 10),
        ),
    tableToggle('memory', 'Memory of one device', ...memoryTable(estimate.memory, after), state),
  );
}

function bar(memory: MemoryEstimate, height: number): SVGElement {
  const { parts, capacityAt, missing } = memoryShares(memory);
  const percent = (share: number) => `${(share * 100).toFixed(3)}%`;
  const picture = svg('svg', {
    class: 'memory-bar',
    width: '100%',
    height,
    role: 'img',
    'aria-label': `${formatOf(memory.perDevice, memory.capacityPerDevice)} in use`,
  });
  picture.append(svg('rect', { class: 'memory-free', x: 0, y: 0, width: percent(capacityAt), height }));
  for (const { part, start, width } of parts) {
    picture.append(
      svg('rect', { class: `memory-part ${part}`, x: percent(start), y: 0, width: percent(width), height }),
    );
  }
  if (missing > 0) {
    picture.append(
      svg('rect', {
        class: 'memory-missing',
        x: percent(capacityAt),
        y: 0,
        width: percent(1 - capacityAt),
        height,
      }),
      svg('line', {
        class: 'memory-end',
        x1: percent(capacityAt),
        x2: percent(capacityAt),
        y1: 0,
        y2: height,
      }),
    );
  }
  return picture;
}

function swatch(part: MemoryPart | 'free' | 'missing'): SVGElement {
  return svg(
    'svg',
    { class: `swatch ${part}`, width: 10, height: 10, 'aria-hidden': 'true' },
    svg('rect', { x: 0.5, y: 0.5, width: 9, height: 9, rx: 2 }),
  );
}

function memoryTable(memory: MemoryEstimate, after: After | null): [string[], string[][]] {
  const shares = [memory, ...(after === null ? [] : [after.estimate.memory])].map((each) => ({
    ...memoryShares(each),
    memory: each,
  }));
  const row = (name: string, value: (of: (typeof shares)[number]) => number) => [
    name,
    ...shares.map((each) => formatBytes(value(each))),
  ];
  const parts: readonly MemoryPart[] = ['weights', 'kvCache', 'activations', 'runtime'];
  return [
    ['part', 'now', ...(after === null ? [] : [`after ${after.title}`])],
    [
      ...parts.map((part) =>
        row(NAMES[part], (each) => each.parts.find((one) => one.part === part)?.bytes ?? 0),
      ),
      row('in use', (each) => each.memory.perDevice),
      row('there is', (each) => each.memory.capacityPerDevice),
      row('free', (each) => each.free),
      row('missing', (each) => each.missing),
    ],
  ];
}
