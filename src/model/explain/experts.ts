import { formatCount, formatInteger, formatPercent } from '../../units/format';
import { activeParameters, totalParameters } from '../count';
import type { ExpertFeedForward, ModelSpec } from '../spec';
import type { Explainer } from './explanation';
import { isCount, partSentence, plural } from './figures';

function expertLayers(spec: ModelSpec): { count: number; feedForward: ExpertFeedForward } | null {
  let count = 0;
  let feedForward: ExpertFeedForward | null = null;
  for (const { indices, layer } of spec.groups) {
    if (layer.feedForward.kind !== 'experts') continue;
    count += indices.length;
    feedForward ??= layer.feedForward;
  }
  return feedForward === null ? null : { count, feedForward };
}

export const routedExperts: Explainer = ({ spec, value }) => {
  if (!isCount(value) || value === 0) return null;
  const title = plural(value, 'routed expert');
  const found = spec === null ? null : expertLayers(spec);
  if (spec === null || found === null) return { title, lines: [], touches: ['weights'] };
  const { count, feedForward } = found;
  return {
    title,
    subtitle: `in ${plural(count, 'layer')}, each token goes through ${String(feedForward.expertsPerToken)}`,
    lines: [
      `${partSentence(spec, ['experts'])}: all must be in memory, ${formatPercent(feedForward.expertsPerToken / Math.max(1, feedForward.routedExperts))} of them work on a token`,
      'Small batches read few experts and decode fast for the size; large batches read them all',
    ],
    touches: ['weights', 'time'],
  };
};

export const expertsPerToken: Explainer = ({ spec, value }) => {
  if (!isCount(value) || value === 0) return null;
  const title = `${plural(value, 'expert')} a token`;
  const found = spec === null ? null : expertLayers(spec);
  if (spec === null || found === null) return { title, lines: [], touches: ['time'] };
  const active = activeParameters(spec);
  return {
    title,
    subtitle: `of ${formatInteger(found.feedForward.routedExperts)}`,
    lines: [`${formatCount(active)} of ${formatCount(totalParameters(spec))} parameters work on each token`],
    touches: ['time'],
  };
};

export const sharedExperts: Explainer = ({ spec, value }) => {
  if (!isCount(value)) return null;
  const title = value === 0 ? 'No shared experts' : `Shared experts: ${formatInteger(value)}`;
  const found = spec === null ? null : expertLayers(spec);
  const width = found?.feedForward.sharedWidth ?? 0;
  return {
    title,
    ...(width > 0 ? { subtitle: `${formatInteger(width)} wide together` } : {}),
    lines: ['Every token passes through them, whatever the router says'],
    touches: ['weights', 'time'],
  };
};

export const denseFirst: Explainer = ({ value }) => {
  if (!isCount(value)) return null;
  return {
    title: value === 0 ? 'Experts from the first layer on' : `First ${plural(value, 'layer')} dense`,
    lines: ['Layers before that have one feed-forward part in place of experts'],
    touches: ['weights'],
  };
};
