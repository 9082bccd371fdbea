import type { Recommendation } from '../../src/advisor/advice';
import type { AdviceMessage } from '../../src/protocol/panelProtocol';
import { formatBytes, formatRatio } from '../../src/units/format';
import { bandGeometry, sharedScale } from '../charts/bandGeometry';
import { ratioTicks } from '../charts/logScale';
import type { LogScale } from '../charts/logScale';
import { html, svg, unseen } from '../element';
import { formatChange, spokenBand } from './figures';
import { recommendationDetail } from './recommendationDetail';
import type { DetailDeeds } from './recommendationDetail';
import { evidenceCount, familyText, metricText, qualityText, recommendationKey } from './recommendationText';
import { tableToggle } from './tableToggle';
import type { TableState } from './tableToggle';

export interface ListDeeds extends DetailDeeds {
  /** Opens a row, or closes the one that is open. */
  toggle(key: string): void;
}

/** What to do, best first: rows with bands on one axis, one of them open. */
export function recommendationList(
  message: AdviceMessage,
  opened: string | null,
  deeds: ListDeeds,
  state: TableState,
): HTMLElement {
  const { recommendations } = message.advice;
  const metrics = new Set(recommendations.map((each) => each.speedup.metric));
  const [only] = metrics;
  const shared = metrics.size === 1 && only !== undefined;
  const aside = ` · ${shared ? `${metricText(only)}, ` : ''}band = 80 % sure`;
  const section = html(
    'section',
    { class: 'recommendations' },
    html(
      'h2',
      {},
      'Recommendations',
      recommendations.length > 0 ? html('span', { class: 'aside' }, aside) : null,
    ),
  );
  if (recommendations.length === 0) {
    section.append(
      html(
        'p',
        { class: 'empty' },
        'Nothing in the catalogue would help here. Below is what was looked at, and why not.',
      ),
    );
    return section;
  }
  const scale = sharedScale(recommendations.map((each) => each.speedup));
  const list = html('ol', { class: 'rows' });
  for (const each of recommendations) {
    list.append(row(each, message, scale, recommendationKey(each) === opened, !shared, deeds));
  }
  list.addEventListener('keydown', (event) => moveBetweenRows(event, list));
  section.append(axisHead(scale), list, bandTable(recommendations, state));
  return section;
}

function row(
  each: Recommendation,
  message: AdviceMessage,
  scale: LogScale,
  open: boolean,
  ownMetric: boolean,
  deeds: ListDeeds,
): HTMLElement {
  const key = recommendationKey(each);
  const detailId = `detail-${each.rank}`;
  const button = html(
    'button',
    {
      type: 'button',
      class: 'row-open',
      'aria-expanded': open ? 'true' : 'false',
      'aria-controls': detailId,
      'data-focus': `row-${key}`,
    },
    chevron(),
    html('span', { class: 'rank' }, String(each.rank)),
    html('span', { class: 'row-title' }, each.title),
  );
  button.addEventListener('click', (event) => {
    event.stopPropagation();
    deeds.toggle(key);
  });
  const family = familyText(each.techniques, message.choices);
  const line = html(
    'div',
    { class: 'row-line' },
    html(
      'div',
      { class: 'row-name' },
      html('h3', {}, button),
      family === '' ? null : html('p', { class: 'row-family' }, family),
    ),
    html('div', { class: 'row-band' }, bandOnAxis(each, scale)),
    html(
      'div',
      { class: 'row-gain' },
      html('strong', {}, formatRatio(each.speedup.p50)),
      unseen(`, ${spokenBand(each.speedup)}`),
      ownMetric ? html('span', { class: 'row-metric' }, metricText(each.speedup.metric)) : null,
    ),
    html(
      'div',
      { class: 'row-memory' },
      formatChange(each.memoryChange, formatBytes),
      unseen(' of memory'),
      fitting(each, message.advice.baseline.memory.fits),
    ),
    html(
      'div',
      {
        class: `row-quality ${each.quality.lossless ? 'lossless' : `risk-${each.quality.risk}`}`,
        title: each.quality.note,
      },
      mark(each.quality),
      qualityText(each.quality),
    ),
    html('div', { class: 'row-evidence' }, evidenceCount(each.evidence)),
  );
  line.addEventListener('click', () => deeds.toggle(key));
  const detail = open ? recommendationDetail(each, message, deeds) : html('div');
  detail.id = detailId;
  detail.hidden = !open;
  return html('li', { class: open ? 'row open' : 'row' }, line, detail);
}

/** Whether it fits, where that is not plain: it did not before, or does not after. */
function fitting(each: Recommendation, fitsNow: boolean): HTMLElement | null {
  const { fits } = each.estimate.memory;
  if (fits && fitsNow) return null;
  return html('span', { class: fits ? 'row-fits' : 'row-fits not' }, fits ? 'fits' : 'does not fit');
}

/** Arrow keys go from row to row, Home and End to the first and the last; Tab still visits everything. */
function moveBetweenRows(event: KeyboardEvent, list: HTMLElement): void {
  const buttons = [...list.querySelectorAll<HTMLButtonElement>('.row-open')];
  const at = buttons.findIndex((button) => button === event.target);
  if (at === -1) return;
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: buttons.length - 1 }[event.key];
  const next = to === undefined ? undefined : buttons[to];
  if (next === undefined) return;
  event.preventDefault();
  next.focus();
}

function percent(share: number): string {
  return `${(share * 100).toFixed(2)}%`;
}

function axisHead(scale: LogScale): HTMLElement {
  const axis = svg('svg', { class: 'axis', width: '100%', height: 14 });
  for (const tick of ratioTicks(scale)) {
    axis.append(
      svg('text', { class: 'tick', x: percent(scale.at(tick)), y: 11, 'text-anchor': 'middle' }, `${tick}×`),
    );
  }
  return html(
    'div',
    { class: 'row-line rows-head', 'aria-hidden': 'true' },
    html('div', { class: 'row-name' }),
    html('div', { class: 'row-band' }, axis),
    html('div', { class: 'row-gain' }, 'gain'),
    html('div', { class: 'row-memory' }, 'memory'),
    html('div', { class: 'row-quality' }, 'quality'),
    html('div', { class: 'row-evidence' }, 'who says so'),
  );
}

function bandOnAxis(each: Recommendation, scale: LogScale): SVGElement {
  const { start, width, tick } = bandGeometry(each.speedup, scale);
  const picture = svg('svg', {
    class: `band ${each.quality.lossless ? 'lossless' : 'changes'}`,
    width: '100%',
    height: 24,
    'aria-hidden': 'true',
  });
  for (const mark of ratioTicks(scale)) {
    const x = percent(scale.at(mark));
    picture.append(svg('line', { class: mark === 1 ? 'grid one' : 'grid', x1: x, x2: x, y1: 0, y2: 24 }));
  }
  picture.append(
    svg('rect', { class: 'band-soft', x: percent(start), y: 8, width: percent(width), height: 8, rx: 4 }),
    svg('line', { class: 'band-tick', x1: percent(tick), x2: percent(tick), y1: 4, y2: 20 }),
  );
  return picture;
}

function chevron(): SVGElement {
  return svg(
    'svg',
    { class: 'chevron', width: 12, height: 12, viewBox: '0 0 12 12', 'aria-hidden': 'true' },
    svg('path', { d: 'M4.5 2.5 8 6l-3.5 3.5', fill: 'none' }),
  );
}

/** Full: lossless; half: small risk; hollow: more. A shape beside the words, so that no colour is needed to tell them apart. */
function mark({ lossless, risk }: Recommendation['quality']): SVGElement {
  const full = lossless || risk === 'none';
  return svg(
    'svg',
    {
      class: `mark ${full ? 'good' : 'care'}`,
      width: 10,
      height: 10,
      viewBox: '0 0 10 10',
      'aria-hidden': 'true',
    },
    svg('circle', { class: 'mark-ring', cx: 5, cy: 5, r: 4 }),
    full ? svg('circle', { class: 'mark-fill', cx: 5, cy: 5, r: 4 }) : null,
    risk === 'low' && !full ? svg('path', { class: 'mark-fill', d: 'M5 1a4 4 0 0 0 0 8z' }) : null,
  );
}

function bandTable(recommendations: readonly Recommendation[], state: TableState): HTMLElement {
  return tableToggle(
    'recommendations',
    'Recommendations with their bands',
    ['recommendation', 'p10', 'p50', 'p90', 'what', 'memory', 'quality', 'evidence'],
    recommendations.map((each) => [
      `${each.rank}. ${each.title}`,
      formatRatio(each.speedup.p10),
      formatRatio(each.speedup.p50),
      formatRatio(each.speedup.p90),
      metricText(each.speedup.metric),
      formatChange(each.memoryChange, formatBytes),
      qualityText(each.quality),
      evidenceCount(each.evidence),
    ]),
    state,
  );
}
