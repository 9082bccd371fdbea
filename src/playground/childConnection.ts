import { type ChildProcess, fork } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { formatBytes } from '../units/format';
import type { Bytes, Seconds } from '../units/quantities';
import { MEMORY_MARKER } from './child/memoryMarker';
import {
  type Answered,
  type ChildRequest,
  type ChildResults,
  childReply,
  childResults,
} from './childProtocol';
import { InferenceError } from './inferenceError';
import { residentMemory } from './residentMemory';

/** What the child gets of our environment: enough to start, nothing that changes how it runs or that is secret. */
const PASSED_ON = [
  'PATH',
  'HOME',
  'TMPDIR',
  'TEMP',
  'TMP',
  'SystemRoot',
  'LANG',
  'LD_LIBRARY_PATH',
  'DYLD_LIBRARY_PATH',
];

/** How often memory is looked at while a request runs. */
const WATCH_MILLISECONDS = 50;

/** The end of what the child wrote that is kept for an error's detail. */
const KEPT_CHARACTERS = 4_000;

export interface ConnectionOptions {
  childScript: string;
  execArgv: readonly string[];
  memoryLimit: Bytes;
  log: (line: string) => void;
}

type Asked<K extends Answered> = Omit<Extract<ChildRequest, { type: K }>, 'id' | 'type'>;

interface Pending {
  id: number;
  type: Answered;
  resolve: (result: unknown) => void;
  reject: (error: InferenceError) => void;
  onToken: (text: string, tokens: number) => void;
}

/** One child process and at most one request to it. Once dead it stays dead; the host makes another. */
export class ChildConnection {
  readonly #child: ChildProcess;
  readonly #folder: string;
  #pending: Pending | undefined;
  #lastId = 0;
  #cause: InferenceError | undefined;
  #stderr = '';
  #alive = true;

  constructor(private readonly options: ConnectionOptions) {
    // An empty folder: a model's relative paths lead nowhere.
    this.#folder = mkdtempSync(join(tmpdir(), 'inference-lens-'));
    const env: NodeJS.ProcessEnv = { ELECTRON_RUN_AS_NODE: '1' };
    for (const name of PASSED_ON) if (process.env[name] !== undefined) env[name] = process.env[name];
    this.#child = fork(options.childScript, [String(options.memoryLimit)], {
      cwd: this.#folder,
      env,
      execArgv: [...options.execArgv],
      serialization: 'advanced',
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    this.#child.stdout?.resume();
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr = (this.#stderr + text).slice(-KEPT_CHARACTERS);
    });
    this.#child.on('message', (received) => this.#receive(received));
    this.#child.on('error', (error) => this.#ended(`could not be started: ${error.message}`));
    // `close` comes after the pipes are read to their end, so the last words are there.
    this.#child.on('close', (code, signal) =>
      this.#ended(signal === null ? `ended with code ${code}` : `was ended by ${signal}`),
    );
  }

  get alive(): boolean {
    return this.#alive && this.#cause === undefined;
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** Asks and waits; past `limit` the child is ended. Rejects with an InferenceError and nothing else. */
  request<K extends Answered>(
    type: K,
    asked: Asked<K>,
    limit: Seconds,
    onToken: Pending['onToken'] = () => undefined,
  ): Promise<ChildResults[K]> {
    if (!this.alive)
      return Promise.reject(this.#cause ?? new InferenceError('crashed', 'The model process has ended.'));
    if (this.#pending)
      return Promise.reject(new InferenceError('busy', 'The model is still busy with the last request.'));
    const id = (this.#lastId += 1);
    const tooLong = setTimeout(
      () =>
        this.end(
          new InferenceError('time-limit', `The model did not finish within ${limit} s and was ended.`),
        ),
      limit * 1000,
    );
    const watch = setInterval(() => this.#checkMemory(), WATCH_MILLISECONDS);
    return new Promise<ChildResults[K]>((resolve, reject) => {
      const take = (result: unknown): void => {
        const parsed = childResults[type].safeParse(result);
        if (parsed.success) resolve(parsed.data);
        else
          reject(new InferenceError('protocol', 'The model process gave an answer that is not understood.'));
      };
      this.#pending = { id, type, resolve: take, reject, onToken };
      this.#child.send({ id, type, ...asked }, (error) => {
        if (error)
          this.end(new InferenceError('crashed', `The model process cannot be reached: ${error.message}`));
      });
    }).finally(() => {
      clearTimeout(tooLong);
      clearInterval(watch);
    });
  }

  /** Asks the running request to end between two tokens or runs; what is inside a run does not hear it. */
  askToStop(): void {
    if (this.#pending && this.#child.connected)
      this.#child.send({ id: this.#pending.id, type: 'stop' }, () => undefined);
  }

  /** Ends the process at once; a request under way is rejected with `cause`. */
  end(cause: InferenceError): void {
    if (!this.#alive) return;
    this.#cause ??= cause;
    this.#child.kill('SIGKILL');
    // Not left to the process's end: nobody waits longer than they were told.
    this.#pending?.reject(this.#cause);
    this.#pending = undefined;
    this.#removeFolder();
  }

  #removeFolder(): void {
    try {
      rmSync(this.#folder, { recursive: true, force: true });
    } catch {
      // Some systems keep a folder while a process stands in it; the end of the process is the second try.
    }
  }

  #receive(received: unknown): void {
    const parsed = childReply.safeParse(received);
    if (!parsed.success) {
      this.end(new InferenceError('protocol', 'The model process sent a message that is not understood.'));
      return;
    }
    const reply = parsed.data;
    const pending = this.#pending;
    // A late answer to a request that is over is dropped.
    if (pending?.id !== reply.id) return;
    if (reply.type === 'token') {
      pending.onToken(reply.text, reply.tokens);
      return;
    }
    this.#pending = undefined;
    if (reply.type === 'done') pending.resolve(reply.result);
    else pending.reject(new InferenceError(reply.error.code, reply.error.message, this.#stderr.trim()));
  }

  #checkMemory(): void {
    const used = this.#child.pid === undefined ? null : residentMemory(this.#child.pid);
    if (used !== null && used > this.options.memoryLimit) this.end(this.#memoryError());
  }

  #memoryError(): InferenceError {
    const limit = formatBytes(this.options.memoryLimit);
    return new InferenceError(
      'memory-limit',
      `The model took more than the ${limit} it may use and was ended.`,
    );
  }

  #ended(how: string): void {
    if (!this.#alive) return;
    this.#alive = false;
    if (this.#stderr.includes(MEMORY_MARKER)) this.#cause ??= this.#memoryError();
    this.#cause ??= new InferenceError('crashed', `The model process ${how}.`, this.#stderr.trim());
    this.options.log(`model process ${this.#child.pid ?? ''} ${how}`);
    this.#pending?.reject(this.#cause);
    this.#pending = undefined;
    this.#removeFolder();
  }
}
