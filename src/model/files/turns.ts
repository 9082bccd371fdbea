/** Work that goes on for longer keeps the editor's other extensions waiting; half of what a person notices. */
const TURN_MILLISECONDS = 20;

/** Long work in turns: between two of them others run, and the work ends where nobody waits for it any more. */
export class Turns {
  private since = performance.now();

  constructor(private readonly signal?: AbortSignal) {}

  /** To be awaited between small pieces. Throws the signal's reason once the work is no longer wanted. */
  async next(): Promise<void> {
    this.signal?.throwIfAborted();
    if (performance.now() - this.since < TURN_MILLISECONDS) return;
    // Promises alone do not let go: only a timer or an immediate gives the event loop its turn.
    await new Promise((resolve) => setImmediate(resolve));
    this.signal?.throwIfAborted();
    this.since = performance.now();
  }
}
