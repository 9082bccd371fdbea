import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Advice } from '../advisor/advice';
import { AdvisorError } from '../advisor/advisorError';
import { askScenario } from '../advisor/buildScenario';
import { answerEstimate, withoutTerms, type EstimateAnswer } from '../advisor/estimateAnswer';
import {
  answerFleet,
  answerFromDisk,
  answerOffload,
  offloadHint,
  readsFromDisk,
  type SharedAnswer,
} from '../advisor/sharedEstimate';
import { answerPools, type PooledAnswer } from '../advisor/pooledEstimate';
import { POOL_OPTIONS, type EstimateOptions, type RecommendOptions } from '../advisor/query';
import type { ModelSpec } from '../model/spec';
import { estimate } from '../roofline/estimateScenario';
import { readFleetFile } from './fleetFile';
import { readOptionFiles } from './optionFiles';

const DEFAULT_TOP = 10;

/** `estimate` of the contract. Throws `AdvisorError` and `ScenarioError` for questions that cannot be answered. */
export async function answerEstimateFor(
  model: ModelSpec,
  asked: EstimateOptions,
  terms: boolean,
): Promise<EstimateAnswer | SharedAnswer | PooledAnswer> {
  const { options, files } = await readOptionFiles(asked);
  oneWayOfSharing(options);
  if (options.fleet !== undefined) return answerFleet(model, options, readFleetFile(options.fleet), terms);
  if (options.gpuLayers !== undefined || options.host !== undefined) {
    return answerOffload(model, options, terms, files);
  }
  if (readsFromDisk(options, files)) return answerFromDisk(model, options, terms, files);
  if (POOL_OPTIONS.some((name) => options[name] !== undefined))
    return answerPools(model, options, terms, files);
  const { scenario, warnings } = askScenario(model, options, undefined, files);
  const result = estimate(scenario);
  const hint = offloadHint(scenario, result);
  return answerEstimate(scenario, result, {
    techniques: options.techniques ?? [],
    terms,
    warnings: hint === null ? warnings : [...warnings, hint],
  });
}

function oneWayOfSharing(options: EstimateOptions): void {
  const ways = [['fleet'], ['gpuLayers', 'host', 'diskBandwidth'], POOL_OPTIONS] as const;
  const asked = ways.flatMap((way) => way.find((name) => options[name] !== undefined) ?? []);
  if (asked.length < 2) return;
  throw new AdvisorError(
    'too-many-splits',
    `${asked.join(' and ')} share the work in different ways: say one of them.`,
  );
}

/** `recommend` of the contract, estimates without their terms. */
export async function answerRecommendFor(model: ModelSpec, options: RecommendOptions): Promise<object> {
  const advice = await adviceFor(model, options);
  return {
    ...advice,
    baseline: withoutTerms(advice.baseline),
    recommendations: advice.recommendations.map((entry) => ({
      ...entry,
      estimate: withoutTerms(entry.estimate),
    })),
  };
}

export async function adviceFor(model: ModelSpec, options: RecommendOptions): Promise<Advice> {
  const { goal = 'latency', lossless = false, top = DEFAULT_TOP, ...rest } = options;
  const { options: read, files } = await readOptionFiles(rest);
  const { scenario, warnings } = askScenario(model, read, undefined, files);
  const [{ recommend }, { loadSelector }] = await Promise.all([
    import('../advisor/recommend'),
    import('../selector/loadSelector'),
  ]);
  return recommend(
    { scenario, goal, losslessOnly: lossless, top, applied: rest.techniques ?? [], warnings },
    await loadSelector(mediaFolder()),
  );
}

/** Beside the bundle in a checkout and in a package alike; two levels up where the sources run directly. */
function mediaFolder(): string {
  const beside = join(__dirname, '..', 'media');
  return existsSync(beside) ? beside : join(__dirname, '..', '..', 'media');
}
