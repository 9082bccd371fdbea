import { formatBytes, formatCount, formatInteger, formatPercent } from '../../units/format';
import { countedTensors, elements, totalParameters } from '../count';
import { kvCacheBytes, stateBytesPerSequence } from '../memory';
import type { ModelSpec } from '../spec';
import type { Explainer } from './explanation';
import { cacheFormula, cachingGroups, isCount, isInTower, partSentence, plural } from './figures';

/** Lengths at which a fixed state and a growing cache are set side by side. */
const COMPARED_LENGTH = 32768;

export const bias: Explainer = ({ spec, value, key, path }) => {
  if (typeof value !== 'boolean') return null;
  const on = key === 'no_bias' ? !value : value;
  const title = on ? 'With biases' : 'Without biases';
  if (spec === null || isInTower(path) || !on) return { title, lines: [], touches: [] };
  let biases = 0;
  for (const { tensor, count } of countedTensors(spec)) {
    if (tensor.name.endsWith('.bias')) biases += count * elements(tensor);
  }
  const share = formatPercent(biases / Math.max(1, totalParameters(spec)));
  return {
    title,
    lines: [`${formatCount(biases)} parameters in all biases, ${share} of the model`],
    touches: [],
  };
};

/** How many layers mix in which way, in words. */
function layerMixture(spec: ModelSpec): string {
  const counts = new Map<string, number>();
  for (const { indices, layer } of spec.groups) {
    const { mixer } = layer;
    const kind =
      mixer.kind === 'recurrent'
        ? mixer.family.replaceAll('-', ' ')
        : mixer.kind === 'none'
          ? 'no mixing'
          : mixer.window === undefined
            ? 'full attention'
            : `a window of ${formatInteger(mixer.window)}`;
    counts.set(kind, (counts.get(kind) ?? 0) + indices.length);
  }
  return [...counts].map(([kind, count]) => `${plural(count, 'layer')} with ${kind}`).join(', ');
}

export const layerPattern: Explainer = ({ spec, path }) => {
  const title = 'Which layer is of which kind';
  if (spec === null || isInTower(path)) return { title, lines: [], touches: ['kv'] };
  const formula = cacheFormula(spec);
  return { title, subtitle: layerMixture(spec), lines: formula === null ? [] : [formula], touches: ['kv'] };
};

export const windowSwitch: Explainer = ({ spec, value }) => {
  if (typeof value !== 'boolean') return null;
  const sliding =
    spec === null ? 0 : cachingGroups(spec).filter(({ mixer }) => mixer.window !== undefined).length;
  return {
    title: value ? 'Sliding window on' : 'Sliding window off',
    lines: value
      ? [
          spec === null || sliding > 0
            ? 'Layers that slide keep no more tokens than the window holds'
            : 'No layer slides all the same',
        ]
      : ['The window’s size has no effect: every layer sees and keeps the whole sequence'],
    touches: ['kv'],
  };
};

export const recurrentState: Explainer = ({ spec, value }) => {
  if (!isCount(value)) return null;
  const title = `Part of a recurrent state: ${formatInteger(value)}`;
  const state = spec === null ? 0 : stateBytesPerSequence(spec);
  if (spec === null || state === 0) return { title, lines: [], touches: [] };
  const cache = kvCacheBytes(spec, COMPARED_LENGTH);
  return {
    title,
    subtitle: 'fixed in size, whatever the length',
    lines: [
      `${formatBytes(state)} of state a sequence${cache > 0 ? `; the other layers’ KV at ${formatInteger(COMPARED_LENGTH)} tokens takes ${formatBytes(cache)}` : ', and no cache that grows'}`,
    ],
    touches: ['kv'],
  };
};

export const picture: Explainer = ({ spec, section, key, value }) => {
  if (!isCount(value) || value === 0) return null;
  const { image_size: image, patch_size: patch, spatial_merge_size: merge } = section;
  const patches = isCount(image) && isCount(patch) && patch > 0 ? Math.floor(image / patch) ** 2 : null;
  const merged =
    patches !== null && isCount(merge) && merge > 0 ? Math.floor(patches / (merge * merge)) : null;
  const lines =
    patches === null
      ? []
      : [
          `A picture of ${formatInteger(Number(image))} pixels is ${formatInteger(patches)} patches${merged === null ? '' : `, ${formatInteger(merged)} positions after merging`}`,
        ];
  if (spec !== null && spec.towers.some((tower) => tower.kind === 'vision')) {
    lines.push(`Vision tower with its projector: ${partSentence(spec, ['vision'])}`);
  }
  const nouns: Readonly<Record<string, string>> = {
    image_size: `Pictures of ${formatInteger(value)} pixels a side`,
    patch_size: `Patches of ${formatInteger(value)} pixels a side`,
    spatial_merge_size: `${formatInteger(value * value)} patches become one position`,
    temporal_patch_size: `${formatInteger(value)} frames share a patch`,
  };
  return { title: nouns[key] ?? `Vision: ${formatInteger(value)}`, lines, touches: ['weights'] };
};

export const draftLayers: Explainer = ({ value }) => {
  if (!isCount(value)) return null;
  return {
    title: value === 0 ? 'No draft layers' : plural(value, 'draft layer'),
    subtitle: 'for multi-token prediction',
    lines:
      value === 0
        ? []
        : [
            'Stored beside the model and not counted with it; an engine that speculates with them decodes faster',
          ],
    touches: [],
  };
};

export const indexer: Explainer = ({ key, value, spec }) => {
  if (!isCount(value)) return null;
  const title =
    key === 'index_topk'
      ? `Attends to ${formatInteger(value)} tokens at most`
      : `Indexer: ${formatInteger(value)}`;
  return {
    title,
    subtitle: 'sparse attention, an indexer picks the tokens',
    lines: [
      'Cuts the reading of long caches, not their size',
      ...(spec === null ? [] : [cacheFormula(spec) ?? '']).filter((line) => line !== ''),
    ],
    touches: ['time'],
  };
};

export const sharedCache: Explainer = ({ spec, value }) => {
  if (!isCount(value)) return null;
  if (value === 0) return { title: 'Every layer keeps its own cache', lines: [], touches: [] };
  const formula = spec === null ? null : cacheFormula(spec);
  return {
    title: `The last ${plural(value, 'layer')} reuse a lower layer’s cache`,
    lines: formula === null ? [] : [formula],
    touches: ['kv', 'weights'],
  };
};

export const cacheFormat: Explainer = ({ spec, value }) => {
  const bits = typeof value === 'string' && /fp8|int8/i.test(value) ? 8 : null;
  if (bits === null) return null;
  return {
    title: 'Cache quantised to 8 bits',
    lines:
      spec === null
        ? []
        : [
            `${formatBytes(kvCacheBytes(spec, 1, 1))} a token in place of ${formatBytes(kvCacheBytes(spec, 1))}`,
          ],
    touches: ['kv'],
  };
};

export const constant: Explainer = ({ value }) =>
  typeof value === 'number'
    ? {
        title: 'A constant that scales or caps',
        lines: ['No weights, no memory, next to no time'],
        touches: [],
      }
    : null;

export const positionKind: Explainer = ({ value }) =>
  typeof value === 'number' || typeof value === 'string' || typeof value === 'boolean'
    ? {
        title: 'How positions enter attention',
        lines: ['Rotary and ALiBi positions store nothing; learned ones are a table'],
        touches: [],
      }
    : null;

export const headNorm: Explainer = ({ value }) =>
  typeof value === 'boolean'
    ? {
        title: value ? 'Queries and keys are normed' : 'Queries and keys are not normed',
        lines: ['A scale a head’s element at most: next to nothing in memory'],
        touches: [],
      }
    : null;

export const perLayerInput: Explainer = ({ spec, value, key }) => {
  if (!isCount(value)) return null;
  if (value === 0) return { title: 'No embedding of its own for each layer', lines: [], touches: [] };
  return {
    title: `${formatInteger(value)} ${key.startsWith('vocab') ? 'rows' : 'wide'}: an embedding of its own for each layer`,
    lines:
      spec === null
        ? []
        : [
            `Embeddings: ${partSentence(spec, ['embedding'])}; looked up a row at a time, so they may lie in slow memory`,
          ],
    touches: ['weights'],
  };
};
