import { parsePanelToPage } from '../../src/protocol/panelProtocol';
import type { AdviceMessage, PanelQuery, PanelToHost, PanelToPage } from '../../src/protocol/panelProtocol';
import { PendingRequests } from '../../src/protocol/pendingRequests';
import type { Seconds } from '../../src/units/quantities';

/** Long enough for a cold start of everything, short enough that nobody stares at a dead page. */
const ADVICE_LIMIT: Seconds = 20;
/** Deeds may ask the person something (which device, which file). */
const DEED_LIMIT: Seconds = 600;

type Answer = Extract<PanelToPage, { type: 'advice' | 'failed' | 'done' }>;
/** What the page can ask the host to do, the id left to be filled in. */
export type Deed =
  | { type: 'copy'; text: string }
  | { type: 'apply'; techniques: readonly string[]; settings: readonly { engine: string; setting: string }[] }
  | { type: 'openPaper'; paper: string }
  | { type: 'changeHardware' }
  | { type: 'explain'; techniques: readonly string[] };

export interface ConversationListener {
  advised(message: AdviceMessage): void;
  /** There is no advice; `message` is for the person. */
  failed(message: string): void;
  /** Whether a question is open, and what the host says it is doing. */
  waiting(yes: boolean, doing: string): void;
}

/**
 * The page's half of the protocol. One question is open at a time: a new one withdraws the one before, and answers to
 * withdrawn questions are dropped wherever they come from.
 */
export class Conversation {
  private readonly pending = new PendingRequests<Answer>();
  private asked: number | null = null;
  private delayed: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly post: (message: PanelToHost) => void,
    private readonly listener: ConversationListener,
  ) {}

  /** Tells the host that the page stands, with the question it showed before. */
  begin(query: PanelQuery | null): void {
    this.open((id) => ({ type: 'ready', id, query }));
  }

  /** Puts a question after a pause in which no other comes. */
  ask(query: PanelQuery, pause: Seconds): void {
    this.withdraw();
    this.listener.waiting(true, '');
    this.delayed = setTimeout(() => this.open((id) => ({ type: 'change', id, query })), pause * 1000);
  }

  /** Asks for a deed; null when it is done, else why not, for the person. */
  async request(deed: Deed): Promise<string | null> {
    const { id, outcome } = this.pending.start(DEED_LIMIT);
    this.post({ ...deed, id });
    const result = await outcome;
    if (result.kind === 'timed-out') return 'The editor did not answer.';
    return result.kind === 'reply' && result.reply.type === 'failed' ? result.reply.message : null;
  }

  /** Takes what arrives from the host, whatever it is. */
  receive(data: unknown): void {
    const parsed = parsePanelToPage(data);
    if (!parsed.ok) {
      console.error(parsed.error);
      if (this.asked === null) return;
      this.withdraw();
      this.listener.failed('The editor sent something that this page does not understand.');
      return;
    }
    const { message } = parsed;
    if (message.type === 'busy') {
      if (message.inReplyTo === null || this.pending.keepWaiting(message.inReplyTo)) {
        this.listener.waiting(this.asked !== null, message.message);
      }
      return;
    }
    if (message.inReplyTo !== null) {
      this.pending.settle(message.inReplyTo, message);
      return;
    }
    if (this.asked !== null || this.delayed !== undefined) return;
    if (message.type === 'advice') this.listener.advised(message);
    else if (message.type === 'failed') this.listener.failed(message.message);
  }

  private open(message: (id: number) => PanelToHost): void {
    this.withdraw();
    const { id, outcome } = this.pending.start(ADVICE_LIMIT);
    this.asked = id;
    this.listener.waiting(true, '');
    this.post(message(id));
    void outcome.then((result) => {
      if (result.kind === 'cancelled') return;
      this.asked = null;
      this.listener.waiting(false, '');
      if (result.kind === 'timed-out')
        this.listener.failed(`The editor did not answer within ${ADVICE_LIMIT} s.`);
      else if (result.reply.type === 'advice') this.listener.advised(result.reply);
      else if (result.reply.type === 'failed') this.listener.failed(result.reply.message);
    });
  }

  private withdraw(): void {
    clearTimeout(this.delayed);
    this.delayed = undefined;
    if (this.asked === null) return;
    this.post({ type: 'cancel', request: this.asked });
    this.pending.cancel(this.asked);
    this.asked = null;
    this.listener.waiting(false, '');
  }
}
