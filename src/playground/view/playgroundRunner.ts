import { stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import * as vscode from 'vscode';
import type { PlaygroundModel, PlaygroundOutput, PlaygroundTiming } from '../../protocol/playgroundProtocol';
import { readBundledModels } from '../bundledModels';
import { InferenceHost } from '../inferenceHost';

/** Further runs after the first, for a median: at most so many, for at most so long. */
const REPEATS = 20;
const REPEAT_SECONDS = 0.5;
const CLASSES = 5;

/** A model that can be chosen, and where it lies. */
interface Choice extends PlaygroundModel {
  path: string;
}

export interface RunProgress {
  stage: 'loading' | 'running';
  /** All of the text so far, for models that write. */
  text: string;
  tokens: number;
}

export interface PlaygroundRun {
  output: PlaygroundOutput;
  timing: PlaygroundTiming;
}

/** Runs the playground's models, one at a time, in a child process that starts with the first run; in trusted workspaces only. */
export class PlaygroundRunner implements vscode.Disposable {
  private readonly opened: Choice[] = [];
  private host: InferenceHost | undefined;
  private loaded: string | undefined;

  constructor(
    private readonly extensionPath: string,
    private readonly log: vscode.LogOutputChannel,
  ) {}

  async models(): Promise<PlaygroundModel[]> {
    return (await this.choices()).map(({ path: _, ...model }) => model);
  }

  /** Adds a model from disk; its id for `run`. */
  async open(path: string): Promise<string> {
    const id = `file:${path}`;
    if (!this.opened.some((model) => model.id === id)) {
      this.opened.push({
        id,
        name: basename(path),
        task: 'any',
        generates: false,
        bytes: (await stat(path)).size,
        parameters: null,
        facts: [],
        sample: '',
        path,
      });
    }
    return id;
  }

  /** Rejects with one sentence for a person: not trusted, unknown, stopped, a limit reached. */
  async run(
    model: string,
    text: string,
    maxTokens: number,
    onProgress: (progress: RunProgress) => void,
  ): Promise<PlaygroundRun> {
    if (!vscode.workspace.isTrusted) throw new Error('No model is run in a workspace that is not trusted.');
    const choice = (await this.choices()).find((one) => one.id === model);
    if (!choice) throw new Error(`The model “${model}” is not in the list.`);
    const host = this.hostForRuns();
    let load: number | null = null;
    if (this.loaded !== choice.path) {
      onProgress({ stage: 'loading', text: '', tokens: 0 });
      this.loaded = undefined;
      load = (await host.load(choice.path)).seconds;
      this.loaded = choice.path;
    }
    onProgress({ stage: 'running', text: '', tokens: 0 });
    return choice.generates
      ? this.generate(host, text, maxTokens, load, onProgress)
      : this.classify(host, text, load);
  }

  async stop(): Promise<void> {
    await this.host?.stop();
  }

  private async choices(): Promise<Choice[]> {
    const models = await readBundledModels(join(this.extensionPath, 'media', 'models'));
    return [
      ...models.map((model) => ({
        id: model.name,
        name: model.title,
        task: model.task.replace(/-/g, ' '),
        generates: model.task === 'text-generation',
        bytes: model.bytes,
        parameters: model.parameters,
        facts: ['bundled', model.licence],
        sample: model.sample,
        path: model.path,
      })),
      ...this.opened,
    ];
  }

  private async generate(
    host: InferenceHost,
    prompt: string,
    maxTokens: number,
    load: number | null,
    onProgress: (progress: RunProgress) => void,
  ): Promise<PlaygroundRun> {
    let written = '';
    const made = await host.generate(prompt, { maxTokens }, (piece, tokens) => {
      written += piece;
      onProgress({ stage: 'running', text: written, tokens });
    });
    return {
      output: { kind: 'text', text: made.text, tokens: made.tokens },
      timing: {
        load,
        first: made.seconds,
        median: null,
        p95: null,
        runs: 1,
        timeToFirstToken: made.timeToFirstToken,
        tokensPerSecond: made.tokensPerSecond,
        memory: made.memory,
      },
    };
  }

  private async classify(host: InferenceHost, text: string, load: number | null): Promise<PlaygroundRun> {
    const ran = await host.run(
      { kind: 'text', text },
      { classes: CLASSES, repeats: REPEATS, repeatSeconds: REPEAT_SECONDS },
    );
    return {
      output: ran.classes
        ? { kind: 'classes', classes: ran.classes }
        : {
            kind: 'summary',
            lines: ran.outputs.map(
              (output) => `${output.name}: ${output.type} [${output.dimensions.join(', ')}]`,
            ),
          },
      timing: {
        load,
        first: ran.timing.first,
        median: ran.timing.latency?.p50 ?? null,
        p95: ran.timing.latency?.p95 ?? null,
        runs: ran.timing.runs,
        timeToFirstToken: null,
        tokensPerSecond: null,
        memory: ran.memory,
      },
    };
  }

  private hostForRuns(): InferenceHost {
    this.host ??= new InferenceHost({
      childScript: join(this.extensionPath, 'dist', 'ort-host.js'),
      log: (line) => {
        this.log.debug(`playground: ${line}`);
      },
    });
    return this.host;
  }

  dispose(): void {
    this.host?.dispose();
  }
}
