import { parseWeightsToPage } from '../../src/protocol/weightsProtocol';
import type {
  VerdictMessage,
  WeightsMessage,
  WeightsToHost,
  WeightsToPage,
} from '../../src/protocol/weightsProtocol';
import { PendingRequests } from '../../src/protocol/pendingRequests';
import { formatCount, formatInteger } from '../../src/units/format';
import type { Seconds } from '../../src/units/quantities';
import { html } from '../element';
import { memoryBar } from '../panel/memoryBar';
import type { TableState } from '../panel/tableToggle';
import type { VsCodeApi } from '../vscodeApi';
import { fileHeader } from './fileHeader';
import { metadataTable } from './metadataTable';
import { hueOfPart, partName } from './partName';
import { shareBar } from './shareBar';
import { tensorFrom, type Tensor } from './tensor';
import type { Sum } from './tensorLines';
import { sizeInWords, TensorTable } from './tensorTable';
import { Toolbar } from './toolbar';
import { verdictView } from './verdictView';
import { EMPTY_STATE, restoreState, stateToSave, type WeightsState } from './weightsState';

const SAVE_PAUSE: Seconds = 0.25;
/** A header of a hundred megabytes takes seconds. */
const READING_LIMIT: Seconds = 60;
/** Deeds may ask the person which device. */
const DEED_LIMIT: Seconds = 600;

type Answer = Extract<WeightsToPage, { inReplyTo: number | null }>;

/** The page of a weights file: what the model is, what it weighs and costs, and every tensor. */
export class WeightsPage {
  private state: WeightsState = EMPTY_STATE;
  private readonly pending = new PendingRequests<Answer>();
  private subject: WeightsMessage | null = null;
  private verdict: VerdictMessage | null = null;
  private arrived: Tensor[] = [];

  private readonly head = html('div', { class: 'head' });
  private readonly failure = html('div', { class: 'failure', role: 'alert', hidden: true });
  private readonly judged = html('div', { class: 'judged' });
  private readonly charts = html('div', { class: 'charts' });
  private readonly notes = html('div', { class: 'notes' });
  private readonly header = html('div', { class: 'file-header' });
  private readonly content = html('main', { hidden: true });
  private readonly toolbar = new Toolbar({
    filter: (filter) => this.look({ filter }),
    byLayer: (byLayer) => this.look({ byLayer }),
    foldAll: (yes) => this.look({ folded: yes ? this.table.stacks() : [] }),
  });
  private readonly table = new TensorTable({
    changed: (view) => this.look(view),
    summed: (sum) => this.summed(sum),
  });
  private saving: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly api: VsCodeApi,
    private readonly body: HTMLElement,
  ) {}

  start(): void {
    this.state = restoreState(this.api.getState());
    this.toolbar.show(this.state);
    this.content.append(
      this.judged,
      this.notes,
      this.charts,
      this.header,
      html(
        'section',
        { class: 'tensor-section', 'aria-label': 'Tensors' },
        this.toolbar.element,
        this.table.element,
      ),
    );
    this.body.append(this.head, this.failure, this.content);
    window.addEventListener('message', (event) => this.receive(event.data));
    window.addEventListener('scroll', () => this.remember({ scroll: window.scrollY }), { passive: true });
    window.addEventListener('keydown', (event) => {
      if ((event.ctrlKey || event.metaKey) && event.key === 'f') this.toolbar.focus();
    });
    document.addEventListener('visibilitychange', () => {
      if (document.visibilityState === 'hidden') this.save();
    });
    // The heading of the table stands below the toolbar, however many lines that takes.
    new ResizeObserver(() => {
      const { height } = this.toolbar.element.getBoundingClientRect();
      document.documentElement.style.setProperty('--toolbar-height', `${height}px`);
      this.table.moved();
    }).observe(this.toolbar.element);
    new ResizeObserver(() => this.table.moved()).observe(this.charts);
    void this.begin();
  }

  private async begin(): Promise<void> {
    const { id, outcome } = this.pending.start(READING_LIMIT);
    this.post({ type: 'ready', id });
    const result = await outcome;
    if (result.kind === 'timed-out') this.failed(`The editor did not answer within ${READING_LIMIT} s.`);
  }

  private async perform(type: 'recommend' | 'changeHardware' | 'explain'): Promise<void> {
    const { id, outcome } = this.pending.start(DEED_LIMIT);
    this.post({ type, id });
    await outcome;
  }

  private receive(data: unknown): void {
    const parsed = parseWeightsToPage(data);
    if (!parsed.ok) {
      console.error(parsed.error);
      if (this.subject === null) this.failed('The editor sent something that this page does not understand.');
      return;
    }
    const { message } = parsed;
    switch (message.type) {
      case 'weights':
        this.settle(message);
        this.told(message);
        return;
      case 'tensors':
        this.take(message);
        return;
      case 'verdict':
        if (message.reading === this.subject?.reading) this.judge(message, this.subject.format);
        return;
      case 'failed':
        this.settle(message);
        this.failed(message.message);
        return;
      case 'done':
        this.settle(message);
    }
  }

  private settle(message: Answer): void {
    if (message.inReplyTo !== null) this.pending.settle(message.inReplyTo, message);
  }

  private told(message: WeightsMessage): void {
    this.failure.hidden = true;
    this.content.hidden = false;
    this.subject = message;
    this.arrived = [];
    this.head.replaceChildren(
      fileHeader(message, {
        recommend: () => void this.perform('recommend'),
        changeHardware: () => void this.perform('changeHardware'),
        explain: () => void this.perform('explain'),
      }),
    );
    const notes = html('ul', { class: 'notices', 'aria-label': 'Notes' });
    for (const note of message.notes) notes.append(html('li', {}, note));
    this.notes.replaceChildren(...(message.notes.length > 0 ? [notes] : []));
    this.header.replaceChildren(...metadataTable(message.metadata, this.tables));
    this.drawCharts();
    if (message.tensors === 0) this.showTensors();
    else this.toolbar.say(`Reading ${formatInteger(message.tensors)} tensors`);
  }

  private take({ reading, first, rows }: Extract<WeightsToPage, { type: 'tensors' }>): void {
    const subject = this.subject;
    if (subject?.reading !== reading || first !== this.arrived.length) return;
    for (const row of rows) this.arrived.push(tensorFrom(row));
    // The first piece is shown at once, the whole when it is there: ordering every piece anew would cost more than waiting.
    if (first === 0 || this.arrived.length >= subject.tensors) this.showTensors();
    if (this.arrived.length < subject.tensors)
      this.toolbar.say(
        `Reading ${formatInteger(this.arrived.length)} of ${formatInteger(subject.tensors)} tensors`,
      );
  }

  private showTensors(): void {
    this.table.show([...this.arrived], this.state);
    if (this.state.scroll > 0 && this.arrived.length >= (this.subject?.tensors ?? 0)) {
      window.scrollTo(0, this.state.scroll);
    }
    // For tests: that all of it is on the screen.
    requestAnimationFrame(() => {
      this.body.dataset['tensors'] = String(this.arrived.length);
    });
  }

  private judge(message: VerdictMessage, format: WeightsMessage['format']): void {
    this.verdict = message;
    this.judged.replaceChildren(verdictView(message, format));
    this.drawCharts();
  }

  private drawCharts(): void {
    const { subject, verdict } = this;
    if (subject === null) return;
    const focused = document.activeElement?.getAttribute('data-focus');
    const estimated = verdict?.verdict ?? null;
    this.charts.replaceChildren(
      shareBar(
        {
          key: 'part',
          title: 'Weights by part',
          shares: subject.parts,
          nameOf: ({ name }) => partName(name),
          hueOf: ({ name }) => hueOfPart(name),
          choose: ({ name }) => this.ask(`part:${partName(name)}`),
        },
        this.tables,
      ),
      shareBar(
        {
          key: 'type',
          title: 'Weights by format',
          shares: subject.types,
          nameOf: ({ name }) => name,
          hueOf: (_, index) => `hue-${Math.min(index, 6)}`,
          choose: ({ name }) => this.ask(`type:${name}`),
        },
        this.tables,
      ),
      ...(estimated === null ? [] : [memoryBar(estimated.estimate, estimated.devices, null, this.tables)]),
    );
    if (focused !== null && focused !== undefined)
      this.charts
        .querySelector<HTMLElement>(`[data-focus="${CSS.escape(focused)}"]`)
        ?.focus({ preventScroll: true });
  }

  private readonly tables: TableState = {
    isOpen: (name) => this.state.tables.includes(name),
    toggle: (name, open) => {
      const others = this.state.tables.filter((each) => each !== name);
      this.remember({ tables: open ? [...others, name] : others });
    },
  };

  /** Puts a question into the filter and goes where its answer is. */
  private ask(filter: string): void {
    this.look({ filter });
    this.toolbar.show(this.state);
    this.toolbar.focus();
    this.toolbar.element.scrollIntoView({ block: 'start' });
  }

  private look(view: Partial<WeightsState>): void {
    this.remember(view);
    this.toolbar.show(this.state);
    this.table.show(this.ordered(), this.state);
  }

  private shownTensors: readonly Tensor[] = [];

  /** The same list as long as nothing has arrived, so that the table need not order it again. */
  private ordered(): readonly Tensor[] {
    if (this.shownTensors.length !== this.arrived.length) this.shownTensors = [...this.arrived];
    return this.shownTensors;
  }

  private summed(sum: Sum): void {
    const all = this.arrived.length;
    const tensors =
      sum.tensors === all
        ? `${formatInteger(all)} ${all === 1 ? 'tensor' : 'tensors'}`
        : `${formatInteger(sum.tensors)} of ${formatInteger(all)} tensors`;
    this.toolbar.say(`${tensors} · ${formatCount(sum.elements)} elements · ${sizeInWords(sum)}`);
  }

  private failed(message: string): void {
    this.failure.replaceChildren(html('p', {}, message));
    this.failure.hidden = false;
    if (this.subject === null) this.content.hidden = true;
  }

  private post(message: WeightsToHost): void {
    this.api.postMessage(message);
  }

  private remember(change: Partial<WeightsState>): void {
    this.state = { ...this.state, ...change };
    clearTimeout(this.saving);
    this.saving = setTimeout(() => this.save(), SAVE_PAUSE * 1000);
  }

  private save(): void {
    clearTimeout(this.saving);
    this.api.setState(stateToSave(this.state));
  }
}
