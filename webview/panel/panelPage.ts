import type { AdviceMessage, PanelQuery, PanelToHost } from '../../src/protocol/panelProtocol';
import type { Seconds } from '../../src/units/quantities';
import { html } from '../element';
import type { VsCodeApi } from '../vscodeApi';
import { Controls } from './controls';
import { Conversation } from './conversation';
import type { Deed } from './conversation';
import { figureCards } from './figureCards';
import { header } from './header';
import { memoryBar } from './memoryBar';
import { notices, provenance } from './notices';
import { EMPTY_STATE, restoreState, stateToSave } from './panelState';
import type { PanelState } from './panelState';
import { recommendationList } from './recommendationList';
import { recommendationKey } from './recommendationText';
import { rejectedList } from './rejectedList';
import { rooflinePlot } from './rooflinePlot';

const SAVE_PAUSE: Seconds = 0.25;
const CONFIRMATION: Seconds = 1.6;

/** The panel: asks the host, shows what it answers, remembers what was open. */
export class PanelPage {
  private state: PanelState = EMPTY_STATE;
  private readonly conversation: Conversation;
  private readonly controls = new Controls((query, pause) => this.ask(query, pause));
  private readonly head = html('div', { class: 'head' });
  private readonly content = html('main');
  private readonly failure = html('div', { class: 'failure', role: 'alert', hidden: true });
  private readonly doing = html('span', { class: 'doing' });
  private readonly spoken = html('div', { class: 'unseen', role: 'status' });
  private saving: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly api: VsCodeApi,
    private readonly body: HTMLElement,
  ) {
    this.conversation = new Conversation((message: PanelToHost) => api.postMessage(message), {
      advised: (message) => this.advised(message),
      failed: (message) => this.failed(message),
      waiting: (yes, doing) => this.waiting(yes, doing),
    });
  }

  start(): void {
    this.state = restoreState(this.api.getState());
    this.controls.element.hidden = true;
    const working = html(
      'div',
      { class: 'working', 'aria-hidden': 'true' },
      html('vscode-progress-ring' as 'div', { class: 'ring' }),
      this.doing,
    );
    this.body.append(this.head, this.controls.element, this.failure, this.content, working, this.spoken);
    window.addEventListener('message', (event) => this.conversation.receive(event.data));
    window.addEventListener('scroll', () => this.remember({ scroll: window.scrollY }), { passive: true });
    document.addEventListener('visibilitychange', () => {
      if (document.visibilityState === 'hidden') this.save();
    });
    if (this.state.last !== null) {
      this.controls.show(this.state.last);
      this.render();
      window.scrollTo(0, this.state.scroll);
    }
    this.conversation.begin(this.state.query);
  }

  private ask(query: PanelQuery, pause: Seconds): void {
    this.remember({ query });
    this.conversation.ask(query, pause);
  }

  private advised(message: AdviceMessage): void {
    this.failure.hidden = true;
    this.remember({ query: message.query, last: message, document: message.subject.document ?? null });
    this.controls.show(message);
    this.render();
    // For `npm run bench`: when advice was on the screen, and that there is another.
    requestAnimationFrame(() => {
      performance.mark('advice-painted');
      this.body.dataset['painted'] = String(performance.now());
    });
  }

  private failed(text: string): void {
    const retry = html(
      'vscode-button' as 'div',
      { appearance: 'secondary', 'data-focus': 'retry' },
      'Try again',
    );
    retry.addEventListener('click', () => {
      this.failure.hidden = true;
      if (this.state.query === null) this.conversation.begin(null);
      else this.conversation.ask(this.state.query, 0);
    });
    this.failure.replaceChildren(html('p', {}, text), retry);
    this.failure.hidden = false;
  }

  private waiting(yes: boolean, doing: string): void {
    this.body.classList.toggle('waiting', yes);
    this.content.setAttribute('aria-busy', yes ? 'true' : 'false');
    this.doing.textContent = doing;
  }

  /** Draws everything below the controls anew; the focus stays on what it was on. */
  private render(): void {
    const message = this.state.last;
    if (message === null) return;
    const focused = document.activeElement?.getAttribute('data-focus');
    const { advice } = message;
    const opened = advice.recommendations.find((each) => recommendationKey(each) === this.state.opened);
    const shown = opened ?? advice.recommendations[0];
    const after = shown === undefined ? null : { title: shown.title, estimate: shown.estimate };
    const tables = {
      isOpen: (name: string) => this.state.tables.includes(name),
      toggle: (name: string, open: boolean) => {
        const others = this.state.tables.filter((each) => each !== name);
        this.remember({ tables: open ? [...others, name] : others });
      },
    };
    const perform = (deed: Deed, button: HTMLElement | null, done: string) =>
      void this.perform(deed, button, done);

    this.head.replaceChildren(
      header(message.subject, {
        explain: () => perform({ type: 'explain', techniques: [] }, null, ''),
        changeHardware: () => perform({ type: 'changeHardware' }, null, ''),
      }),
    );
    this.controls.element.hidden = false;
    const notes = notices(advice);
    const rejected = rejectedList(message, this.state.allRejected, (yes) => {
      this.remember({ allRejected: yes });
      this.render();
    });
    this.content.replaceChildren(
      figureCards(advice, message.choices.longest),
      ...(notes === null ? [] : [notes]),
      html(
        'div',
        { class: 'columns' },
        html(
          'div',
          { class: 'advice' },
          recommendationList(
            message,
            this.state.opened,
            {
              perform,
              toggle: (key) => {
                this.remember({ opened: this.state.opened === key ? null : key });
                this.render();
              },
            },
            tables,
          ),
          rejected,
        ),
        html(
          'div',
          { class: 'charts' },
          memoryBar(advice.baseline, advice.scenario.devices, after, tables),
          rooflinePlot(
            { estimate: advice.baseline, weights: advice.scenario.weights, roofs: message.roofs, after },
            tables,
          ),
        ),
      ),
      provenance(advice),
    );
    if (focused !== null && focused !== undefined) {
      this.body
        .querySelector<HTMLElement>(`[data-focus="${CSS.escape(focused)}"]`)
        ?.focus({ preventScroll: true });
    }
  }

  private async perform(deed: Deed, button: HTMLElement | null, done: string): Promise<void> {
    const failure = await this.conversation.request(deed);
    if (failure !== null) {
      this.spoken.textContent = failure;
      if (button === null) this.failed(failure);
      else this.flash(button, failure);
    } else if (done !== '') {
      this.spoken.textContent = done;
      if (button !== null) this.flash(button, done);
    }
  }

  /** Says at the button how it went, for a moment. */
  private flash(button: HTMLElement, text: string): void {
    const before = button.textContent;
    if (before === text) return;
    button.textContent = text;
    setTimeout(() => {
      button.textContent = before;
      this.spoken.textContent = '';
    }, CONFIRMATION * 1000);
  }

  private remember(change: Partial<PanelState>): void {
    this.state = { ...this.state, ...change };
    clearTimeout(this.saving);
    this.saving = setTimeout(() => this.save(), SAVE_PAUSE * 1000);
  }

  private save(): void {
    clearTimeout(this.saving);
    this.api.setState(stateToSave(this.state));
  }
}
