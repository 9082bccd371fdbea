import type { Parallelism } from '../deployment/setup';
import { placementOf } from '../roofline/placement';
import type { Scenario } from '../roofline/scenario';
import type { Warning } from '../units/quantities';
import { AdvisorError } from './advisorError';
import type { EstimateOptions } from './query';

/**
 * How many devices, and how they share the work. Said parallelism is taken as it is. Where only a number of devices is said, the engine's
 * own habit decides (tensors, or layers in llama.cpp and its like), and a warning says so. Experts are split over the ranks of
 * tensor × data parallel, as vLLM, SGLang and TensorRT-LLM do: they need no devices of their own.
 *
 * Throws `AdvisorError` where the parallelism needs more devices than are said.
 */
export function spreadDevices(
  options: EstimateOptions,
  scenario: Scenario,
  said: number | null,
  warnings: Warning[],
): Scenario {
  const base = scenario.setup.parallelism;
  const asked = withExpertRanks(
    {
      tensor: options.tensorParallel ?? base.tensor,
      pipeline: options.pipelineParallel ?? base.pipeline,
      expert: options.expertParallel ?? base.expert,
      data: options.dataParallel ?? base.data,
      context: options.contextParallel ?? base.context,
      ...cacheRanksOf(options.decodeContextParallel ?? base.cacheRanks),
    },
    options,
    said,
    warnings,
  );
  const needed = asked.pipeline * asked.context * Math.max(asked.tensor * asked.data, asked.expert);
  if (said === null) return withSplit(scenario, asked, needed);
  if (needed > said) {
    throw new AdvisorError(
      'too-few-devices',
      `${inWords(asked)} needs ${needed} devices; ${said} ${said === 1 ? 'is' : 'are'} given.`,
    );
  }
  if (needed > 1 || said === 1) return withSplit(scenario, asked, said);
  if (options.tensorParallel !== undefined || options.pipelineParallel !== undefined) {
    warnings.push({
      code: 'devices-idle',
      message: `The split that is asked for uses one device: the other ${said - 1} of ${said} stay idle. Data parallel ${said} would put a copy of the model on each.`,
    });
    return withSplit(scenario, asked, 1);
  }
  const found: Warning[] = [];
  const { tensor, pipeline } = placementOf(withSplit(scenario, asked, said), found);
  warnings.push(...found.filter((warning) => warning.code === 'placement-assumed'));
  return withSplit(scenario, { ...asked, tensor, pipeline }, said);
}

function withSplit(scenario: Scenario, parallelism: Parallelism, devices: number): Scenario {
  return { ...scenario, devices, setup: { ...scenario.setup, parallelism } };
}

/** Fills in what expert parallelism leaves unsaid of the ranks that it runs over: tensor parallel, or copies where that is said. */
function withExpertRanks(
  asked: Parallelism,
  options: EstimateOptions,
  said: number | null,
  warnings: Warning[],
): Parallelism {
  const ranks = asked.tensor * asked.data;
  if (asked.expert <= ranks || options.dataParallel !== undefined) return asked;
  if (options.tensorParallel === undefined && asked.tensor === 1) {
    const tensor = Math.max(asked.expert, Math.floor((said ?? 0) / (asked.pipeline * asked.context)));
    warnings.push(assumed(`tensors are split ${tensor} ways over the same devices`));
    return { ...asked, tensor };
  }
  if (asked.expert % asked.tensor !== 0) {
    throw new AdvisorError(
      'bad-parallelism',
      `Expert parallel ${asked.expert} does not divide over tensor parallel ${asked.tensor}: experts are split over tensor × data ranks.`,
    );
  }
  const data = asked.expert / asked.tensor;
  warnings.push(assumed(`data parallel ${data} makes up the ${asked.expert} ranks`));
  return { ...asked, data };
}

function assumed(what: string): Warning {
  return {
    code: 'placement-assumed',
    message: `Experts are split over tensor × data ranks, which are not all said: ${what}.`,
  };
}

function cacheRanksOf(ranks: number | undefined): Pick<Parallelism, 'cacheRanks'> {
  return ranks === undefined || ranks === 1 ? {} : { cacheRanks: ranks };
}

function inWords(asked: Parallelism): string {
  const parts = (['tensor', 'pipeline', 'data', 'context', 'expert'] as const)
    .filter((name) => asked[name] > 1)
    .map((name) => `${name} ${asked[name]}`)
    .join(' × ');
  return `Parallelism ${parts}`;
}
