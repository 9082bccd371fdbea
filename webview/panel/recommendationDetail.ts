import type { Decision, Evidence, Recommendation } from '../../src/advisor/advice';
import type { AdviceMessage } from '../../src/protocol/panelProtocol';
import { formatSignificant } from '../../src/units/format';
import { html, linkButton, svg } from '../element';
import { formatChange } from './figures';
import type { Deed } from './conversation';
import { evidenceResult, nearness, recommendationKey } from './recommendationText';

export interface DetailDeeds {
  /** Asks the host for a deed, and says at `button` how it went. */
  perform(deed: Deed, button: HTMLElement, done: string): void;
}

/** An opened row: why, what it needs, the setting, who says so and how near that is, and what would narrow the band. */
export function recommendationDetail(
  each: Recommendation,
  message: AdviceMessage,
  deeds: DetailDeeds,
): HTMLElement {
  const why = html('div', { class: 'why' });
  for (const paragraph of each.why.split('\n')) why.append(html('p', {}, paragraph));
  return html(
    'div',
    { class: 'detail' },
    why,
    html(
      'div',
      { class: 'detail-columns' },
      needs(each),
      settings(each, message, deeds),
      titled('Quality', html('p', {}, each.quality.note)),
      each.costChange === null
        ? null
        : titled(
            'Cost',
            html(
              'p',
              {},
              `${formatChange(each.costChange, (dollars) => `$${formatSignificant(dollars)}`)} a million output tokens`,
            ),
          ),
    ),
    evidenceTable(each, deeds),
    each.benchmark === null ? null : benchmark(each, each.benchmark, deeds),
    each.decision === null ? null : decision(each, each.decision, deeds),
    deedLink(
      'How this is reckoned',
      { type: 'explain', techniques: each.techniques },
      '',
      `${recommendationKey(each)}-explain`,
      deeds,
    ),
  );
}

function titled(title: string, ...content: (Node | null)[]): HTMLElement {
  return html('div', { class: 'detail-part' }, html('h4', {}, title), ...content);
}

function needs(each: Recommendation): HTMLElement {
  if (each.needs.length === 0) return titled('Needs', html('p', {}, 'nothing'));
  const list = html('ul');
  for (const need of each.needs) list.append(html('li', {}, need));
  return titled('Needs', list);
}

function settings(each: Recommendation, message: AdviceMessage, deeds: DetailDeeds): HTMLElement {
  const engine = message.advice.scenario.engine;
  const own = each.settings.filter((setting) => setting.engine === engine);
  const name = (id: string) => message.choices.engines.find((choice) => choice.id === id)?.name ?? id;
  if (own.length === 0) {
    const elsewhere = [...new Set(each.settings.map((setting) => name(setting.engine)))];
    const where = elsewhere.length === 0 ? '' : ` It is in ${elsewhere.join(', ')}.`;
    return titled('Setting', html('p', {}, `${name(engine)} has no setting for it.${where}`));
  }
  const flags = own.every((setting) => setting.setting.startsWith('-'));
  const text = own.map((setting) => setting.setting).join(flags ? ' ' : '\n');
  const code = html('div', { class: 'codes' });
  for (const { setting } of own) code.append(html('code', {}, setting));
  const key = recommendationKey(each);
  return titled(
    'Setting',
    code,
    html(
      'div',
      { class: 'deeds' },
      deedLink('Copy', { type: 'copy', text }, 'Copied', `${key}-copy`, deeds),
      message.applyTo === null
        ? null
        : deedLink(
            `Apply to ${message.applyTo}`,
            { type: 'apply', techniques: each.techniques, settings: own },
            'Applied',
            `${key}-apply`,
            deeds,
          ),
    ),
  );
}

function evidenceTable(each: Recommendation, deeds: DetailDeeds): HTMLElement {
  const head = html('tr');
  for (const column of ['Evidence', 'result', 'where', 'distance'])
    head.append(html('th', { scope: 'col' }, column));
  const body = html('tbody');
  each.evidence.forEach((entry, index) =>
    body.append(evidenceRow(entry, `${recommendationKey(each)}-evidence-${index}`, deeds)),
  );
  return html(
    'table',
    { class: 'evidence' },
    html('caption', { class: 'unseen' }, `Evidence for ${each.title}`),
    html('thead', {}, head),
    body,
  );
}

function evidenceRow(entry: Evidence, focus: string, deeds: DetailDeeds): HTMLElement {
  const near = nearness(entry.distance);
  const title =
    entry.paper === null
      ? html('span', {}, entry.title)
      : deedLink(entry.title, { type: 'openPaper', paper: entry.paper }, '', focus, deeds);
  return html(
    'tr',
    {},
    html(
      'th',
      { scope: 'row' },
      title,
      entry.source === entry.title ? null : html('span', { class: 'source' }, entry.source),
    ),
    html('td', {}, evidenceResult(entry)),
    html('td', {}, entry.conditions),
    html(
      'td',
      { class: 'distance', title: '0: this very case; 1: another world' },
      svg(
        'svg',
        { class: `mark ${near}`, width: 10, height: 10, viewBox: '0 0 10 10', 'aria-hidden': 'true' },
        svg('circle', { class: 'mark-ring', cx: 5, cy: 5, r: 4 }),
        near === 'near' ? svg('circle', { class: 'mark-fill', cx: 5, cy: 5, r: 4 }) : null,
        near === 'related' ? svg('path', { class: 'mark-fill', d: 'M5 1a4 4 0 0 0 0 8z' }) : null,
      ),
      `${near} ${formatSignificant(Math.round(entry.distance * 100) / 100)}`,
    ),
  );
}

function benchmark(each: Recommendation, command: string, deeds: DetailDeeds): HTMLElement {
  return toCopy('To narrow this band, measure', command, `${recommendationKey(each)}-benchmark`, deeds);
}

/** Where the next band overlaps this one, rank alone decides little: the runs that do. */
function decision(each: Recommendation, { title, command }: Decision, deeds: DetailDeeds): HTMLElement {
  const heading = `The band of ${title} overlaps this one: to decide, measure both`;
  return toCopy(heading, command, `${recommendationKey(each)}-decision`, deeds);
}

function toCopy(heading: string, command: string, focus: string, deeds: DetailDeeds): HTMLElement {
  return titled(
    heading,
    html('div', { class: 'codes' }, html('code', {}, command)),
    html(
      'div',
      { class: 'deeds' },
      deedLink('Copy', { type: 'copy', text: command }, 'Copied', focus, deeds),
    ),
  );
}

function deedLink(text: string, deed: Deed, done: string, focus: string, deeds: DetailDeeds): HTMLElement {
  const button = linkButton(text, () => deeds.perform(deed, button, done), { 'data-focus': focus });
  return button;
}
