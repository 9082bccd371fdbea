import type { Seconds } from '../units/quantities';

/** How a request ended: answered, withdrawn by the one who asked, or not answered in time. */
export type Outcome<Reply> = { kind: 'reply'; reply: Reply } | { kind: 'cancelled' } | { kind: 'timed-out' };

export interface Timers {
  start(callback: () => void, seconds: Seconds): unknown;
  stop(timer: unknown): void;
}

const REAL_TIMERS: Timers = {
  start: (callback, seconds) => setTimeout(callback, seconds * 1000),
  stop: (timer) => clearTimeout(timer as ReturnType<typeof setTimeout>),
};

interface Open<Reply> {
  settle(outcome: Outcome<Reply>): void;
  limit: Seconds;
  timer: unknown;
}

/** Requests that wait for their answer: each has an id, a time limit and exactly one outcome. */
export class PendingRequests<Reply> {
  private readonly open = new Map<number, Open<Reply>>();
  private lastId = 0;

  constructor(private readonly timers: Timers = REAL_TIMERS) {}

  /** A new id, and the promise of what comes of it. The promise never rejects. */
  start(limit: Seconds): { id: number; outcome: Promise<Outcome<Reply>> } {
    this.lastId += 1;
    const id = this.lastId;
    const outcome = new Promise<Outcome<Reply>>((settle) => {
      this.open.set(id, {
        settle,
        limit,
        timer: this.timers.start(() => this.end(id, { kind: 'timed-out' }), limit),
      });
    });
    return { id, outcome };
  }

  /** The other side is still at work: the time limit starts anew. False where nobody waits for that id any more. */
  keepWaiting(id: number): boolean {
    const request = this.open.get(id);
    if (request === undefined) return false;
    this.timers.stop(request.timer);
    request.timer = this.timers.start(() => this.end(id, { kind: 'timed-out' }), request.limit);
    return true;
  }

  /** The answer came. False where nobody waits for that id any more: it was withdrawn, or is late, or is made up. */
  settle(id: number, reply: Reply): boolean {
    return this.end(id, { kind: 'reply', reply });
  }

  /** False where nobody waits for that id any more. */
  cancel(id: number): boolean {
    return this.end(id, { kind: 'cancelled' });
  }

  private end(id: number, outcome: Outcome<Reply>): boolean {
    const request = this.open.get(id);
    if (request === undefined) return false;
    this.open.delete(id);
    this.timers.stop(request.timer);
    request.settle(outcome);
    return true;
  }
}
