import { join } from 'node:path';
import { buildScenario } from '../../src/advisor/buildScenario';
import { recommend } from '../../src/advisor/recommend';
import { readModel } from '../../src/model/readModel';
import { wellKnownConfig } from '../../src/model/wellKnown';
import { allDevices } from '../../src/hardware/catalogue';
import { estimate } from '../../src/roofline/estimateScenario';
import type { Scenario } from '../../src/roofline/scenario';
import { PLAIN, search, type SearchSpace } from '../../src/roofline/search';
import { loadSelector } from '../../src/selector/loadSelector';
import { repositoryRoot } from '../vscode-host/repository';

const ESTIMATES = 5_000;
const RECOMMENDATIONS = 15;

/** Times of the engine and the advisor on one core, without an editor. */
export async function engineTimes(): Promise<{
  estimateMicros: number;
  recommendMs: number;
  searchMicrosPerScenario: number;
}> {
  const reading = readModel(wellKnownConfig('meta-llama/Llama-3.1-8B') ?? '', { name: 'Llama-3.1-8B' });
  if (!reading.ok) throw new Error(reading.error.message);
  const scenarios = [1, 4, 16, 64, 256].map((concurrency) =>
    buildScenario(reading.model, { hardware: 'h100-sxm', concurrency, input: 1024, output: 256 }),
  );
  const run = (): number => {
    const start = performance.now();
    for (let turn = 0; turn < ESTIMATES; turn++) {
      const scenario = scenarios[turn % scenarios.length];
      if (scenario) estimate(scenario);
    }
    return ((performance.now() - start) / ESTIMATES) * 1000;
  };
  run();
  const selector = await loadSelector(join(repositoryRoot, 'media'));
  const scenario = scenarios[1];
  if (!scenario) throw new Error('no scenario');
  const recommendations: number[] = [];
  for (let turn = 0; turn < RECOMMENDATIONS; turn++) {
    const start = performance.now();
    await recommend({ scenario, goal: 'latency', losslessOnly: false, top: 10 }, selector);
    recommendations.push(performance.now() - start);
  }
  return {
    estimateMicros: median([run(), run(), run()]),
    searchMicrosPerScenario: searchMicros(scenario),
    recommendMs: median(recommendations),
  };
}

/** Microseconds a scenario of a search over devices, placements, precisions and batches. */
function searchMicros(base: Scenario): number {
  const space: SearchSpace = {
    hardware: allDevices()
      .filter((device) => device.class === 'datacentre-gpu')
      .map((device) => ({ device, counts: [1, 2, 4, 8] })),
    weights: [null, 'fp8', 'awq-int4', 'w8a8-int8'],
    kv: [null, 'fp8'],
    concurrency: [1, 2, 4, 8, 16, 32, 64, 128, 256, 512],
    variants: [PLAIN],
  };
  const start = performance.now();
  const { searched } = search(base, space, 'throughput');
  return ((performance.now() - start) / searched) * 1000;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
