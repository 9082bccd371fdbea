import { defaultSetup } from '../deployment/defaults';
import type { Parallelism } from '../deployment/setup';
import type { Device } from '../hardware/device';
import type { ModelSpec } from '../model/spec';
import type { Estimate } from '../roofline/estimate';
import { placements } from '../roofline/placements';
import type { Scenario } from '../roofline/scenario';
import { search, type Found, type SearchLimits, type SearchSpace } from '../roofline/search';
import { findTechnique } from '../techniques/catalogue';
import type { Technique } from '../techniques/technique';
import type { DollarsPerMillionTokens, TokensPerSecond, Warning } from '../units/quantities';
import type { Goal } from '../workload/workload';
import type { ScenarioSummary } from './advice';
import { AdvisorError } from './advisorError';
import { askScenario, summarise } from './buildScenario';
import { withoutTerms } from './estimateAnswer';
import { hardwareOf, type HardwareChoice } from './searchHardware';
import type { SearchOptions } from './searchQuery';
import { searchVariants } from './searchVariants';
import { whyBest } from './searchWhy';

/** One scenario of a frontier, as scripts and the panel show it. */
export interface SearchEntry {
  scenario: ScenarioSummary;
  estimate: Omit<Estimate, 'terms'>;
  /** Output tokens a second over the whole of the requests, prefill included; what is served under a request rate. */
  tokensPerSecond: TokensPerSecond;
  /** Dollars for a million output tokens; null where the price of the device is not known. */
  costPerMillionTokens: DollarsPerMillionTokens | null;
  /** Joules an output token with every device at its full power; null where that is not known. */
  joulesPerToken: number | null;
  quality: { lossless: boolean; risk: Technique['quality']['risk'] };
  settings: readonly { engine: string; setting: string }[];
}

/** `search` of the contract. */
export interface SearchAnswer {
  schema: 1;
  goal: Goal;
  searched: number;
  frontier: readonly SearchEntry[];
  /** The first of the frontier and why it is; null where nothing fits and keeps the limits. */
  best: (SearchEntry & { why: string }) | null;
  warnings: readonly Warning[];
}

/** Batches that are tried where none is given, as far as the engine takes them. */
const BATCHES = [1, 2, 4, 8, 16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512, 768, 1024, 2048, 4096, 8192];
/** Past so many scenarios the search is made coarser, and past that refused: answers come in seconds. */
const MOST_SCENARIOS = 250_000;
const RISKS = ['none', 'low', 'medium', 'high'] as const;

/**
 * The best ways of serving a model for a goal within limits: every placement over 1, 2, 4 … devices, precision, batch and technique that
 * the engine has, for what the options leave open. Pure and synchronous; some seconds at the most.
 *
 * @throws AdvisorError, ScenarioError where an option names something unknown or makes no sense.
 */
export function searchScenarios(
  model: ModelSpec,
  options: SearchOptions,
  own: readonly Device[] = [],
): SearchAnswer {
  if (model.kind === 'diffusion') {
    throw new AdvisorError(
      'not-modelled',
      `${model.name} makes pictures: only models that make tokens are searched yet.`,
    );
  }
  const warnings: Warning[] = [];
  const { goal = 'latency' } = options;
  const hardware = hardwareOf(options, warnings, own);
  const bases = hardware.map(({ device, counts }) => ({
    counts,
    base: baseOn(model, device, options, warnings, own),
  }));
  const first = bases[0];
  if (!first) throw new AdvisorError('hardware-missing', 'Which hardware? Name at least one device.');
  const asked = (options.techniques ?? []).map(findTechnique).filter((one) => one !== null);
  const space = spaceOf(model, bases, options, asked, warnings);
  const result = search(first.base, space, goal, limitsOf(options));
  const frontier = result.frontier.map(entryOf);
  const [best] = result.frontier;
  const [bestEntry] = frontier;
  warnOfPrices(goal, hardware, warnings);
  return {
    schema: 1,
    goal,
    searched: result.searched,
    frontier,
    best:
      best && bestEntry
        ? { ...bestEntry, why: whyBest(goal, result, best, plainLaunch(first.base, options)) }
        : null,
    warnings: distinct([...warnings, ...result.warnings]),
  };
}

/** The scenario as `estimate` would build it on one device of a kind, before anything is searched. */
function baseOn(
  model: ModelSpec,
  device: Device,
  options: SearchOptions,
  warnings: Warning[],
  own: readonly Device[],
): Scenario {
  const files = { devices: own, draft: null };
  const {
    goal: _goal,
    lossless: _lossless,
    ttft: _ttft,
    interToken: _interToken,
    memory: _memory,
    cost: _cost,
    energy: _energy,
    tensorParallel: _tensor,
    pipelineParallel: _pipeline,
    expertParallel: _expert,
    dataParallel: _data,
    contextParallel,
    ...rest
  } = options;
  const asked = askScenario(model, { ...rest, hardware: device.id, devices: 1 }, undefined, files);
  warnings.push(...asked.warnings);
  // Techniques are put on anew in each variant: this is the scenario without them, and asked for once to hear of their doubts.
  const plain =
    options.techniques === undefined
      ? asked.scenario
      : askScenario(model, { ...rest, techniques: [], hardware: device.id, devices: 1 }, undefined, files)
          .scenario;
  const parallelism = { ...plain.setup.parallelism, context: contextParallel ?? 1 };
  return {
    ...plain,
    device: plain.device.id === device.id ? device : plain.device,
    setup: { ...plain.setup, parallelism },
  };
}

function spaceOf(
  model: ModelSpec,
  bases: readonly { base: Scenario; counts: readonly number[] }[],
  options: SearchOptions,
  asked: readonly Technique[],
  warnings: Warning[],
): SearchSpace {
  const allows = allowed(options, bases[0]?.base.setup.engine ?? 'vllm');
  const samples = bases.flatMap(({ base, counts }) =>
    [1, 64].map((concurrency) => ({
      ...base,
      devices: counts.at(-1) ?? 1,
      workload: { ...base.workload, concurrency },
    })),
  );
  const setups = new Map(bases.map(({ base }) => [base.device.id, base.setup]));
  const splits = bases.reduce(
    (sum, { base, counts }) =>
      sum +
      counts.reduce(
        (all, count) => all + placements(model, count, base.setup.parallelism.context).filter(allows).length,
        0,
      ),
    0,
  );
  const choice = {
    losslessOnly: options.lossless ?? false,
    weightsFixed: options.weights !== undefined,
    kvFixed: options.kv !== undefined,
    asked,
  };
  const fixed = options.concurrency !== undefined || options.requestRate !== undefined;
  const batches = fixed ? [] : BATCHES;
  const each = (variants: readonly unknown[], sizes: readonly unknown[]): number =>
    splits * variants.length * Math.max(1, sizes.length);
  const full = searchVariants(samples, { ...choice, pairs: true });
  const single = searchVariants(samples, { ...choice, pairs: false });
  const coarse = batches.filter((batch) => Number.isInteger(Math.log2(batch) / 2));
  const [variants, sizes] =
    each(full, batches) <= MOST_SCENARIOS
      ? [full, batches]
      : each(single, batches) <= MOST_SCENARIOS
        ? [single, batches]
        : [single, coarse];
  if (each(variants, sizes) > MOST_SCENARIOS) {
    throw new AdvisorError(
      'search-too-large',
      `That is ${each(variants, sizes).toLocaleString('en-US')} scenarios, and at most ${MOST_SCENARIOS.toLocaleString('en-US')} are searched: name fewer kinds of hardware or fewer devices, or fix weights, kv or concurrency.`,
    );
  }
  if (variants !== full) {
    warnings.push({
      code: 'search-narrowed',
      message: `So much is left open that techniques are tried one at a time${sizes === batches ? '' : ', and batches in steps of four'}.`,
    });
  }
  return {
    hardware: bases.map(({ base, counts }) => ({ device: base.device, counts })),
    weights: [],
    kv: [],
    concurrency: sizes,
    variants,
    allows,
    setupOn: (device) =>
      setups.get(device.id) ?? defaultSetup('vllm', { id: device.id, memoryBytes: device.memory }),
  };
}

/** Splits that the engine can make, and that the options leave open. */
function allowed(options: SearchOptions, engine: string): (split: Parallelism) => boolean {
  const has = (id: string): boolean =>
    findTechnique(id)?.engines.some((entry) => entry.engine === engine) ?? false;
  const splitsTensors = has('tensor-parallel');
  const splitsLayers = has('pipeline-parallel') || !splitsTensors;
  const copies = has('data-parallel');
  const spreadsExperts = has('expert-parallel');
  const keeps = (given: number | undefined, size: number, can: boolean): boolean =>
    given === undefined ? size === 1 || can : given === size;
  return ({ tensor, pipeline, data, expert }) =>
    keeps(options.tensorParallel, tensor, splitsTensors) &&
    keeps(options.pipelineParallel, pipeline, splitsLayers) &&
    keeps(options.dataParallel, data, copies) &&
    keeps(options.expertParallel, expert, spreadsExperts);
}

function limitsOf({ ttft, interToken, memory, cost, energy }: SearchOptions): SearchLimits {
  return {
    ...(ttft === undefined ? {} : { timeToFirstToken: ttft }),
    ...(interToken === undefined ? {} : { interToken }),
    ...(memory === undefined ? {} : { memory }),
    ...(cost === undefined ? {} : { dollarsPerMillionTokens: cost }),
    ...(energy === undefined ? {} : { joulesPerToken: energy }),
  };
}

function entryOf({ scenario, estimate, figures }: Found): SearchEntry {
  const techniques = figures.techniques.map(findTechnique).filter((one) => one !== null);
  const worst = Math.max(0, ...techniques.map((technique) => RISKS.indexOf(technique.quality.risk)));
  return {
    scenario: { ...summarise(scenario, figures.techniques), concurrency: estimate.concurrency },
    estimate: withoutTerms(estimate),
    tokensPerSecond: figures.served,
    costPerMillionTokens: figures.dollarsPerMillionTokens,
    joulesPerToken: figures.joulesPerToken,
    quality: {
      lossless: techniques.every((technique) => technique.quality.lossless),
      risk: RISKS[worst] ?? 'none',
    },
    settings: techniques.flatMap((technique) =>
      technique.engines
        .filter((entry) => entry.engine === scenario.setup.engine)
        .map(({ engine, setting }) => ({ engine, setting })),
    ),
  };
}

/** What the same request would get from one device with nothing changed: what the best is compared with. */
function plainLaunch(base: Scenario, options: SearchOptions): Scenario {
  return {
    ...base,
    devices: base.setup.parallelism.context,
    workload: { ...base.workload, concurrency: options.concurrency ?? 1 },
  };
}

function warnOfPrices(goal: Goal, hardware: readonly HardwareChoice[], warnings: Warning[]): void {
  const without = hardware.filter(({ device }) => device.price === undefined).map(({ device }) => device.id);
  if (without.length === 0 || goal !== 'cost') return;
  warnings.push({
    code: 'price-unknown',
    message: `No public price is known of ${without.join(', ')}: ranked by devices for their throughput, after all that have one.`,
  });
}

function distinct(warnings: readonly Warning[]): Warning[] {
  const seen = new Set<string>();
  return warnings.filter(({ message }) => (seen.has(message) ? false : seen.add(message)));
}
