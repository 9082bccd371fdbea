import * as vscode from 'vscode';
import type { Deployed } from '../advisor/buildScenario';
import type { Engine } from '../deployment/engine';
import type { Deployment } from '../deployment/deployment';
import { looksLikeDeployment } from '../deployment/looksLikeDeployment';
import type { ReadOptions } from '../model/readModel';
import type { OpenedWeights, WeightsReading } from '../model/openWeights';
import type { ModelReading, ModelSpec } from '../model/spec';
import type { JsonDocument } from '../syntax/json';
import { isDeploymentLanguage, looksLikeModel, MAX_DOCUMENT_CHARACTERS } from './documentKinds';
import type { EngineRooms } from './engineRooms';
import { logFault } from './log';
import { ModelResolver } from './modelResolver';
import type { Source } from './source';
import { nameOf } from './subjectName';
import { WeightsFiles } from './weights/weightsFiles';

/** A JSON document read as a model configuration. */
export interface ReadModelDocument {
  json: JsonDocument;
  reading: ModelReading;
}

/** What advice is about: a model, and how it is deployed where code says so. */
export interface Subject {
  uri: vscode.Uri;
  model: ModelSpec;
  deployment: Deployment | null;
  deployed: Deployed | null;
  /** The engine that the file's own format is made for; null where any may load it. */
  engine: Engine | null;
}

export type FoundSubject = { ok: true; subject: Subject } | { ok: false; why: string };

/** Engines whose own format a file is, whatever settings say. */
const ENGINE_OF_FORMAT: Readonly<Record<OpenedWeights['format'], Engine | null>> = {
  gguf: 'llama.cpp',
  onnx: 'onnxruntime',
  safetensors: null,
};

interface Kept<T> {
  version: number;
  value: T;
}

/** Reads documents as models and deployments, each version of a text once. */
export class Subjects implements vscode.Disposable {
  /** What stands beside a configuration, by its document: read once until the document is saved or closed. */
  private readonly beside = new Map<string, ReadOptions>();
  private readonly models = new Map<string, Kept<ReadModelDocument | null>>();
  private readonly deployments = new Map<string, Kept<Promise<readonly Deployment[]>>>();
  private readonly resolver: ModelResolver;
  private readonly files: WeightsFiles;
  private readonly listeners: vscode.Disposable[];

  constructor(
    private readonly rooms: EngineRooms,
    private readonly log: vscode.LogOutputChannel,
  ) {
    this.resolver = new ModelResolver(rooms, log);
    this.files = new WeightsFiles(rooms);
    this.listeners = [
      vscode.workspace.onDidCloseTextDocument((document) => {
        this.models.delete(document.uri.toString());
        this.beside.delete(document.uri.toString());
        this.deployments.delete(document.uri.toString());
      }),
      vscode.workspace.onDidSaveTextDocument((document) => {
        this.beside.delete(document.uri.toString());
      }),
      this.resolver,
    ];
  }

  /** Null where the document is no model's configuration. Half-typed text is normal and reads as far as it goes. */
  async model(document: vscode.TextDocument): Promise<ReadModelDocument | null> {
    const key = document.uri.toString();
    const kept = this.models.get(key);
    if (kept?.version === document.version) return kept.value;
    const value = looksLikeModel(document) ? await this.read(document) : null;
    this.models.set(key, { version: document.version, value });
    return value;
  }

  private async read(document: vscode.TextDocument): Promise<ReadModelDocument> {
    const { readJson, readModel, optionsBeside } = await this.rooms.reading();
    const text = document.getText();
    const key = document.uri.toString();
    let beside = this.beside.get(key);
    if (!beside) {
      // Quantisation files and indexes are looked for on disk alone: other schemes would have to be asked over a network.
      beside = document.uri.scheme === 'file' ? optionsBeside(document.uri.fsPath) : {};
      this.beside.set(key, beside);
    }
    return {
      json: readJson(text),
      reading: readModel(text, { ...beside, name: nameOf(document.uri), tolerant: true }),
    };
  }

  /** Launches of engines in the document; empty where there are none. */
  deploymentsIn(document: vscode.TextDocument): Promise<readonly Deployment[]> {
    const key = document.uri.toString();
    const kept = this.deployments.get(key);
    if (kept?.version === document.version) return kept.value;
    const value = this.readDeployments(document).catch((fault: unknown) => {
      logFault(this.log, `reading ${document.uri.fsPath}`, fault);
      return [];
    });
    this.deployments.set(key, { version: document.version, value });
    return value;
  }

  private async readDeployments(document: vscode.TextDocument): Promise<readonly Deployment[]> {
    if (!isDeploymentLanguage(document)) return [];
    const text = document.getText();
    if (text.length > MAX_DOCUMENT_CHARACTERS) return [];
    if (!looksLikeDeployment(text, document.fileName, document.languageId)) return [];
    const { readDeployments, grammars } = await this.rooms.deploying();
    return (await readDeployments(text, document.fileName, document.languageId, grammars)).deployments;
  }

  /** The launch that the position stands in, or the nearest before it, or the first. */
  async deploymentAt(
    document: vscode.TextDocument,
    position: vscode.Position | undefined,
  ): Promise<Deployment | null> {
    const all = await this.deploymentsIn(document);
    if (!position) return all[0] ?? null;
    const line = position.line + 1;
    return all.findLast((one) => one.range.start.line <= line) ?? all[0] ?? null;
  }

  /** What a weights file holds, from its header. */
  weights(uri: vscode.Uri): Promise<WeightsReading> {
    return this.files.read(uri);
  }

  /** What advice on a text or a weights file is about. */
  async ofSource(source: Source): Promise<FoundSubject> {
    if (source.kind === 'text') return this.of(source.document, source.position);
    const reading = await this.weights(source.uri);
    if (!reading.ok) return { ok: false, why: reading.error.message };
    const { model, format } = reading.weights;
    return {
      ok: true,
      subject: {
        uri: source.uri,
        model,
        deployment: null,
        deployed: null,
        engine: ENGINE_OF_FORMAT[format],
      },
    };
  }

  /** The model and, in code, the deployment that advice on this document is about. */
  async of(document: vscode.TextDocument, position?: vscode.Position): Promise<FoundSubject> {
    const read = await this.model(document);
    if (read) {
      return read.reading.ok
        ? {
            ok: true,
            subject: {
              uri: document.uri,
              model: read.reading.model,
              deployment: null,
              deployed: null,
              engine: null,
            },
          }
        : { ok: false, why: read.reading.error.message };
    }
    const deployment = await this.deploymentAt(document, position);
    if (!deployment)
      return {
        ok: false,
        why: 'This file is neither a model’s configuration nor a launch of an engine that I know.',
      };
    return this.ofDeployment(document, deployment);
  }

  async ofDeployment(document: vscode.TextDocument, deployment: Deployment): Promise<FoundSubject> {
    if (deployment.model === null) return { ok: false, why: 'The file does not show which model is served.' };
    const found = await this.resolver.find(deployment.model, document.uri);
    if (!found.ok) return found;
    const { toServingSetup } = await this.rooms.deploying();
    const read = toServingSetup(deployment);
    if (!read) return { ok: false, why: `${deployment.engine} is read, but not estimated yet.` };
    return {
      ok: true,
      subject: {
        uri: document.uri,
        model: found.model,
        deployment,
        engine: null,
        deployed: {
          setup: { ...read.changed, engine: read.setup.engine },
          workload: read.workload,
          devices: deployment.hardware.devices,
        },
      },
    };
  }

  dispose(): void {
    for (const listener of this.listeners) listener.dispose();
    this.models.clear();
    this.deployments.clear();
  }
}
