import type { Advice } from '../../src/advisor/advice';
import { formatInteger } from '../../src/units/format';
import { html } from '../element';

/** What the reader must know about the numbers: warnings of the advice and of the estimate, each once. */
export function notices(advice: Advice): HTMLElement | null {
  const messages = [
    ...new Set([...advice.warnings, ...advice.baseline.warnings].map((warning) => warning.message)),
  ];
  if (messages.length === 0) return null;
  const list = html('ul', { class: 'notices', 'aria-label': 'Notes' });
  for (const message of messages) list.append(html('li', {}, message));
  return list;
}

const BASIS = {
  measured: (rows: number) => `calibrated on ${formatInteger(rows)} measured rows of this case`,
  interpolated: (rows: number) => `calibrated between ${formatInteger(rows)} measured rows`,
  physics: () => 'physics alone, nothing measured near it',
} as const;

/** Where the numbers come from, in one line. */
export function provenance({ baseline, selector }: Advice): HTMLElement {
  const { basis, rows } = baseline.calibration;
  const ranking =
    selector.model === null
      ? 'ranked by physics alone'
      : `ranked by ${selector.model} ${selector.version}, trained on ${formatInteger(selector.trainedOn)} rows (${selector.method})`;
  return html(
    'footer',
    { class: 'muted' },
    `Estimate: ${BASIS[basis](rows)}. Recommendations: ${ranking}. Reckoned on this machine, offline.`,
  );
}
