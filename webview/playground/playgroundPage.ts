import { LIMITS } from '../../src/protocol/limits';
import { parsePlaygroundToPage } from '../../src/protocol/playgroundProtocol';
import type {
  PlaygroundModel,
  PlaygroundToHost,
  PlaygroundToPage,
} from '../../src/protocol/playgroundProtocol';
import { html, linkButton } from '../element';
import type { VsCodeApi } from '../vscodeApi';
import { outputView, timingView } from './outputView';
import { restorePlayground } from './playgroundState';
import { modelFacts } from './timingText';

const MAX_TOKENS = 96;

interface ValueElement extends HTMLElement {
  value: string;
}
interface ButtonElement extends HTMLElement {
  disabled: boolean;
}

/** The playground: one model, one text, one run at a time. */
export class PlaygroundPage {
  private models: readonly PlaygroundModel[] = [];
  private model: PlaygroundModel | undefined;
  private restricted = false;
  private lastId = 0;
  /** The run that is on, if one is. */
  private running: number | null = null;
  private readonly state;
  private readonly post: (message: PlaygroundToHost) => void;

  private readonly notice = html('div', { class: 'notices restricted', role: 'note', hidden: true });
  private readonly choice = html('vscode-dropdown' as 'div', {
    id: 'model',
    'aria-label': 'Model',
  }) as HTMLElement as ValueElement;
  private readonly facts = html('p', { class: 'muted' });
  private readonly text = html('vscode-text-area' as 'div', {
    id: 'text',
    'aria-label': 'Text',
    rows: 4,
    resize: 'vertical',
    maxlength: LIMITS.prompt,
  }) as HTMLElement as ValueElement;
  private readonly run = html('vscode-button' as 'div', { id: 'run' }, 'Run') as HTMLElement as ButtonElement;
  private readonly stop = html(
    'vscode-button' as 'div',
    { id: 'stop', appearance: 'secondary' },
    'Stop',
  ) as HTMLElement as ButtonElement;
  private readonly stage = html('span', { class: 'muted', role: 'status' });
  private readonly failure = html('div', { class: 'failure', role: 'alert', hidden: true });
  private readonly result = html('section', { class: 'result', 'aria-label': 'Output', hidden: true });

  constructor(
    private readonly api: VsCodeApi,
    private readonly body: HTMLElement,
  ) {
    this.state = restorePlayground(api.getState());
    this.post = (message) => api.postMessage(message);
  }

  start(): void {
    this.body.append(
      html(
        'main',
        {},
        html('h1', { class: 'unseen' }, 'Inference Lens: Playground'),
        this.notice,
        html(
          'section',
          {},
          html('h2', {}, 'Model'),
          this.choice,
          this.facts,
          linkButton('Open an .onnx file…', () => this.post({ type: 'openModel' }), { id: 'open-model' }),
        ),
        html(
          'section',
          {},
          html('h2', {}, 'Text'),
          this.text,
          html('div', { class: 'deeds' }, this.run, this.stop, this.stage),
        ),
        this.failure,
        this.result,
      ),
    );
    this.run.addEventListener('click', () => this.startRun());
    this.stop.addEventListener('click', () => this.stopRun());
    this.choice.addEventListener('change', () => this.choose(this.choice.value));
    this.text.addEventListener('input', () => this.remember({ text: this.text.value }));
    this.text.addEventListener('keydown', (event) => {
      if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) this.startRun();
    });
    window.addEventListener('message', (event) => this.receive(event.data));
    this.showRunning();
    this.post({ type: 'ready' });
  }

  private receive(data: unknown): void {
    const parsed = parsePlaygroundToPage(data);
    if (!parsed.ok) {
      console.error(parsed.error);
      if (this.running !== null) this.end('The editor sent something that this page does not understand.');
      return;
    }
    const { message } = parsed;
    if (message.type === 'models') this.listModels(message);
    else if (message.type === 'failed' && message.inReplyTo === null) this.showFailure(message.message);
    else if (message.inReplyTo === this.running) this.follow(message);
  }

  private follow(message: Exclude<PlaygroundToPage, { type: 'models' }>): void {
    switch (message.type) {
      case 'progress':
        this.stage.textContent = message.stage === 'loading' ? 'loading the model …' : 'running …';
        if (message.text !== '')
          this.showOutput(outputView({ kind: 'text', text: message.text, tokens: message.tokens }));
        return;
      case 'result':
        this.end(null);
        this.showOutput(outputView(message.output), timingView(message.timing, message.output));
        return;
      case 'stopped':
        this.end(null);
        this.stage.textContent = 'stopped';
        return;
      case 'failed':
        this.end(message.message);
    }
  }

  private listModels({ models, selected, restricted }: Extract<PlaygroundToPage, { type: 'models' }>): void {
    this.models = models;
    this.restricted = restricted;
    const had = models.find((model) => model.id === this.state.model);
    const chosen =
      (this.model === undefined ? had : undefined) ??
      models.find((model) => model.id === selected) ??
      had ??
      models[0];
    this.choice.replaceChildren(
      ...models.map((model) =>
        html(
          'vscode-option' as 'option',
          { value: model.id, selected: model.id === chosen?.id },
          `${model.name} · ${model.task}`,
        ),
      ),
    );
    if (chosen !== undefined) this.choice.value = chosen.id;
    this.choose(chosen?.id ?? '');
    this.notice.replaceChildren(
      html(
        'p',
        {},
        'This workspace is in restricted mode. A model file is a program, so models run only in workspaces that you trust.',
      ),
      linkButton('Manage workspace trust', () => this.post({ type: 'manageTrust' }), { id: 'manage-trust' }),
    );
    this.notice.hidden = !restricted;
    this.showRunning();
  }

  private choose(id: string): void {
    this.model = this.models.find((model) => model.id === id);
    this.facts.textContent = this.model === undefined ? 'There is no model to run.' : modelFacts(this.model);
    const typed = this.state.model === id ? this.state.text : null;
    this.text.value = typed ?? this.model?.sample ?? '';
    if (this.model !== undefined) this.remember({ model: id, text: typed });
    this.showRunning();
  }

  private startRun(): void {
    if (this.model === undefined || this.restricted || this.running !== null) return;
    this.lastId += 1;
    this.running = this.lastId;
    this.failure.hidden = true;
    this.result.hidden = true;
    this.stage.textContent = 'starting …';
    this.showRunning();
    this.post({
      type: 'run',
      id: this.lastId,
      model: this.model.id,
      text: this.text.value,
      maxTokens: MAX_TOKENS,
    });
  }

  private stopRun(): void {
    if (this.running === null) return;
    this.stage.textContent = 'stopping …';
    this.post({ type: 'stop', id: this.running });
  }

  private end(failure: string | null): void {
    this.running = null;
    this.stage.textContent = '';
    if (failure !== null) this.showFailure(failure);
    this.showRunning();
  }

  private showFailure(text: string): void {
    this.failure.textContent = text;
    this.failure.hidden = false;
  }

  private showOutput(...parts: readonly HTMLElement[]): void {
    this.result.replaceChildren(html('h2', {}, 'Output'), ...parts);
    this.result.hidden = false;
  }

  private showRunning(): void {
    this.run.disabled = this.running !== null || this.restricted || this.model === undefined;
    this.stop.disabled = this.running === null;
    this.body.classList.toggle('running', this.running !== null);
  }

  private remember(change: Partial<{ model: string | null; text: string | null }>): void {
    Object.assign(this.state, change);
    this.api.setState(this.state);
  }
}
