import { isObject, type JsonObject } from './config';
import { headDim, kvHeads, latentRank, queryHeads, window } from './explain/attention';
import { described } from './explain/described';
import type { Explainer, KeyExplanation } from './explain/explanation';
import { denseFirst, expertsPerToken, routedExperts, sharedExperts } from './explain/experts';
import { activation, architecture, normEpsilon, rope, useCache } from './explain/identity';
import { context, feedForwardWidth, hidden, layers, tied, vocabulary } from './explain/size';
import { dtype, ignoreList, quantisation, quantisationBits, quantisationGroup } from './explain/storage';
import {
  bias,
  layerPattern,
  windowSwitch,
  recurrentState,
  picture,
  draftLayers,
  indexer,
  sharedCache,
  cacheFormat,
  constant,
  positionKind,
  headNorm,
  perLayerInput,
} from './explain/structure';
import spellings from './explain/topics.json';
import type { ModelSpec } from './spec';

export type { KeyExplanation } from './explain/explanation';

export type KeyTopic = keyof typeof spellings;

const EXPLAINERS: Readonly<Record<KeyTopic, Explainer>> = {
  kvHeads,
  queryHeads,
  headDim,
  latentRank,
  window,
  hidden,
  layers,
  feedForwardWidth,
  vocabulary,
  tied,
  context,
  routedExperts,
  expertsPerToken,
  sharedExperts,
  denseFirst,
  dtype,
  quantisation,
  quantisationBits,
  quantisationGroup,
  ignoreList,
  architecture,
  rope,
  useCache,
  normEpsilon,
  activation,
  bias,
  layerPattern,
  windowSwitch,
  recurrentState,
  picture,
  draftLayers,
  indexer,
  sharedCache,
  cacheFormat,
  constant,
  positionKind,
  headNorm,
  perLayerInput,
  described,
};

const TOPICS: ReadonlyMap<string, KeyTopic> = new Map(
  (Object.entries(spellings) as [KeyTopic, string[]][]).flatMap(([topic, keys]) =>
    keys.map((key) => [key, topic]),
  ),
);

/** The topic that a path's key belongs to: of the key itself, or of the nearest key above that has one. */
export function keyTopic(path: readonly (string | number)[]): KeyTopic | null {
  return located(path)?.topic ?? null;
}

/**
 * What the key at `path` means for memory and speed, as plain text; null for keys that mean nothing to either. Lines may
 * hold `**` and backticks of ours, never text of the file beyond plain words. Hardware and workload are not needed:
 * who has them adds the figures for what `touches` names.
 * @param spec the model read from the same document, null where it could not be.
 */
export function explainKey(
  spec: ModelSpec | null,
  document: unknown,
  path: readonly (string | number)[],
): KeyExplanation | null {
  const found = located(path);
  if (found === null || !isObject(document)) return null;
  const steps = path.slice(0, found.depth);
  const key = String(steps.at(-1) ?? '');
  const section = at(document, steps.slice(0, -1));
  if (!isObject(section) || !Object.hasOwn(section, key)) return null;
  const context = { spec, section, root: document, key, value: section[key], path: steps };
  const explained = EXPLAINERS[found.topic](context);
  return explained === null ? null : { topic: found.topic, ...explained };
}

function located(path: readonly (string | number)[]): { topic: KeyTopic; depth: number } | null {
  for (let depth = path.length; depth > 0; depth -= 1) {
    const step = path[depth - 1];
    const topic = typeof step === 'string' ? TOPICS.get(step) : undefined;
    if (topic !== undefined) return { topic, depth };
  }
  return null;
}

function at(document: JsonObject, path: readonly (string | number)[]): unknown {
  let value: unknown = document;
  for (const step of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return undefined;
    value = (value as Record<string | number, unknown>)[step];
  }
  return value;
}
