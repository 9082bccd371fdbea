import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Advice } from '../advisor/advice';
import { buildScenario } from '../advisor/buildScenario';
import { answerEstimate, withoutTerms, type EstimateAnswer } from '../advisor/estimateAnswer';
import { inspectModel, type Inspection } from '../advisor/inspection';
import type { EstimateOptions, RecommendOptions } from '../advisor/query';
import { recommend } from '../advisor/recommend';
import type { ModelSpec } from '../model/spec';
import { estimate } from '../roofline/estimateScenario';
import { loadSelector } from '../selector/loadSelector';
import { loadInlineModel, loadModel } from './loadModel';
import { UsageError } from './usageError';

export interface Source {
  file?: string | undefined;
  config?: unknown;
}

const DEFAULT_TOP = 10;

export async function answerInspectFor(source: Source): Promise<Inspection> {
  return inspectModel(await modelOf(source));
}

export async function answerEstimateFor(
  source: Source,
  options: EstimateOptions,
  terms: boolean,
): Promise<EstimateAnswer> {
  const scenario = buildScenario(await modelOf(source), options);
  return answerEstimate(scenario, estimate(scenario), { techniques: options.techniques ?? [], terms });
}

export async function answerRecommendFor(source: Source, options: RecommendOptions): Promise<object> {
  const advice = await adviceFor(source, options);
  return {
    ...advice,
    baseline: withoutTerms(advice.baseline),
    recommendations: advice.recommendations.map((entry) => ({
      ...entry,
      estimate: withoutTerms(entry.estimate),
    })),
  };
}

export async function adviceFor(source: Source, options: RecommendOptions): Promise<Advice> {
  const { goal = 'latency', lossless = false, top = DEFAULT_TOP, ...rest } = options;
  const scenario = buildScenario(await modelOf(source), rest);
  return recommend(
    { scenario, goal, losslessOnly: lossless, top, applied: rest.techniques ?? [] },
    await loadSelector(mediaFolder()),
  );
}

async function modelOf(source: Source): Promise<ModelSpec> {
  if (source.file !== undefined) return loadModel(source.file);
  if (source.config !== undefined) return loadInlineModel(source.config, 'config');
  throw new UsageError('no file: name a config.json, or give "config" inline');
}

/** Beside the bundle in a checkout and in a package alike; two levels up where the sources run directly. */
export function mediaFolder(): string {
  const beside = join(__dirname, '..', 'media');
  return existsSync(beside) ? beside : join(__dirname, '..', '..', 'media');
}
