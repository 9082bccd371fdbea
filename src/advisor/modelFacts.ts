import { activeParameters, totalParameters } from '../model/count';
import { attentionName, kvCacheBytes, stateBytesPerSequence, weightFormatName } from '../model/memory';
import type { AttentionMixer, ModelSpec } from '../model/spec';
import { formatBinaryBytes, formatBytes, formatCount, formatInteger } from '../units/format';

/** Short facts of a model for a header: parameters, format, attention, cache, context. */
export function modelFacts(model: ModelSpec): string[] {
  const total = totalParameters(model);
  const active = activeParameters(model);
  const perToken = kvCacheBytes(model, 1, 2);
  const state = stateBytesPerSequence(model);
  return [
    `${formatInteger(total)} parameters${model.exact ? '' : ' (not exact)'}`,
    ...(active < total ? [`${formatCount(active)} active a token`] : []),
    weightFormatName(model).toUpperCase(),
    ...attentionFact(model),
    ...(perToken > 0 ? [`${formatBinaryBytes(perToken)} of KV a token`] : []),
    ...(state > 0 ? [`${formatBytes(state)} of state a sequence`] : []),
    ...(model.maxContext === null ? [] : [`${formatInteger(model.maxContext)} context`]),
  ];
}

function attentionFact(model: ModelSpec): string[] {
  const mixer = model.groups
    .map((group) => group.layer.mixer)
    .find((one): one is AttentionMixer => one.kind === 'attention');
  if (!mixer) return [];
  const name = attentionName(model).toUpperCase();
  return mixer.latent ? [name] : [`${name} ${mixer.kvHeads} of ${mixer.queryHeads} heads`];
}
