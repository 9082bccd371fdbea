import type { Modifiers, Speculation } from '../roofline/modifiers';
import type { Scenario } from '../roofline/scenario';
import { activeShare, imageTokens, roomForWeights, weightBytesPerDevice } from './facts';
import { draftSlowdown } from './draftSlowdown';
import { valueOf } from './parameter';
import { spreadOver } from './spread';
import type { Effect, TechniqueEntry } from './technique';

/** The engine takes factors up to this; at a thousandth of the pace the answer is no, whatever the exact figure. */
const LARGEST_FACTOR = 1000;

/**
 * The scenario with a technique on. Pure; says nothing about whether it applies (`checkConditions`) or pays (the engine). Factors
 * multiply with those of techniques applied before.
 */
export function applyTechnique(technique: TechniqueEntry, scenario: Scenario): Scenario {
  const { effect } = technique;
  const setup = { ...scenario.setup, ...effect.setup };
  // Reuse of what was computed before is what the engine calls its cache of prompts.
  if (effect.cachedPromptShare !== undefined) setup.prefixCaching = true;
  if (effect.spread) setup.parallelism = spreadOver(effect.spread, scenario);
  if (effect.speculation) setup.speculation = technique.id;
  const after: Scenario = {
    ...scenario,
    setup,
    workload: workloadAfter(effect, scenario),
    modifiers: modifiersAfter(effect, scenario),
  };
  return after.modifiers.speculation ? withDraftInProportion(technique, scenario, after) : after;
}

/** A draft takes the time that it takes: when the target's own step gets shorter, it costs more in proportion. */
function withDraftInProportion(technique: TechniqueEntry, before: Scenario, after: Scenario): Scenario {
  const { speculation } = after.modifiers;
  if (!speculation || speculation.draftCost === 0) return after;
  const slowdown = technique.effect.speculation ? draftSlowdown(null, after) : draftSlowdown(before, after);
  return {
    ...after,
    modifiers: {
      ...after.modifiers,
      speculation: { ...speculation, draftCost: speculation.draftCost * slowdown },
    },
  };
}

function workloadAfter(effect: Effect, { workload }: Scenario): Scenario['workload'] {
  if (effect.cachedPromptShare === undefined) return workload;
  const cached = Math.floor(effect.cachedPromptShare * workload.inputTokens);
  return { ...workload, sharedPrefixTokens: Math.max(workload.sharedPrefixTokens, cached) };
}

function modifiersAfter(effect: Effect, scenario: Scenario): Modifiers {
  const after: Modifiers = { ...scenario.modifiers };
  for (const [key, parameter] of Object.entries(effect.modifiers ?? {})) {
    const name = key as Exclude<keyof Modifiers, 'speculation'>;
    after[name] = times(after[name], valueOf(parameter, scenario));
  }
  if (effect.imageTokensKept !== undefined)
    after.promptTokens *= promptLeft(effect.imageTokensKept, scenario);
  if (effect.weightsFromHost) moveToHost(effect.weightsFromHost, scenario, after);
  if (effect.cacheResident !== undefined)
    moveCacheToHost(valueOf(effect.cacheResident, scenario), scenario, after);
  const speculation = effect.speculationIn?.[scenario.setup.engine] ?? effect.speculation;
  if (speculation) after.speculation = draft(speculation, scenario);
  return after;
}

function draft(speculation: NonNullable<Effect['speculation']>, scenario: Scenario): Speculation {
  return {
    draftTokens: Math.round(valueOf(speculation.draftTokens, scenario)),
    tokensPerPass: Math.max(1, valueOf(speculation.tokensPerPass, scenario)),
    draftCost: valueOf(speculation.draftCost, scenario),
    draftMemory: valueOf(speculation.draftMemory, scenario),
  };
}

/** Prompt that is left when of the image tokens only a share stays; text is kept whole. */
function promptLeft(kept: number, scenario: Scenario): number {
  const images = imageTokens(scenario);
  const all = scenario.workload.inputTokens + images;
  return all > 0 ? (scenario.workload.inputTokens + kept * images) / all : 1;
}

/**
 * Weights beyond what fits beside cache and activations stay behind a slower link: their bytes count as many times as that link is slower than the device's own
 * memory, so that the engine's division by bandwidth gives the link's time.
 */
function moveToHost(
  offload: NonNullable<Effect['weightsFromHost']>,
  scenario: Scenario,
  after: Modifiers,
): void {
  const weights = weightBytesPerDevice(scenario);
  // A hair under the room, so that rounding does not decide whether it fits.
  const missing = Math.min(1, Math.max(0, 1 - (0.999 * roomForWeights(scenario)) / weights));
  const link = offload.bandwidth === 'host' ? scenario.device.hostBandwidth : offload.bandwidth;
  if (missing === 0 || link === undefined) return;
  const slower = Math.max(1, scenario.device.bandwidth / link);
  const needed = offload.needed === 'active-experts' ? activeShare(scenario.model) : offload.needed;
  const bytes = 1 - missing + missing * needed * slower;
  after.attentionWeightBytes = times(after.attentionWeightBytes, bytes);
  after.feedForwardWeightBytes = times(after.feedForwardWeightBytes, bytes);
  after.storedWeights *= 1 - missing;
}

/** As for weights: what is read over the link counts as many times as the link is slower. */
function moveCacheToHost(resident: number, { device }: Scenario, after: Modifiers): void {
  if (device.hostBandwidth === undefined) return;
  const slower = Math.max(1, device.bandwidth / device.hostBandwidth);
  after.kvStoredBytes *= resident;
  after.kvReadBytes = times(after.kvReadBytes, resident + (1 - resident) * slower);
}

function times(factor: number, by: number): number {
  return Math.min(LARGEST_FACTOR, factor * by);
}
