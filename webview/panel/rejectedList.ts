import type { AdviceMessage } from '../../src/protocol/panelProtocol';
import { html, linkButton } from '../element';
import { techniqueTitle } from './recommendationText';

const SHOWN = 4;

/** What is not recommended, and why: the first few, the rest on demand. */
export function rejectedList(
  message: AdviceMessage,
  all: boolean,
  showAll: (yes: boolean) => void,
): HTMLElement | null {
  const { rejected, refusedStacks } = message.advice;
  if (rejected.length + refusedStacks.length === 0) return null;
  const list = html('ul');
  for (const { technique, reason } of all ? rejected : rejected.slice(0, SHOWN)) {
    list.append(
      html('li', {}, html('strong', {}, techniqueTitle(technique, message.choices)), `: ${reason}`),
    );
  }
  for (const { techniques, reason } of all ? refusedStacks : []) {
    const names = techniques.map((technique) => techniqueTitle(technique, message.choices));
    list.append(html('li', {}, html('strong', {}, names.join(' with ')), `: ${reason}`));
  }
  const more = rejected.length + refusedStacks.length - SHOWN;
  return html(
    'section',
    { class: 'rejected' },
    html('h2', {}, 'Not here, and why'),
    list,
    more > 0
      ? linkButton(all ? 'fewer' : `${more} more`, () => showAll(!all), {
          'data-focus': 'rejected-more',
          'aria-expanded': all ? 'true' : 'false',
        })
      : null,
  );
}
