import type { Engine } from '../deployment/engine';
import { layerTotal, totalParameters } from '../model/count';
import type { Scenario } from '../roofline/scenario';
import { formatBytes, formatInteger, formatSignificant } from '../units/format';
import { engineName, engineNames } from './engineName';
import {
  bitsOfCache,
  bitsOfWeights,
  cachesTokens,
  devicesUsed,
  hasExperts,
  imageTokens,
  roomForWeights,
  weightBytes,
  weightBytesPerDevice,
} from './facts';
import { spreadOver } from './spread';
import type { Condition, TechniqueEntry } from './technique';

export type ConditionCheck = { applies: true } | { applies: false; reason: string };

/**
 * Whether a technique applies to a scenario, and if not, the first reason why, in half a line with this scenario's own numbers.
 * What is on already (set, or by the engine's default) does not apply: it can gain nothing more.
 */
export function checkConditions(technique: TechniqueEntry, scenario: Scenario): ConditionCheck {
  const reason =
    otherKind(technique, scenario) ?? offered(technique, scenario) ?? firstReason(technique, scenario);
  return reason === null ? { applies: true } : { applies: false, reason };
}

/** For another kind of model altogether: that says more than which engine lacks it. */
function otherKind(technique: TechniqueEntry, scenario: Scenario): string | null {
  const kinds = technique.conditions.find((condition) => condition.kind === 'model-kind-in');
  return kinds ? aboutModel(kinds, scenario) : null;
}

function offered(technique: TechniqueEntry, scenario: Scenario): string | null {
  const engine = scenario.setup.engine;
  if (technique.defaultIn.includes(engine) && !setsSomething(technique)) {
    return `on by default in ${engineName(engine)}`;
  }
  if (technique.engines.length === 0) {
    if (technique.researchIn?.includes(engine)) return null;
    return `research code only (${technique.research ?? 'no release'}); ${engineName(engine)} has no setting for it`;
  }
  if (technique.engines.some((setting) => setting.engine === engine)) return null;
  if (technique.defaultIn.includes(engine)) return `on by default in ${engineName(engine)}`;
  const elsewhere = technique.engines.map((setting) => setting.engine);
  return `${engineName(engine)} has no setting for it; ${engineNames(elsewhere)} ${new Set(elsewhere).size > 1 ? 'have' : 'has'}`;
}

/** Where a technique sets a field of the setup, the field says whether it is on; elsewhere the engine's default does. */
function setsSomething(technique: TechniqueEntry): boolean {
  return Object.keys(technique.effect.setup ?? {}).length > 0;
}

function firstReason(technique: TechniqueEntry, scenario: Scenario): string | null {
  for (const condition of technique.conditions) {
    const reason = refusal(condition, technique, scenario);
    if (reason !== null) return reason;
  }
  return null;
}

function refusal(condition: Condition, technique: TechniqueEntry, scenario: Scenario): string | null {
  return (
    aboutDevice(condition, scenario) ??
    aboutModel(condition, scenario) ??
    aboutWorkload(condition, scenario) ??
    aboutSetup(condition, technique, scenario)
  );
}

function aboutDevice(condition: Condition, scenario: Scenario): string | null {
  const { device } = scenario;
  switch (condition.kind) {
    case 'device-computes': {
      if (device.peak[condition.format] !== undefined) return null;
      const widens = condition.widenedBy?.some(
        ({ engine, architectures }) =>
          engine === scenario.setup.engine && architectures.includes(device.architecture ?? ''),
      );
      return widens ? null : `the ${device.name} has no ${condition.format.toUpperCase()} units`;
    }
    case 'device-lacks':
      return device.peak[condition.format] === undefined
        ? null
        : `the ${device.name} computes in ${condition.format.toUpperCase()}: ${condition.because}`;
    case 'device-class-in':
      return condition.classes.includes(device.class) ? null : condition.because;
    case 'device-vendor-in':
      return condition.vendors.includes(device.vendor) ? null : condition.because;
    case 'devices-at-least':
      if (scenario.devices >= condition.count) return null;
      return scenario.devices === 1
        ? 'one device'
        : `${scenario.devices} devices; it takes ${condition.count}`;
    case 'devices-idle': {
      if (scenario.devices === 1) return 'one device';
      return devicesUsed(scenario) < scenario.devices
        ? null
        : `all ${scenario.devices} devices are at work already`;
    }
    case 'tensor-parallel-at-least': {
      const { tensor } = scenario.setup.parallelism;
      return tensor >= condition.count ? null : `tensor parallel ${tensor}; it takes ${condition.count}`;
    }
    case 'layers-for-devices': {
      const layers = layerTotal(scenario.model);
      return layers >= scenario.devices ? null : `${layers} layers for ${scenario.devices} devices`;
    }
    case 'heads-divide':
      return headsThatDoNotDivide(scenario);
    case 'has-host-link':
      return device.hostBandwidth === undefined
        ? `the link of the ${device.name} to its host is not known`
        : null;
    case 'weights-exceed-device': {
      const bytes = weightBytesPerDevice(scenario);
      const alone = { ...scenario.workload, concurrency: 1, requestRate: null };
      return bytes > roomForWeights({ ...scenario, workload: alone })
        ? null
        : `the weights (${formatBytes(bytes)} a device) fit in ${formatBytes(device.memory)}`;
    }
    case 'weights-fit-one-device': {
      const bytes = weightBytes(scenario);
      return bytes < device.memory * scenario.setup.memoryFraction
        ? null
        : `the weights (${formatBytes(bytes)}) do not fit in one device`;
    }
    default:
      return null;
  }
}

/** Engines refuse tensor parallelism whose devices would get unequal numbers of heads. */
function headsThatDoNotDivide(scenario: Scenario): string | null {
  const { tensor } = spreadOver('tensor', scenario);
  for (const { layer } of scenario.model.groups) {
    if (layer.mixer.kind === 'attention' && layer.mixer.queryHeads % tensor !== 0) {
      return `${layer.mixer.queryHeads} attention heads do not divide over ${tensor} devices`;
    }
  }
  return null;
}

function aboutModel(condition: Condition, scenario: Scenario): string | null {
  const { model } = scenario;
  switch (condition.kind) {
    case 'model-kind-in':
      return condition.kinds.includes(model.kind)
        ? null
        : `a ${model.kind} model; it is for ${condition.kinds.join(', ')}`;
    case 'model-type-in':
      return condition.types.includes(model.modelType) ? null : condition.because;
    case 'weights-wider-than': {
      const bits = bitsOfWeights(scenario);
      return bits > condition.bits ? null : `the weights are already ${formatSignificant(bits)}-bit`;
    }
    case 'kv-wider-than': {
      const bits = bitsOfCache(scenario);
      return bits > condition.bits ? null : `the KV cache is already ${bits}-bit`;
    }
    case 'has-kv-cache':
      return cachesTokens(model) ? null : 'no layer of this model keeps a KV cache';
    case 'is-mixture-of-experts':
      return hasExperts(model) ? null : 'not a mixture of experts';
    case 'is-dense':
      return hasExperts(model) ? 'a mixture of experts; it is for dense models' : null;
    case 'dense-in':
      return hasExperts(model) && condition.engines.includes(scenario.setup.engine)
        ? condition.because
        : null;
    case 'vocabulary-is':
      return model.vocabularySize === condition.size ? null : condition.because;
    case 'parameters-between': {
      const billions = totalParameters(model) / 1e9;
      const [from, to] = condition.billions;
      return billions >= from && billions <= to
        ? null
        : `${formatSignificant(billions)} B parameters: ${condition.because}`;
    }
    default:
      return null;
  }
}

function aboutWorkload(condition: Condition, scenario: Scenario): string | null {
  const { workload } = scenario;
  const context = workload.inputTokens + workload.outputTokens;
  switch (condition.kind) {
    case 'generates-tokens':
      return workload.outputTokens > 1 && scenario.model.kind !== 'encoder'
        ? null
        : 'no tokens are generated';
    case 'context-at-least':
      return context >= condition.tokens
        ? null
        : `context of ${formatInteger(context)} tokens; it helps from ${formatInteger(condition.tokens)}`;
    case 'prompt-at-least':
      return workload.inputTokens >= condition.tokens
        ? null
        : `prompt of ${formatInteger(workload.inputTokens)} tokens; it helps from ${formatInteger(condition.tokens)}`;
    case 'concurrency-at-least':
      return workload.requestRate !== null || workload.concurrency >= condition.count
        ? null
        : `concurrency ${workload.concurrency}; it helps from ${condition.count}`;
    case 'concurrency-at-most':
      return workload.concurrency <= condition.count
        ? null
        : `concurrency ${workload.concurrency}; it helps up to ${condition.count}`;
    case 'shared-prefix':
      return workload.sharedPrefixTokens > 0 ? null : 'no shared prefix in this workload';
    case 'known-to-the-user':
      return `only where ${condition.fact}; nothing here says so`;
    case 'has-images':
      return withoutImages(scenario);
    default:
      return null;
  }
}

function withoutImages(scenario: Scenario): string | null {
  if (imageTokens(scenario) > 0) return null;
  if (!scenario.model.towers.some((tower) => tower.kind === 'vision')) return 'the model takes no images';
  return scenario.workload.images > 0
    ? 'the model’s files do not say how many tokens an image takes'
    : 'no images in the prompt';
}

function aboutSetup(condition: Condition, technique: TechniqueEntry, scenario: Scenario): string | null {
  const { setup } = scenario;
  switch (condition.kind) {
    case 'attention-not':
      return setup.attention === condition.attention ? condition.because : null;
    case 'engine-in':
      return condition.engines.includes(setup.engine) ? null : condition.because;
    case 'engine-not-in':
      return condition.engines.includes(setup.engine) ? condition.because : null;
    case 'setting-off':
      return isSet(condition.setting, technique, scenario)
        ? alreadyOn(technique, setup.engine, condition.because)
        : null;
    case 'no-speculation-yet':
      return setup.speculation !== null || scenario.modifiers.speculation !== null
        ? `speculation is on already (${setup.speculation ?? 'drafting'})`
        : null;
    default:
      return null;
  }
}

function isSet(setting: keyof Scenario['setup'], technique: TechniqueEntry, { setup }: Scenario): boolean {
  const wanted = technique.effect.setup?.[setting];
  const has = setup[setting];
  if (typeof wanted === 'number' && typeof has === 'number') return has >= wanted;
  return wanted === undefined ? has === true : has === wanted;
}

function alreadyOn(technique: TechniqueEntry, engine: Engine, because: string): string {
  return technique.defaultIn.includes(engine) ? `on by default in ${engineName(engine)}` : because;
}
