import assert from 'node:assert/strict';
import { PendingRequests } from '../../../src/protocol/pendingRequests';
import type { Timers } from '../../../src/protocol/pendingRequests';

/** Time that passes when the test says so. */
class HandWoundTimers implements Timers {
  private now = 0;
  private readonly due = new Map<number, { at: number; callback: () => void }>();
  private last = 0;

  start(callback: () => void, seconds: number): number {
    this.last += 1;
    this.due.set(this.last, { at: this.now + seconds, callback });
    return this.last;
  }

  stop(timer: unknown): void {
    this.due.delete(timer as number);
  }

  pass(seconds: number): void {
    this.now += seconds;
    for (const [id, entry] of [...this.due]) {
      if (entry.at > this.now) continue;
      this.due.delete(id);
      entry.callback();
    }
  }

  get running(): number {
    return this.due.size;
  }
}

describe('PendingRequests', () => {
  let timers: HandWoundTimers;
  let pending: PendingRequests<string>;
  beforeEach(() => {
    timers = new HandWoundTimers();
    pending = new PendingRequests(timers);
  });

  it('gives each request an id of its own and its own answer, in any order', async () => {
    const first = pending.start(10);
    const second = pending.start(10);
    assert.notEqual(first.id, second.id);
    assert.ok(pending.settle(second.id, 'b'));
    assert.ok(pending.settle(first.id, 'a'));
    assert.deepEqual(await Promise.all([first.outcome, second.outcome]), [
      { kind: 'reply', reply: 'a' },
      { kind: 'reply', reply: 'b' },
    ]);
    assert.equal(timers.running, 0);
  });

  it('ends a request that is not answered in time, and takes no late answer', async () => {
    const { id, outcome } = pending.start(10);
    timers.pass(10);
    assert.deepEqual(await outcome, { kind: 'timed-out' });
    assert.equal(pending.settle(id, 'late'), false);
  });

  it('waits on while the other side says that it is at work', async () => {
    const { id, outcome } = pending.start(10);
    timers.pass(9);
    assert.ok(pending.keepWaiting(id));
    timers.pass(9);
    assert.ok(pending.settle(id, 'at last'));
    assert.deepEqual(await outcome, { kind: 'reply', reply: 'at last' });
  });

  it('withdraws a request, whose answer is then ignored', async () => {
    const { id, outcome } = pending.start(10);
    assert.ok(pending.cancel(id));
    assert.equal(pending.settle(id, 'unwanted'), false);
    assert.equal(pending.keepWaiting(id), false);
    assert.deepEqual(await outcome, { kind: 'cancelled' });
    assert.equal(timers.running, 0);
  });

  it('takes no answer to what was never asked', () => {
    assert.equal(pending.settle(7, 'made up'), false);
  });
});
