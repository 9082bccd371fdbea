import { join } from 'node:path';
import type * as vscode from 'vscode';
import { once } from './once';

/**
 * The way to the engine rooms. Each is loaded when it is first asked for, so that activation loads no table, no grammar and no
 * native module.
 */
export class EngineRooms {
  constructor(
    private readonly extensionPath: string,
    private readonly log: vscode.LogOutputChannel,
  ) {}

  readonly reading = once(async () => {
    const [json, model, explain] = await Promise.all([
      import('../syntax/json'),
      import('../model/readModel'),
      import('../model/explainKey'),
    ]);
    return { readJson: json.readJson, readModel: model.readModel, explainKey: explain.explainKey };
  });

  readonly advice = once(async () => {
    const [scenario, estimate, verdict, page, cost, catalogue] = await Promise.all([
      import('../advisor/buildScenario'),
      import('../roofline/estimateScenario'),
      import('../advisor/verdict'),
      import('../advisor/explanationPage'),
      import('../advisor/settingCost'),
      import('../hardware/catalogue'),
    ]);
    return { ...scenario, ...estimate, ...verdict, ...page, ...cost, ...catalogue };
  });

  readonly recommending = once(async () => {
    const [recommend, selector, techniques, papers, facts] = await Promise.all([
      import('../advisor/recommend'),
      import('../selector/loadSelector'),
      import('../techniques/catalogue'),
      import('../techniques/papers'),
      import('../advisor/modelFacts'),
    ]);
    const loaded = await selector.loadSelector(join(this.extensionPath, 'media'));
    this.log.info(`selector: ${loaded.model ?? 'physics only'} (${loaded.method})`);
    return { ...recommend, ...techniques, ...papers, ...facts, selector: loaded };
  });

  readonly deploying = once(async () => {
    const [reader, setup, explain, edit, check] = await Promise.all([
      import('../deployment/readDeployments'),
      import('../deployment/toServingSetup'),
      import('../deployment/explainSetting'),
      import('../deployment/editSetting'),
      import('../advisor/checkDeployment'),
    ]);
    return { ...reader, ...setup, ...explain, ...edit, ...check, grammars: join(this.extensionPath, 'dist', 'wasm') };
  });

  readonly wellKnown = once(async () => import('../model/wellKnown'));

  /** Only once a document has to be sniffed: deciding by its text whether it launches an engine. */
  readonly sniffing = once(async () => import('../deployment/looksLikeDeployment'));
}
