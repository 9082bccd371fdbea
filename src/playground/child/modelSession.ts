import { readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type * as ort from 'onnxruntime-node';
import * as z from 'zod/mini';
import type { Bytes, Seconds } from '../../units/quantities';
import type {
  Benchmark,
  ChildRequest,
  Generation,
  InputFill,
  LoadedModel,
  RunInput,
  RunResult,
  Task,
  TensorShape,
} from '../childProtocol';
import { percentiles } from '../percentiles';
import { MIN_CHARACTERS, languageIds } from '../tasks/languageGuess';
import { generateText } from '../tasks/textGeneration';
import { likeliest } from '../tasks/tokenSampler';
import { InputError, feedFor, shapesOf } from './feeds';
import { fillsFromText } from './fillsFromText';
import { SessionTokenModel, isTokenModel } from './sessionTokenModel';
import { summariseAll, topClasses } from './summarise';
import { type LanguageFiles, readLanguageFiles } from './tokenText';

type Runtime = typeof ort;
type Request<T extends ChildRequest['type']> = Extract<ChildRequest, { type: T }>;

/** Asked between runs and between tokens. */
export type Stopped = () => boolean;

const labelTable = z.array(z.object({ name: z.string() })).check(z.maxLength(10_000));

const now = (): Seconds => performance.now() / 1000;

/** Most resident memory of this process so far; Node gives kilobytes on every system. */
const memory = (): Bytes => process.resourceUsage().maxRSS * 1024;

/** One loaded model and what surrounds it. Everything that leaves here is small and plain. */
export class ModelSession {
  readonly #language: LanguageFiles | null;
  readonly #labels: readonly string[];

  private constructor(
    private readonly runtime: Runtime,
    private readonly session: ort.InferenceSession,
    private readonly loaded: LoadedModel,
    folder: string,
  ) {
    this.#language = loaded.task === 'text-generation' ? readLanguageFiles(folder) : null;
    this.#labels =
      loaded.task === 'language-guess'
        ? labelTable
            .parse(JSON.parse(readFileSync(join(folder, 'labels.json'), 'utf8')))
            .map((label) => label.name)
        : [];
    loaded.context = this.#language?.context ?? null;
  }

  /** Loads by path, so that external data is looked for beside the model and nowhere else. */
  static async load(runtime: Runtime, request: Request<'load'>): Promise<ModelSession> {
    const file = statSync(request.model);
    // Devices and pipes have no end.
    if (!file.isFile()) throw new InputError(`${request.model} is not a file.`);
    const start = now();
    const session = await runtime.InferenceSession.create(request.model, {
      executionProviders: ['cpu'],
      intraOpNumThreads: request.threads,
      interOpNumThreads: 1,
      graphOptimizationLevel: request.optimisation,
      logSeverityLevel: 4,
    });
    const seconds = now() - start;
    const inputs = shapesOf(session.inputMetadata);
    const outputs = shapesOf(session.outputMetadata);
    const folder = dirname(request.model);
    const task = request.task ?? guessTask(folder, inputs, outputs);
    const facts = {
      task,
      inputs,
      outputs,
      bytes: file.size,
      seconds,
      threads: request.threads,
      context: null,
    };
    return new ModelSession(runtime, session, facts, folder);
  }

  get facts(): LoadedModel {
    return this.loaded;
  }

  async run(request: Request<'run'>, stopped: Stopped): Promise<RunResult> {
    const feeds = this.#feeds(request.input);
    let start = now();
    const results = await this.session.run(feeds);
    const first = now() - start;
    const samples: Seconds[] = [];
    const end = now() + request.repeatSeconds;
    while (samples.length < request.repeats && now() < end && !stopped()) {
      start = now();
      await this.session.run(feeds);
      samples.push(now() - start);
    }
    const probabilities = this.loaded.task === 'language-guess' ? results['probabilities']?.data : undefined;
    return {
      outputs: summariseAll(results),
      classes:
        probabilities instanceof Float32Array
          ? topClasses(probabilities, this.#labels, request.classes)
          : null,
      timing: { first, latency: samples.length > 0 ? percentiles(samples) : null, runs: samples.length },
      memory: memory(),
    };
  }

  async generate(
    request: Request<'generate'>,
    onToken: (text: string, tokens: number) => void,
    stopped: Stopped,
  ): Promise<Generation> {
    const language = this.#needLanguage();
    const model = new SessionTokenModel(this.session, this.runtime.Tensor, this.loaded.inputs);
    const { context, endToken, text } = language;
    const settings = { context, endToken, onToken, stopped, now };
    return { ...(await generateText(model, text, request, settings)), memory: memory() };
  }

  /** Times whole runs; for a language model one token of a continuation, each after the ones before it. */
  async bench(request: Request<'bench'>, stopped: Stopped): Promise<Benchmark> {
    const generates = this.loaded.task === 'text-generation' && request.input.kind === 'text';
    const step = generates ? this.#tokenStep(request.input) : this.#runStep(request.input);
    for (let index = 0; index < request.warmUp && !stopped(); index += 1) await step();
    const samples: Seconds[] = [];
    // One run at least, however early it is stopped: there is always something to tell.
    do samples.push(await step());
    while (samples.length < request.runs && !stopped());
    return {
      unit: generates ? 'token' : 'run',
      latency: percentiles(samples),
      mean: samples.reduce((sum, sample) => sum + sample, 0) / samples.length,
      runs: samples.length,
      warmUp: request.warmUp,
      stopped: samples.length < request.runs,
      inputs: this.loaded.inputs,
      threads: this.loaded.threads,
      memory: memory(),
    };
  }

  async release(): Promise<void> {
    await this.session.release();
  }

  #runStep(input: RunInput): () => Promise<Seconds> {
    const feeds = this.#feeds(input);
    return async () => {
      const start = now();
      await this.session.run(feeds);
      return now() - start;
    };
  }

  /** Continues the prompt greedily, and starts over when the context is full; the prompt itself is not timed. */
  #tokenStep(input: RunInput): () => Promise<Seconds> {
    const { text, context, endToken } = this.#needLanguage();
    const prompt = text.encode(input.kind === 'text' ? input.text : '');
    if (prompt.length === 0 && endToken !== null) prompt.push(endToken);
    const most = context ?? prompt.length + 256;
    if (prompt.length === 0 || prompt.length + 2 > most) {
      throw new InputError(
        `The prompt has ${prompt.length} tokens; this model takes ${most}, continuation included.`,
      );
    }
    let model: SessionTokenModel | undefined;
    let length = 0;
    let token = 0;
    return async () => {
      if (model === undefined || length >= most) {
        model = new SessionTokenModel(this.session, this.runtime.Tensor, this.loaded.inputs);
        token = Math.max(0, likeliest(await model.next(prompt)));
        length = prompt.length;
      }
      const start = now();
      token = Math.max(0, likeliest(await model.next([token])));
      length += 1;
      return now() - start;
    };
  }

  #feeds(input: RunInput): Record<string, ort.Tensor> {
    if (input.kind === 'tensors') return this.#tensors(input.inputs, input.dimensions);
    if (this.loaded.task === 'tensors') return this.#tensors(fillsFromText(input.text), {});
    if (this.loaded.task !== 'language-guess')
      throw new InputError('This model does not take a text in one run.');
    if (input.text.trim().length < MIN_CHARACTERS) {
      throw new InputError(
        `The text is too short to tell: at least ${MIN_CHARACTERS} characters are needed.`,
      );
    }
    const ids = languageIds(input.text);
    return { ids: new this.runtime.Tensor('int64', ids, [ids.length]) };
  }

  #tensors(
    fills: Readonly<Record<string, InputFill>>,
    dimensions: Readonly<Record<string, number>>,
  ): Record<string, ort.Tensor> {
    const { inputs } = this.loaded;
    const names = inputs.map((shape) => shape.name);
    const strange = Object.keys(fills).find((name) => !names.includes(name));
    if (strange !== undefined) {
      throw new InputError(`The model has no input "${strange}"; it has ${names.join(', ')}.`);
    }
    return Object.fromEntries(
      inputs.map((shape) => {
        const fill = fills[shape.name] ?? { kind: 'zeros' };
        return [shape.name, feedFor(shape, fill, dimensions, this.runtime.Tensor)];
      }),
    );
  }

  #needLanguage(): LanguageFiles {
    if (this.#language === null) throw new InputError('This model does not generate text.');
    return this.#language;
  }
}

/** Which task fits, by the names of what goes in and comes out and by the files that the task needs. */
function guessTask(folder: string, inputs: readonly TensorShape[], outputs: readonly TensorShape[]): Task {
  const beside = (file: string): boolean =>
    statSync(join(folder, file), { throwIfNoEntry: false }) !== undefined;
  if (isLanguageGuess(inputs, outputs) && beside('labels.json')) return 'language-guess';
  if (isTokenModel(inputs, outputs) && beside('tokenizer.json')) return 'text-generation';
  return 'tensors';
}

function isLanguageGuess(inputs: readonly TensorShape[], outputs: readonly TensorShape[]): boolean {
  const takesIds = inputs.length === 1 && inputs[0]?.name === 'ids' && inputs[0].type === 'int64';
  return takesIds && outputs.length === 1 && outputs[0]?.name === 'probabilities';
}
