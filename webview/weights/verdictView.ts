import type { VerdictMessage, WeightsMessage, WeightsVerdict } from '../../src/protocol/weightsProtocol';
import { html } from '../element';
import { figureCard, figureCards } from '../panel/figureCards';
import { figures } from '../panel/figures';

/** What the model costs on the chosen hardware, and what that takes for granted. */
export function verdictView(
  { verdict, refusal }: VerdictMessage,
  format: WeightsMessage['format'],
): HTMLElement {
  if (verdict === null) return html('ul', { class: 'notices' }, html('li', {}, refusal ?? 'No estimate.'));
  return html(
    'section',
    { class: 'verdict', 'aria-label': 'Verdict' },
    verdict.timed
      ? figureCards({ baseline: verdict.estimate, scenario: { devices: verdict.devices } }, verdict.longest)
      : untimed(verdict, format),
    html('p', { class: 'muted assumptions' }, verdict.assumptions),
  );
}

/** Where the file does not say how its tensors are used: what they take, and no times. */
function untimed({ estimate, devices }: WeightsVerdict, format: WeightsMessage['format']): HTMLElement {
  const costed = { baseline: estimate, scenario: { devices } };
  const memory = figures(costed).find(({ key }) => key === 'memory');
  const cards = html('section', { class: 'cards', 'aria-label': 'What it costs now' });
  if (memory !== undefined) {
    const notes = [estimate.memory.fits ? 'fits' : 'does not fit', 'weights and runtime, no cache'];
    cards.append(figureCard({ ...memory, notes }, costed));
  }
  cards.append(
    html(
      'p',
      { class: 'untimed' },
      format === 'onnx'
        ? 'Times are not known: a graph says what is computed, not how the model is served.'
        : 'Times are not known: the file says what its tensors are, not how they are used. A config.json beside it would say.',
    ),
  );
  return cards;
}
