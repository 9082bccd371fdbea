import { formatInteger } from '../../src/units/format';
import { html } from '../element';
import { sliderSteps, stepsWith } from './sliderSteps';

/** `<input type="range">` over steps of equal ratio, with its value written beside its name. */
export class LogSlider {
  readonly element: HTMLElement;
  private readonly input: HTMLInputElement;
  private readonly shown = html('output', { class: 'slider-value' });
  private steps: number[];

  constructor(
    id: string,
    name: string,
    private readonly unit: string,
    private most: number,
    onInput: (value: number) => void,
  ) {
    this.steps = sliderSteps(1, most);
    this.input = html('input', { type: 'range', id, min: 0, step: 1 });
    this.shown.htmlFor.add(id);
    this.element = html(
      'div',
      { class: 'control slider' },
      html('label', { for: id }, name),
      this.shown,
      this.input,
    );
    this.input.addEventListener('input', () => {
      const value = this.steps[Number(this.input.value)] ?? 1;
      this.write(value);
      onInput(value);
    });
  }

  /** Shows a value exactly, a stop or not; `most` is the end of the track. */
  set(value: number, most: number): void {
    this.most = Math.max(most, value);
    this.steps = stepsWith(sliderSteps(1, this.most), value);
    this.input.max = String(this.steps.length - 1);
    this.input.value = String(this.steps.indexOf(value));
    this.write(value);
  }

  private write(value: number): void {
    const text = formatInteger(value);
    this.shown.value = text;
    this.input.setAttribute('aria-valuetext', `${text} ${this.unit}`);
    const share = this.steps.length > 1 ? this.steps.indexOf(value) / (this.steps.length - 1) : 0;
    this.input.style.setProperty('--filled', `${share * 100}%`);
  }
}
