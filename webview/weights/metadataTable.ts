import type { WeightsMessage } from '../../src/protocol/weightsProtocol';
import { formatInteger } from '../../src/units/format';
import { html } from '../element';
import type { TableState } from '../panel/tableToggle';

/** What the header says beside the tensors, folded away. */
export function metadataTable(
  metadata: WeightsMessage['metadata'],
  state: TableState,
): readonly HTMLElement[] {
  if (metadata.length === 0) return [];
  const body = html('tbody');
  for (const { key, value } of metadata) {
    body.append(html('tr', {}, html('th', { scope: 'row', class: 'code' }, key), html('td', {}, value)));
  }
  const keys = `${formatInteger(metadata.length)} ${metadata.length === 1 ? 'key' : 'keys'}`;
  const details = html(
    'details',
    { class: 'as-table', open: state.isOpen('metadata') },
    html('summary', {}, `What else the header says · ${keys}`),
    html(
      'div',
      { class: 'scrolls' },
      html('table', {}, html('caption', { class: 'unseen' }, 'Keys of the header'), body),
    ),
  );
  details.addEventListener('toggle', () => state.toggle('metadata', details.open));
  return [details];
}
