import { axisAbout, bandGeometry } from '../charts/bandGeometry';
import { appendDotted, html, svg, unseen } from '../element';
import { figures } from './figures';
import type { Costed, Figure } from './figures';

/** The verdict: four figures with their bands. */
export function figureCards(advice: Costed, modelLimit: number | null): HTMLElement {
  const cards = html('section', { class: 'cards', 'aria-label': 'What it costs now' });
  for (const figure of figures(advice, modelLimit)) cards.append(figureCard(figure, advice));
  return cards;
}

/** One figure with its band. */
export function figureCard(figure: Figure, advice: Costed): HTMLElement {
  const notes = html('p', { class: 'card-notes' });
  appendDotted(notes, 'span', figure.notes);
  return html(
    'article',
    { class: `card ${figure.key}${figure.bad ? ' bad' : ''}` },
    html('h2', { class: 'card-label' }, figure.label),
    html('p', { class: 'card-value' }, figure.value),
    figure.key === 'memory' ? shareBar(advice) : bandBar(figure),
    figure.band === null ? null : unseen('80 % sure:'),
    notes,
  );
}

function percent(share: number): string {
  return `${(share * 100).toFixed(2)}%`;
}

function bandBar({ band }: Figure): SVGElement | null {
  const axis = band === null ? null : axisAbout(band);
  if (band === null || axis === null) return null;
  const { start, width, tick } = bandGeometry(band, axis);
  return svg(
    'svg',
    { class: 'band', width: '100%', height: 16, 'aria-hidden': 'true' },
    svg('rect', { class: 'band-axis', x: 0, y: 7.5, width: '100%', height: 1 }),
    svg('rect', { class: 'band-soft', x: percent(start), y: 4, width: percent(width), height: 8, rx: 4 }),
    svg('line', { class: 'band-tick', x1: percent(tick), x2: percent(tick), y1: 1, y2: 15 }),
  );
}

function shareBar({ baseline: { memory } }: Costed): SVGElement {
  const share = memory.capacityPerDevice > 0 ? memory.perDevice / memory.capacityPerDevice : 1;
  return svg(
    'svg',
    { class: 'band', width: '100%', height: 16, 'aria-hidden': 'true' },
    svg('rect', { class: 'band-axis', x: 0, y: 7.5, width: '100%', height: 1 }),
    svg('rect', { class: 'band-full', x: 0, y: 4, width: percent(Math.min(1, share)), height: 8, rx: 4 }),
  );
}
