import type { Bytes, BytesPerSecond, Seconds, Warning } from '../units/quantities';
import { formatBytes, formatPercent, formatRate } from '../units/format';
import { shippedCalibration, type Calibration } from './calibration';
import type { Estimate, MemoryEstimate, Term } from './estimate';
import { estimateWith, planOf } from './estimateScenario';
import { physicsBand } from './fleetEstimate';
import { memoryEstimate } from './memoryEstimate';
import { fixedTerm } from './phaseTerms';
import { preparePrefill, prepareDecode, runStep } from './phase';
import { cachedPromptTokens } from './cachedPrompt';
import type { Scenario } from './scenario';
import { ScenarioError } from './scenarioError';
import type { StepTime } from './stepTime';

/** Weights for which there is no room, read from a disk or from flash each time that a step needs them. */
export interface DiskShare<M extends MemoryEstimate = MemoryEstimate> {
  /** Of the weights, what has no room; in bytes, too. */
  share: number;
  bytes: Bytes;
  /** With so much left out; it still does not fit where not even cache and activations have room. */
  memory: M;
}

/** Halvings until the share is known to a ten-thousandth. */
const HALVINGS = 14;

/** The least share of a scenario's weights that has to stay out so that the rest fits, as its engine understands fitting. */
export function shareOnDisk<M extends MemoryEstimate>(
  scenario: Scenario,
  memoryOf: (scenario: Scenario) => M,
): DiskShare<M> {
  const { modifiers } = scenario;
  const at = (share: number): M =>
    memoryOf({
      ...scenario,
      modifiers: { ...modifiers, storedWeights: modifiers.storedWeights * (1 - share) },
    });
  const whole = at(0);
  if (whole.fits) return { share: 0, bytes: 0, memory: whole };
  let low = 0;
  let high = 1;
  if (at(1).fits) {
    for (let step = 0; step < HALVINGS; step += 1) {
      const middle = (low + high) / 2;
      if (at(middle).fits) high = middle;
      else low = middle;
    }
  }
  return { share: high, bytes: high * whole.weights, memory: at(high) };
}

/** Seconds that a step waits for the disk: of the weights that it touches, each is there or not alike. Nothing overlaps: pages are read when they are missed. */
export function diskSeconds(step: StepTime, { share }: DiskShare, bandwidth: BytesPerSecond): Seconds {
  const touched = step.operations.reduce((sum, { weightBytes, layers }) => sum + weightBytes * layers, 0);
  return (share * touched) / bandwidth;
}

/** One sentence on what lies on disk, and what it rests on. */
export function diskWarning(
  { bytes, share }: DiskShare,
  bandwidth: BytesPerSecond,
  where: string,
  paged: boolean,
): Warning {
  const dropped = paged
    ? ' Where the system drops pages before they are needed again, up to all of them are read.'
    : '';
  return {
    code: 'weights-from-disk',
    message: `${formatBytes(bytes)} of weights (${formatPercent(share)}) have no room in ${where} and are read from disk in each step, at ${formatRate(bandwidth, 'B/s')}.${dropped}`,
  };
}

/** The summand that the disk adds to a phase. */
export function diskTerm(
  id: string,
  seconds: Seconds,
  steps: number,
  onDisk: DiskShare,
  bandwidth: number,
): Term[] {
  return fixedTerm(id, seconds, 'steps × share on disk × weights that a step touches / disk', {
    steps,
    shareOnDisk: onDisk.share,
    disk: bandwidth,
  });
}

/**
 * A model larger than the memory of the one device it runs on, with what has no room streamed from disk: llama.cpp maps its file into
 * memory and pages it in, transformers reads what accelerate has laid out on disk. Physics alone: no such run was measured.
 *
 * @throws ScenarioError for questions that make no sense, for several devices, and for request rates.
 */
export function estimateFromDisk(
  scenario: Scenario,
  bandwidth: BytesPerSecond,
  calibration: Calibration = shippedCalibration(),
): Estimate {
  const { workload, model } = scenario;
  const plain = estimateWith(scenario, calibration);
  if (plain.memory.fits) return plain;
  if (workload.requestRate !== null || model.kind === 'diffusion' || scenario.devices > 1) {
    throw new ScenarioError(
      'not-modelled',
      'Weights from disk are reckoned for models that make tokens, on one device, and for so many sequences at once: say concurrency, not a request rate.',
    );
  }
  const plan = planOf(scenario, calibration, []);
  const onDisk = shareOnDisk(scenario, (one) =>
    memoryEstimate(one, plan.model, plan.placement, plan.lengths, workload.concurrency, []),
  );
  const { prompt, output } = plan.lengths;
  const shared = cachedPromptTokens(scenario, prompt);
  const prefill = preparePrefill(plan, workload.concurrency, Math.max(1, prompt - shared), shared);
  const drafted = scenario.modifiers.speculation?.draftTokens ?? 0;
  const emitted = scenario.modifiers.speculation?.tokensPerPass ?? 1;
  const decode = prepareDecode(
    plan,
    workload.concurrency,
    1 + drafted,
    prompt,
    prompt + Math.max(0, output - 1),
  );
  const waits = {
    prefill: prefill.steps * diskSeconds(runStep(plan, prefill.step), onDisk, bandwidth),
    decode: output > 0 ? diskSeconds(runStep(plan, decode), onDisk, bandwidth) : 0,
  };
  const { latency } = plain;
  const first = latency.timeToFirstToken.p50 + waits.prefill;
  const interToken = output > 0 ? latency.interToken.p50 + waits.decode / emitted : 0;
  return {
    ...plain,
    memory: onDisk.memory,
    latency: {
      ...latency,
      timeToFirstToken: physicsBand(first),
      interToken: physicsBand(interToken),
      endToEnd: physicsBand(first + Math.max(0, output - 1) * interToken),
    },
    throughput: {
      ...plain.throughput,
      perSequence: interToken > 0 ? 1 / interToken : 0,
      total: interToken > 0 ? plain.concurrency / interToken : 0,
      prefill: (workload.concurrency * Math.max(1, prompt - shared)) / first,
    },
    // What waits for a disk waits for memory of a kind.
    bound: { prefill: waits.prefill > first / 2 ? 'memory' : plain.bound.prefill, decode: 'memory' },
    terms: [
      ...plain.terms,
      ...diskTerm('prefill.disk', waits.prefill, prefill.steps, onDisk, bandwidth),
      ...diskTerm('decode.disk', waits.decode, 1, onDisk, bandwidth),
    ],
    calibration: { basis: 'physics', rows: 0 },
    warnings: [
      ...plain.warnings.filter(({ code }) => !onDisk.memory.fits || !NO_ROOM.includes(code)),
      diskWarning(onDisk, bandwidth, 'memory', scenario.setup.engine === 'llama.cpp'),
    ],
  };
}

/** What is no longer so where weights may stay on disk. */
const NO_ROOM: readonly string[] = ['weights-do-not-fit', 'cache-does-not-fit'];
