import { availableParallelism } from 'node:os';
import type { Bytes, Seconds } from '../units/quantities';
import { ChildConnection } from './childConnection';
import type {
  Answered,
  Benchmark,
  Generation,
  LoadedModel,
  RunInput,
  RunResult,
  Task,
} from './childProtocol';
import { InferenceError } from './inferenceError';
import type { Sampling } from './tasks/tokenSampler';

/** Most time for each kind of request, unless the caller says otherwise. */
export const TIME_LIMITS: Readonly<Record<Answered, Seconds>> = {
  load: 60,
  run: 30,
  generate: 120,
  bench: 120,
};

/** Most resident memory of a model's process: a small model with all its buffers is far below, a runaway is past it in a second. */
export const MEMORY_LIMIT: Bytes = 2 * 1024 ** 3;

/** How long a request may take to hear that it should stop, before its process is ended. */
export const STOP_GRACE: Seconds = 0.3;

/** A process that is not used for this long gives its memory back. */
export const IDLE_LIMIT: Seconds = 300;

export interface InferenceHostOptions {
  /** The bundled child: `dist/ort-host.js`. */
  childScript: string;
  /** Node's own arguments for the child; for tests that run it from its sources. */
  execArgv?: readonly string[];
  memoryLimit?: Bytes;
  idleLimit?: Seconds;
  /** In place of STOP_GRACE. */
  stopGrace?: Seconds;
  log?: (line: string) => void;
}

export interface LoadOptions {
  /** Left out: found out from the model's inputs and the files beside it. */
  task?: Task;
  /** Left out: all but one of the machine's, at most four; small models gain nothing from more. */
  threads?: number;
  optimisation?: 'disabled' | 'basic' | 'extended' | 'all';
  timeLimit?: Seconds;
}

export interface RunOptions {
  /** How many of the likeliest classes are wanted. */
  classes?: number;
  /** Further runs for timing, at most this many and for at most `repeatSeconds`. */
  repeats?: number;
  repeatSeconds?: Seconds;
  timeLimit?: Seconds;
}

export interface GenerateOptions extends Partial<Sampling> {
  maxTokens?: number;
  timeLimit?: Seconds;
}

export interface BenchOptions {
  warmUp?: number;
  runs?: number;
  timeLimit?: Seconds;
}

/**
 * Runs one model in a process of its own. The process is started when it is first needed; after it was ended (by a limit, a
 * stop, a crash or idleness) the next request starts another and loads the model again. One request at a time: another
 * meanwhile is rejected as `busy`. Every promise rejects with an InferenceError and nothing else, and none stays open
 * past its time limit.
 */
export class InferenceHost {
  #connection: ChildConnection | undefined;
  #model: { path: string; options: LoadOptions } | undefined;
  #loaded: LoadedModel | undefined;
  #busy = false;
  #disposed = false;
  #idle: NodeJS.Timeout | undefined;

  constructor(private readonly options: InferenceHostOptions) {}

  /** The child's process id while there is one; for tests and logs. */
  get pid(): number | undefined {
    return this.#connection?.alive ? this.#connection.pid : undefined;
  }

  /** Loads the model at `path` in place of the one before; says what it takes and gives. */
  load(path: string, options: LoadOptions = {}): Promise<LoadedModel> {
    return this.#exclusively(async () => {
      this.#model = { path, options };
      this.#loaded = undefined;
      return this.#load();
    });
  }

  run(input: RunInput, options: RunOptions = {}): Promise<RunResult> {
    const asked = {
      input,
      classes: options.classes ?? 5,
      repeats: options.repeats ?? 0,
      repeatSeconds: options.repeatSeconds ?? 0.5,
    };
    return this.#exclusively(async () =>
      (await this.#ready()).request('run', asked, options.timeLimit ?? TIME_LIMITS.run),
    );
  }

  /**
   * Continues a prompt. `onToken` gets each new piece of text (which may be empty, where a character is not whole yet) and
   * how many tokens there are. With the same prompt and the same options the text is the same; temperature 0 takes the
   * likeliest token each time, which small models answer by repeating themselves, so the default is 0.7.
   */
  generate(
    prompt: string,
    options: GenerateOptions = {},
    onToken: (text: string, tokens: number) => void = () => undefined,
  ): Promise<Generation> {
    const asked = {
      prompt,
      maxTokens: options.maxTokens ?? 96,
      temperature: options.temperature ?? 0.7,
      topK: options.topK ?? 40,
      seed: options.seed ?? 1,
    };
    return this.#exclusively(async () =>
      (await this.#ready()).request('generate', asked, options.timeLimit ?? TIME_LIMITS.generate, onToken),
    );
  }

  /** Times runs after a warm-up; for a text that is continued, one token each. */
  bench(input: RunInput, options: BenchOptions = {}): Promise<Benchmark> {
    const asked = { input, warmUp: options.warmUp ?? 3, runs: options.runs ?? 50 };
    return this.#exclusively(async () =>
      (await this.#ready()).request('bench', asked, options.timeLimit ?? TIME_LIMITS.bench),
    );
  }

  /**
   * Stops what is running: between two tokens or runs within a millisecond or so, with what there is so far; what does not hear
   * it is ended after 0.3 s and rejects with `stopped`. Resolves when the host can take the next request.
   */
  async stop(): Promise<void> {
    const connection = this.#connection;
    if (!this.#busy || connection === undefined) return;
    connection.askToStop();
    const deadline = performance.now() + (this.options.stopGrace ?? STOP_GRACE) * 1000;
    while (this.#busy && performance.now() < deadline) await pause(5);
    if (!this.#busy) return;
    connection.end(new InferenceError('stopped', 'The run was stopped.'));
    await pause(0);
  }

  /** Ends the process; requests under way and later ones are rejected as `disposed`. */
  dispose(): void {
    this.#disposed = true;
    clearTimeout(this.#idle);
    this.#connection?.end(disposed());
    this.#connection = undefined;
  }

  async #exclusively<T>(work: () => Promise<T>): Promise<T> {
    if (this.#disposed) throw disposed();
    if (this.#busy) throw new InferenceError('busy', 'The model is still busy with the last request.');
    this.#busy = true;
    clearTimeout(this.#idle);
    try {
      return await work();
    } catch (error) {
      if (error instanceof InferenceError) throw error;
      throw new InferenceError('crashed', error instanceof Error ? error.message : String(error));
    } finally {
      this.#busy = false;
      if (!this.#disposed) this.#endWhenIdle();
    }
  }

  #endWhenIdle(): void {
    const seconds = this.options.idleLimit ?? IDLE_LIMIT;
    this.#idle = setTimeout(() => {
      this.#connection?.end(
        new InferenceError('crashed', `The model process was not used for ${seconds} s and was ended.`),
      );
    }, seconds * 1000);
    this.#idle.unref();
  }

  /** A live process with the model in it. */
  async #ready(): Promise<ChildConnection> {
    if (this.#model === undefined) throw new InferenceError('not-loaded', 'No model is loaded.');
    if (!this.#connection?.alive || this.#loaded === undefined) await this.#load();
    return this.#live();
  }

  #live(): ChildConnection {
    if (this.#disposed) throw disposed();
    if (!this.#connection?.alive) {
      this.#loaded = undefined;
      this.#connection = new ChildConnection({
        childScript: this.options.childScript,
        execArgv: this.options.execArgv ?? [],
        memoryLimit: this.options.memoryLimit ?? MEMORY_LIMIT,
        log: this.options.log ?? (() => undefined),
      });
    }
    return this.#connection;
  }

  async #load(): Promise<LoadedModel> {
    if (this.#model === undefined) throw new InferenceError('not-loaded', 'No model is loaded.');
    const { path, options } = this.#model;
    const asked = {
      model: path,
      task: options.task ?? null,
      threads: options.threads ?? Math.max(1, Math.min(4, availableParallelism() - 1)),
      optimisation: options.optimisation ?? 'all',
    };
    this.#loaded = await this.#live().request('load', asked, options.timeLimit ?? TIME_LIMITS.load);
    return this.#loaded;
  }
}

const disposed = (): InferenceError => new InferenceError('disposed', 'The playground was closed.');

const pause = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));
