import { spawn, type ChildProcess } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { atExit } from './atExit';

const graceMs = 2_000;

/** A child process and everything it starts, ended together and by process id, whatever way this process ends. */
export class ProcessGroup {
  /** Resolves when the leader has ended. */
  readonly ended: Promise<void>;
  private readonly forget: () => void;

  private constructor(readonly child: ChildProcess) {
    this.ended = new Promise((resolve) => child.once('exit', () => resolve()));
    this.forget = atExit(() => this.signal('SIGKILL'));
  }

  /** Starts a command as the leader of a new process group, its output piped. */
  static start(command: string, args: readonly string[], env: NodeJS.ProcessEnv): ProcessGroup {
    return new ProcessGroup(spawn(command, args, { env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] }));
  }

  /** Asks the group to end and, after a grace time, makes it. Resolves when no member is left, within seconds. */
  async stop(): Promise<void> {
    this.signal('SIGTERM');
    const start = Date.now();
    // Where nobody reaps orphans a dead group still answers, hence the second limit.
    while (this.signal(0) && Date.now() - start < 2 * graceMs) {
      if (Date.now() - start > graceMs) this.signal('SIGKILL');
      await delay(20);
    }
    this.forget();
  }

  /** Sends a signal to every member; false when there is none left. */
  private signal(signal: NodeJS.Signals | 0): boolean {
    if (this.child.pid === undefined) return false;
    try {
      return process.kill(-this.child.pid, signal);
    } catch {
      return false;
    }
  }
}
