import type { WeightShare } from '../../src/model/weightShares';
import { formatBytes, formatInteger, formatPercent } from '../../src/units/format';
import { html, linkButton, svg } from '../element';
import { tableToggle } from '../panel/tableToggle';
import type { TableState } from '../panel/tableToggle';

export interface ShareBarOptions {
  key: 'part' | 'type';
  title: string;
  shares: readonly WeightShare[];
  nameOf(share: WeightShare): string;
  /** Class that gives a share its hue. */
  hueOf(share: WeightShare, index: number): string;
  /** Shows the tensors of a share. */
  choose(share: WeightShare): void;
}

const HEIGHT = 20;
/** Shares named beside the bar; the table under it lists all. */
const MAX_NAMED = 7;

/** How the weights divide, as a bar whose legend leads to the tensors. */
export function shareBar(options: ShareBarOptions, state: TableState): HTMLElement {
  const { key, title, shares, nameOf, hueOf } = options;
  const total = shares.reduce((sum, { bytes }) => sum + bytes, 0);
  const of = (bytes: number): number => (total > 0 ? bytes / total : 0);
  const picture = svg('svg', {
    class: 'memory-bar',
    width: '100%',
    height: HEIGHT,
    role: 'img',
    'aria-label': `${title}: ${shares
      .slice(0, MAX_NAMED)
      .map((share) => `${nameOf(share)} ${formatPercent(of(share.bytes))}`)
      .join(', ')}`,
  });
  let start = 0;
  shares.forEach((share, index) => {
    const width = of(share.bytes);
    picture.append(
      svg('rect', {
        class: `memory-part ${hueOf(share, index)}`,
        x: percent(start),
        y: 0,
        width: percent(width),
        height: HEIGHT,
      }),
    );
    start += width;
  });
  const legend = html('ul', { class: 'legend' });
  shares.slice(0, MAX_NAMED).forEach((share, index) => {
    const name = nameOf(share);
    legend.append(
      html(
        'li',
        {},
        swatch(hueOf(share, index)),
        linkButton(`${name} ${formatBytes(share.bytes)}`, () => options.choose(share), {
          title: `Show the tensors: ${name}`,
          'data-focus': `${key}-${share.name}`,
        }),
      ),
    );
  });
  const rest = shares.length - MAX_NAMED;
  if (rest > 0) legend.append(html('li', { class: 'muted' }, `and ${formatInteger(rest)} more`));
  return html(
    'section',
    { class: 'chart' },
    html('h2', {}, title),
    picture,
    legend,
    tableToggle(
      key,
      title,
      [key === 'part' ? 'part' : 'format', 'tensors', 'bytes', 'share'],
      shares.map((share) => [
        nameOf(share),
        formatInteger(share.tensors),
        formatBytes(share.bytes),
        formatPercent(of(share.bytes)),
      ]),
      state,
    ),
  );
}

function swatch(hue: string): SVGElement {
  return svg(
    'svg',
    { class: `swatch ${hue}`, width: 10, height: 10, 'aria-hidden': 'true' },
    svg('rect', { x: 0.5, y: 0.5, width: 9, height: 9, rx: 2 }),
  );
}

function percent(share: number): string {
  return `${(share * 100).toFixed(3)}%`;
}
