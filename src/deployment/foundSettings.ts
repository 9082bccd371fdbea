import type { Places, Span } from '../syntax/mappedText';
import type { Deployment, SettingValue, Writing } from './deployment';

/** Settings whose value is a secret: never repeated. */
const SECRETS = new Set(['api_key', 'hf_token', 'token']);

/** Gathers what a reader finds of one deployment, then turns it into plain data with ranges. */
export class FoundSettings {
  private readonly settings = new Map<string, { value: SettingValue; span: Span; valueSpan: Span }>();
  private readonly notes: string[] = [];
  private model: { value: string | null; span: Span } | null = null;
  version: string | null = null;
  /** Devices that the launch is given, by other means than the engine's own settings. */
  devices: number | null = null;

  set(name: string, value: SettingValue, span: Span, valueSpan: Span): void {
    if (SECRETS.has(name)) return;
    this.settings.delete(name);
    this.settings.set(name, { value, span, valueSpan });
  }

  get(name: string): SettingValue | undefined {
    return this.settings.get(name)?.value;
  }

  has(name: string): boolean {
    return this.settings.has(name);
  }

  remove(name: string): void {
    this.settings.delete(name);
  }

  /** Takes a setting out of the list and gives it back. */
  take(name: string): { value: SettingValue; span: Span; valueSpan: Span } | undefined {
    const found = this.settings.get(name);
    this.settings.delete(name);
    return found;
  }

  setModel(value: string | null, span: Span): void {
    this.model = { value, span };
  }

  get hasModel(): boolean {
    return this.model !== null;
  }

  get isEmpty(): boolean {
    return this.settings.size === 0 && this.notes.length === 0 && this.model === null;
  }

  note(name: string, because: string): void {
    const text = `${name}: ${because}`;
    if (!SECRETS.has(name) && !this.notes.includes(text)) this.notes.push(text);
  }

  /** The deployment as plain data. `parallel`: names of the settings whose product is the number of devices. */
  deployment(
    engine: string,
    span: Span,
    lines: Places,
    parallel: readonly string[],
    writing: { form: Writing['form']; at: number } | null,
  ): Deployment {
    const range = (part: Span): Deployment['range'] => lines.range(part.start, part.end - part.start);
    return {
      engine,
      model: this.model?.value ?? null,
      settings: Object.fromEntries(
        [...this.settings].map(([name, found]) => [
          name,
          { value: found.value, range: range(found.span), valueRange: range(found.valueSpan) },
        ]),
      ),
      hardware: { id: null, devices: this.devices ?? this.product(parallel) },
      range: range(span),
      unresolved: [...this.notes],
      ...(this.model === null ? {} : { modelRange: range(this.model.span) }),
      ...(this.version === null ? {} : { version: this.version }),
      ...(writing === null ? {} : { writing: { form: writing.form, insertAt: lines.position(writing.at) } }),
    };
  }

  private product(names: readonly string[]): number | null {
    let product: number | null = null;
    for (const name of names) {
      const value = this.settings.get(name)?.value;
      if (typeof value === 'number' && Number.isInteger(value) && value > 0) product = (product ?? 1) * value;
      else if (this.notes.some((note) => note.startsWith(`${name}: `)) && value === undefined) return null;
    }
    return product;
  }
}
