import type { AdviceMessage, PanelQuery } from '../../src/protocol/panelProtocol';
import { LIMITS } from '../../src/protocol/limits';
import type { Seconds } from '../../src/units/quantities';
import { html } from '../element';
import { Dropdown } from './dropdown';
import { LogSlider } from './logSlider';

/** Pause before a moved slider asks: short, since an answer takes milliseconds and a person watches it follow. */
const SLIDER_PAUSE: Seconds = 0.06;
const TYPING_PAUSE: Seconds = 0.3;

/** Ends of the sliders where the model says nothing of its own. */
const MOST_CONCURRENCY = 1024;
const MOST_TOKENS = 131_072;
const MOST_OUTPUT = 32_768;

const GOALS = [
  ['latency', 'Latency'],
  ['throughput', 'Throughput'],
  ['memory', 'Memory'],
  ['cost', 'Cost'],
] as const;

interface TextFieldElement extends HTMLElement {
  value: string;
}
interface CheckboxElement extends HTMLElement {
  checked: boolean;
}

/** The question as controls. They are made once and live on, so that nobody loses a slider in the middle of a move. */
export class Controls {
  readonly element: HTMLElement;
  private query: PanelQuery | null = null;
  private readonly hardware = new Dropdown('hardware', 'Hardware', (value) =>
    this.change({ hardware: value }, 0),
  );
  private readonly engine = new Dropdown('engine', 'Engine', (value) => this.change({ engine: value }, 0));
  private readonly devices = html('vscode-text-field' as 'div', {
    id: 'devices',
    'aria-label': 'Devices',
    inputmode: 'numeric',
    maxlength: 4,
  }) as HTMLElement as TextFieldElement;
  private readonly devicesFault = html('span', { class: 'fault', role: 'alert' });
  private readonly concurrency = new LogSlider(
    'concurrency',
    'Concurrency',
    'sequences',
    MOST_CONCURRENCY,
    (value) => this.change({ concurrency: value }, SLIDER_PAUSE),
  );
  private readonly input = new LogSlider('input', 'Prompt', 'tokens', MOST_TOKENS, (value) =>
    this.change({ input: value }, SLIDER_PAUSE),
  );
  private readonly output = new LogSlider('output', 'Output', 'tokens', MOST_OUTPUT, (value) =>
    this.change({ output: value }, SLIDER_PAUSE),
  );
  private readonly goals = new Map<PanelQuery['goal'], HTMLInputElement>();
  private readonly lossless = html(
    'vscode-checkbox' as 'div',
    { id: 'lossless' },
    'lossless only',
  ) as HTMLElement as CheckboxElement;

  constructor(private readonly onChange: (query: PanelQuery, pause: Seconds) => void) {
    this.devices.addEventListener('input', () => this.typedDevices());
    this.lossless.addEventListener('change', () => this.change({ lossless: this.lossless.checked }, 0));
    this.element = html(
      'form',
      { class: 'controls', 'aria-label': 'Scenario' },
      this.hardware.element,
      html(
        'div',
        { class: 'control devices' },
        html('span', { class: 'label', 'aria-hidden': 'true' }, 'Devices'),
        this.devices,
        this.devicesFault,
      ),
      this.engine.element,
      html('div', { class: 'sliders' }, this.concurrency.element, this.input.element, this.output.element),
      html(
        'div',
        { class: 'choices' },
        this.goalChoice(),
        html('div', { class: 'control lossless' }, this.lossless),
      ),
    );
    this.element.addEventListener('submit', (event) => event.preventDefault());
  }

  /** Shows the question that the host has answered. */
  show({ query, choices }: Pick<AdviceMessage, 'query' | 'choices'>): void {
    this.query = query;
    this.hardware.set(query.hardware, choices.hardware);
    this.engine.set(query.engine, choices.engines);
    if (document.activeElement !== this.devices) this.devices.value = String(query.devices);
    this.devicesFault.textContent = '';
    const longest = choices.longest ?? MOST_TOKENS;
    this.concurrency.set(query.concurrency, MOST_CONCURRENCY);
    this.input.set(query.input, longest);
    this.output.set(query.output, Math.min(longest, MOST_OUTPUT));
    for (const [goal, radio] of this.goals) radio.checked = goal === query.goal;
    this.lossless.checked = query.lossless;
  }

  private change(part: Partial<PanelQuery>, pause: Seconds): void {
    if (this.query === null) return;
    const next = { ...this.query, ...part };
    if (JSON.stringify(next) === JSON.stringify(this.query)) return;
    this.query = next;
    this.onChange(next, pause);
  }

  private typedDevices(): void {
    const text = this.devices.value.trim();
    const devices = Number(text);
    const valid = /^\d+$/.test(text) && devices >= 1 && devices <= LIMITS.devices;
    this.devicesFault.textContent = valid ? '' : `1 to ${LIMITS.devices.toLocaleString('en')}`;
    if (valid) this.change({ devices }, TYPING_PAUSE);
  }

  private goalChoice(): HTMLElement {
    const choice = html('fieldset', { class: 'control goal' }, html('legend', {}, 'Goal'));
    const segments = html('div', { class: 'segments' });
    for (const [goal, name] of GOALS) {
      const radio = html('input', { type: 'radio', name: 'goal', value: goal, id: `goal-${goal}` });
      radio.addEventListener('change', () => this.change({ goal }, 0));
      this.goals.set(goal, radio);
      segments.append(
        html('label', { class: 'segment', for: `goal-${goal}` }, radio, html('span', {}, name)),
      );
    }
    choice.append(segments);
    return choice;
  }
}
