import type { PanelSubject } from '../../src/protocol/panelProtocol';
import { appendDotted, html, linkButton } from '../element';

export interface HeaderDeeds {
  explain(): void;
  changeHardware(): void;
}

/** What is advised on, and what can be done with the page as a whole. */
export function header(subject: PanelSubject, deeds: HeaderDeeds): HTMLElement {
  const facts = html('ul', { class: 'facts', 'aria-label': 'Facts about the model' });
  appendDotted(facts, 'li', subject.facts);
  return html(
    'header',
    { class: 'header' },
    html('h1', { title: subject.file }, subject.name),
    facts,
    html(
      'div',
      { class: 'header-deeds' },
      linkButton('Explain', deeds.explain, { 'data-focus': 'explain' }),
      linkButton('Change hardware…', deeds.changeHardware, { 'data-focus': 'change-hardware' }),
    ),
  );
}
