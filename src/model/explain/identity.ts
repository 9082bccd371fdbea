import { formatBinaryBytes, formatBytes, formatCount, formatInteger } from '../../units/format';
import { isObject } from '../config';
import { activeParameters, layerTotal, totalParameters } from '../count';
import { attentionName, kvCacheBytes, stateBytesPerSequence, weightBytes, weightFormatName } from '../memory';
import type { Explainer } from './explanation';
import { isCount } from './figures';

/** Words that come from the file and go into a text: letters, digits and a few marks, so that none is markup. */
function word(value: unknown): string | null {
  return typeof value === 'string' && /^[\w.-]{1,60}$/.test(value) ? value : null;
}

export const architecture: Explainer = ({ spec, value }) => {
  const name = word(Array.isArray(value) ? value[0] : value);
  if (name === null) return null;
  if (spec === null)
    return {
      title: 'Not a model I know',
      lines: ['Nothing is reckoned for it, rather than something wrong'],
      touches: [],
    };
  const total = totalParameters(spec);
  const active = activeParameters(spec);
  const cache = kvCacheBytes(spec, 1);
  const state = stateBytesPerSequence(spec);
  const lines = [
    `${formatCount(total)} parameters${active === total ? '' : `, ${formatCount(active)} work on each token`}, ${formatBytes(weightBytes(spec))} in ${weightFormatName(spec)}`,
  ];
  if (cache > 0) lines.push(`${attentionName(spec)} attention, KV cache ${formatBinaryBytes(cache)} a token`);
  if (state > 0) lines.push(`${formatBytes(state)} of state a sequence, whatever its length`);
  if (!spec.exact) lines.push('Not exact: see the warnings');
  return {
    title: `\`${name}\``,
    subtitle: `${spec.kind}, ${formatInteger(layerTotal(spec))} layers`,
    lines,
    touches: ['weights'],
  };
};

export const rope: Explainer = ({ spec, value, section }) => {
  if (typeof value === 'number') {
    return {
      title: `Rotary base ${formatInteger(value)}`,
      subtitle: 'how slowly positions turn',
      lines: ['No weights and no memory; larger bases are trained for longer sequences'],
      touches: [],
    };
  }
  if (value === null) return { title: 'No scaling of positions', lines: [], touches: [] };
  if (!isObject(value)) return null;
  const kind = word(value.rope_type ?? value.type) ?? 'scaled';
  const factor = typeof value.factor === 'number' ? value.factor : null;
  const original = isCount(value.original_max_position_embeddings)
    ? value.original_max_position_embeddings
    : null;
  const reach =
    spec?.maxContext ?? (isCount(section.max_position_embeddings) ? section.max_position_embeddings : null);
  return {
    title: `Positions stretched${factor === null ? '' : ` ${String(factor)}×`}`,
    subtitle: `\`${kind}\``,
    lines:
      original !== null && reach !== null
        ? [`Trained on ${formatInteger(original)} positions, made to reach ${formatInteger(reach)}`]
        : [],
    touches: [],
  };
};

export const useCache: Explainer = ({ value, spec }) => {
  if (typeof value !== 'boolean') return null;
  if (value)
    return {
      title: 'Keeps keys and values',
      lines:
        spec === null
          ? []
          : [`${formatBinaryBytes(kvCacheBytes(spec, 1))} a token, so that no token is worked out twice`],
      touches: ['kv'],
    };
  return {
    title: 'Cache off',
    lines: [
      'transformers works out all earlier tokens again for each new one; serving engines keep a cache all the same',
    ],
    touches: ['time'],
  };
};

export const normEpsilon: Explainer = ({ value }) =>
  typeof value === 'number'
    ? { title: 'Keeps a norm from dividing by zero', lines: ['No effect on memory or speed'], touches: [] }
    : null;

export const activation: Explainer = ({ value }) => {
  const name = word(value);
  return name === null
    ? null
    : {
        title: `Activation \`${name}\``,
        subtitle: 'between the feed-forward matrices',
        lines: ['Costs next to nothing beside the matrices'],
        touches: [],
      };
};
