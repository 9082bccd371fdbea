import { html } from '../element';

export interface TableState {
  isOpen(name: string): boolean;
  toggle(name: string, open: boolean): void;
}

/** The numbers of a chart as a table, folded away under it: for those who do not see the picture, or want the digits. */
export function tableToggle(
  name: string,
  caption: string,
  columns: readonly string[],
  rows: readonly (readonly string[])[],
  state: TableState,
): HTMLElement {
  const head = html('tr');
  for (const column of columns) head.append(html('th', { scope: 'col' }, column));
  const body = html('tbody');
  for (const [first = '', ...rest] of rows) {
    const row = html('tr', {}, html('th', { scope: 'row' }, first));
    for (const cell of rest) row.append(html('td', {}, cell));
    body.append(row);
  }
  const details = html(
    'details',
    { class: 'as-table', open: state.isOpen(name) },
    html('summary', { 'data-focus': `table-${name}` }, 'As a table'),
    html(
      'div',
      { class: 'scrolls' },
      html('table', {}, html('caption', { class: 'unseen' }, caption), html('thead', {}, head), body),
    ),
  );
  details.addEventListener('toggle', () => state.toggle(name, details.open));
  return details;
}
