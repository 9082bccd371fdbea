import { spawn, type ChildProcess } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { exitCodes } from './environmentError';

const graceMs = 2_000;
const live = new Set<ProcessGroup>();
let guarded = false;

/** A child process and everything it starts, ended together and by process id, whatever way this process ends. */
export class ProcessGroup {
  readonly child: ChildProcess;
  /** Resolves when the leader has ended. */
  readonly ended: Promise<void>;

  private constructor(child: ChildProcess) {
    this.child = child;
    this.ended = new Promise((resolve) => child.once('exit', () => resolve()));
  }

  /** Starts a command as the leader of a new process group, its output piped. */
  static start(command: string, args: readonly string[], env: NodeJS.ProcessEnv): ProcessGroup {
    guardExit();
    const child = spawn(command, args, { env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
    const group = new ProcessGroup(child);
    live.add(group);
    return group;
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
    live.delete(this);
  }

  /** Sends a signal to every member; false when there is none left. */
  signal(signal: NodeJS.Signals | 0): boolean {
    const pid = this.child.pid;
    if (pid === undefined) return false;
    try {
      return process.kill(-pid, signal);
    } catch {
      return false;
    }
  }
}

function guardExit(): void {
  if (guarded) return;
  guarded = true;
  process.on('exit', () => {
    for (const group of live) group.signal('SIGKILL');
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.once(signal, () => process.exit(exitCodes.interrupted));
  }
}
