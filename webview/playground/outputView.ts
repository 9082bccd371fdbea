import type { PlaygroundOutput, PlaygroundTiming } from '../../src/protocol/playgroundProtocol';
import { html, svg } from '../element';
import { formatProbability, timingFigures } from './timingText';

/** What a model put out: text as it is, classes as bars, anything else in words. */
export function outputView(output: PlaygroundOutput): HTMLElement {
  switch (output.kind) {
    case 'text':
      return html('pre', { class: 'output code', tabindex: 0 }, output.text);
    case 'classes': {
      const list = html('ol', { class: 'classes' });
      for (const { label, probability } of output.classes) {
        list.append(
          html(
            'li',
            {},
            html('span', { class: 'class-name' }, label),
            svg(
              'svg',
              { class: 'class-bar', width: '100%', height: 10, 'aria-hidden': 'true' },
              svg('rect', { class: 'class-track', width: '100%', height: 10, rx: 2 }),
              svg('rect', {
                class: 'class-share',
                width: `${(probability * 100).toFixed(2)}%`,
                height: 10,
                rx: 2,
              }),
            ),
            html('span', { class: 'class-percent' }, formatProbability(probability)),
          ),
        );
      }
      return list;
    }
    case 'summary': {
      const list = html('ul', { class: 'output' });
      for (const line of output.lines) list.append(html('li', {}, line));
      return list;
    }
  }
}

/** How long it took, measured here. */
export function timingView(timing: PlaygroundTiming, output: PlaygroundOutput): HTMLElement {
  const list = html('dl', { class: 'timing', 'aria-label': 'Measured on this machine' });
  for (const { name, value } of timingFigures(timing, output)) {
    list.append(html('div', {}, html('dt', {}, name), html('dd', {}, value)));
  }
  return list;
}
