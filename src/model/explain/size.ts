import { formatBytes, formatCount, formatInteger, formatPercent } from '../../units/format';
import { activeParameters, elements, layerTotal, totalParameters } from '../count';
import { kvCacheBytes, weightBytes } from '../memory';
import type { ModelSpec, WeightTensor } from '../spec';
import type { Explainer } from './explanation';
import {
  cacheFormula,
  isCount,
  isInTower,
  layersThatCache,
  partSentence,
  plainBytes,
  plural,
} from './figures';

export const hidden: Explainer = ({ spec, value, path }) => {
  if (!isCount(value) || value === 0) return null;
  const title = `${formatInteger(value)} wide`;
  const subtitle = 'every token is a vector of that many numbers';
  if (spec === null || isInTower(path)) return { title, subtitle, lines: [], touches: ['weights'] };
  return { title, subtitle, lines: [sizeLine(spec)], touches: ['weights', 'time'] };
};

function sizeLine(spec: ModelSpec): string {
  const total = totalParameters(spec);
  const active = activeParameters(spec);
  const weights = `${formatCount(total)} parameters, ${formatBytes(weightBytes(spec))}`;
  return active === total ? weights : `${weights}; ${formatCount(active)} work on each token`;
}

/** T5 counts its encoder's layers in `num_layers`, BART and Whisper in `encoder_layers`. */
function countsEncoder(spec: ModelSpec, key: string): boolean {
  return spec.kind === 'encoder-decoder' && (key === 'encoder_layers' || key === 'num_layers');
}

/** Layers of the encoder beside a decoder: they run once over the input and cache nothing. */
function encoderLayers(spec: ModelSpec, value: number): ReturnType<Explainer> {
  const title = plural(value, 'encoder layer');
  const encoder = spec.towers.find(
    ({ groups }) => groups.reduce((sum, { indices }) => sum + indices.length, 0) === value,
  );
  if (encoder === undefined) return { title, lines: [], touches: ['weights'] };
  const inLayers = encoder.groups
    .flatMap(({ indices, layer }) => layer.weights.map((tensor) => indices.length * parameters(tensor)))
    .reduce((sum, each) => sum + each, 0);
  return {
    title,
    subtitle: 'they work through the input once, before the first token',
    lines: [
      `${formatCount(inLayers / value)} parameters each on average, ${formatPercent(inLayers / Math.max(1, totalParameters(spec)))} of the model`,
    ],
    touches: ['weights', 'time'],
  };
}

export const layers: Explainer = ({ spec, value, path, key }) => {
  if (!isCount(value) || value === 0) return null;
  if (spec !== null && countsEncoder(spec, key)) return encoderLayers(spec, value);
  const title = plural(value, 'layer');
  if (spec === null || isInTower(path) || layerTotal(spec) !== value)
    return { title, lines: [], touches: ['weights'] };
  const inLayers = perLayer(spec);
  const caching = layersThatCache(spec);
  const lines = [
    `${formatCount(inLayers / value)} parameters each on average, ${formatPercent(inLayers / Math.max(1, totalParameters(spec)))} of the model; one after the other for every token`,
  ];
  const formula = cacheFormula(spec);
  if (formula !== null)
    lines.push(caching === value ? formula : `${formula}: ${plural(caching, 'layer')} keep a cache`);
  return { title, lines, touches: ['weights', 'kv', 'time'] };
};

/** Buffers are no parameters. */
function parameters(tensor: WeightTensor): number {
  return tensor.role === 'buffer' ? 0 : (tensor.copies ?? 1) * elements(tensor);
}

function perLayer(spec: ModelSpec): number {
  const outside = spec.outside.reduce((sum, tensor) => sum + parameters(tensor), 0);
  return totalParameters({ ...spec, towers: [] }) - outside;
}

export const feedForwardWidth: Explainer = ({ spec, value, path, key }) => {
  if (!isCount(value) || value === 0) return null;
  const title = `${/expert|moe/.test(key) ? 'Experts' : 'Feed-forward'} ${formatInteger(value)} wide`;
  if (spec === null || isInTower(path)) return { title, lines: [], touches: ['weights'] };
  if (!usesWidth(spec, value)) return { title, subtitle: 'no layer uses it', lines: [], touches: [] };
  const matrices = spec.groups.map(({ layer }) => layer.feedForward).find((f) => f.kind !== 'none');
  const shape =
    matrices === undefined
      ? null
      : `${matrices.matrices === 3 ? 'three matrices (gate, up, down)' : 'two matrices (up, down)'} of ${formatInteger(spec.hiddenSize)} × ${formatInteger(value)}`;
  return {
    title,
    ...(shape === null ? {} : { subtitle: shape }),
    lines: [`All feed-forward parts: ${partSentence(spec, ['feedForward', 'experts'])}`],
    touches: ['weights', 'time'],
  };
};

/** True where some layer has that width, alone or among its shared experts; fused widths count twice. */
function usesWidth(spec: ModelSpec, width: number): boolean {
  const groups = [...spec.groups, ...spec.towers.flatMap((tower) => tower.groups)];
  return groups.some(({ layer: { feedForward } }) => {
    if (feedForward.kind === 'none') return false;
    const shared = feedForward.kind === 'experts' ? feedForward.sharedWidth : 0;
    return (
      [feedForward.width, 2 * feedForward.width, shared].includes(width) ||
      (shared > 0 && shared % width === 0)
    );
  });
}

export const vocabulary: Explainer = ({ spec, value, path }) => {
  if (!isCount(value) || value === 0) return null;
  const title = `${formatInteger(value)} tokens in the vocabulary`;
  if (spec === null || isInTower(path)) return { title, lines: [], touches: ['weights'] };
  const table = value * spec.hiddenSize;
  const tables = spec.tiedHead ? 'one table for embedding and head' : 'embedding and head apart';
  return {
    title,
    subtitle: tables,
    lines: [
      `${formatInteger(value)} × ${formatInteger(spec.hiddenSize)} = ${formatCount(table)} parameters a table, ${formatBytes(plainBytes(spec, table))}`,
      `The head reads the whole table for every output token; logits of one position are ${formatBytes(4 * value)} at 32 bits`,
    ],
    touches: ['weights', 'time'],
  };
};

export const tied: Explainer = ({ spec, value }) => {
  if (typeof value !== 'boolean') return null;
  const title = value ? 'Head tied to the embedding' : 'Head apart from the embedding';
  if (spec === null || spec.vocabularySize === 0) return { title, lines: [], touches: ['weights'] };
  const table = formatBytes(plainBytes(spec, spec.vocabularySize * spec.hiddenSize));
  return {
    title,
    lines: [
      value
        ? `Saves a second table of ${table}; the head multiplies by it all the same`
        : `The head is a table of its own: ${table}`,
    ],
    touches: ['weights'],
  };
};

/** Lengths that the context line gives as examples: a document and a long conversation. */
const EXAMPLE_LENGTHS = [8192, 32768] as const;

export const context: Explainer = ({ spec, value, path }) => {
  if (!isCount(value) || value === 0) return null;
  const title = `${formatInteger(value)} positions at most`;
  if (spec === null || isInTower(path)) return { title, lines: [], touches: [] };
  const full = kvCacheBytes(spec, value);
  if (full === 0) return { title, subtitle: 'nothing is kept between steps', lines: [], touches: [] };
  const shorter = EXAMPLE_LENGTHS.filter((length) => length < value)
    .map((length) => `${formatInteger(length)}: ${formatBytes(kvCacheBytes(spec, length))}`)
    .join(', ');
  return {
    title,
    lines: [
      `One sequence of that length keeps ${formatBytes(full)} of KV at 16 bits${shorter === '' ? '' : ` (${shorter})`}`,
      'Engines reserve for the longest sequence they are told of: a smaller limit there leaves room for more sequences',
    ],
    touches: ['kv'],
  };
};
