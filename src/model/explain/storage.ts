import { formatBytes, formatSignificant } from '../../units/format';
import { elementBytes } from '../../units/numberFormat';
import { isObject } from '../config';
import { totalParameters } from '../count';
import { formatOf } from '../format';
import { weightBytes } from '../memory';
import type { Quantisation } from '../quantisation';
import type { ModelSpec } from '../spec';
import type { Explainer } from './explanation';
import { isCount } from './figures';

export const dtype: Explainer = ({ spec, value }) => {
  const format = formatOf(value);
  if (format === undefined) return null;
  const title = `Weights in ${format}`;
  const subtitle = `${formatSignificant(elementBytes(format))} bytes each`;
  if (spec === null) return { title, subtitle, lines: [], touches: ['weights'] };
  const total = totalParameters(spec);
  const lines =
    spec.quantisation === null
      ? [
          `${formatBytes(total * elementBytes(format))} of weights; FP8 would take ${formatBytes(weightBytes(spec, 'fp8'))}, 4 bits in groups of 128 ${formatBytes(weightBytes(spec, 'int4'))}`,
        ]
      : [
          `Only what is not quantised is in this format: ${formatBytes(weightBytes(spec))} in all, ${formatBytes(weightBytes(spec, null))} without quantisation`,
        ];
  return { title, subtitle, lines, touches: ['weights'] };
};

type QuantisedSpec = ModelSpec & { quantisation: Quantisation };

/** True where it is known how the weights are quantised. */
function isQuantised(spec: ModelSpec | null): spec is QuantisedSpec {
  return spec !== null && spec.quantisation !== null;
}

export const quantisation: Explainer = ({ spec, value }) => {
  if (!isObject(value)) return null;
  if (!isQuantised(spec))
    return {
      title: 'Quantisation',
      lines: ['Nothing of it is understood to change how weights are stored'],
      touches: [],
    };
  return {
    title: `Quantised: ${spec.quantisation.scheme}`,
    lines: storageLines(spec),
    touches: ['weights', 'time'],
  };
};

function storageLines(spec: ModelSpec): string[] {
  const own = weightBytes(spec);
  const plain = weightBytes(spec, null);
  const ignored = spec.quantisation?.ignored.length ?? 0;
  return [
    `${formatBytes(own)} of weights, ${formatBytes(plain)} in ${spec.format}: ${formatSignificant(plain / Math.max(1, own))} times less`,
    ...(ignored > 0 ? [`${String(ignored)} entries of the ignore list stay in ${spec.format}`] : []),
  ];
}

export const quantisationBits: Explainer = ({ spec, value, path }) => {
  if (!isCount(value) || value === 0 || !inQuantisation(path)) return null;
  return {
    title: `${String(value)}-bit weights`,
    lines: isQuantised(spec) ? storageLines(spec) : [],
    touches: ['weights', 'time'],
  };
};

export const quantisationGroup: Explainer = ({ spec, value, path }) => {
  if (typeof value !== 'number' || !inQuantisation(path)) return null;
  const whole = value <= 0;
  return {
    title: whole ? 'One scale an output row' : `Groups of ${String(value)}`,
    subtitle: whole ? 'no groups' : `${String(value)} weights along the input share a scale`,
    lines: [
      ...(whole ? [] : [`A 16-bit scale adds ${formatSignificant(16 / value)} bits a weight`]),
      ...(isQuantised(spec) ? storageLines(spec) : []),
    ],
    touches: ['weights'],
  };
};

export const ignoreList: Explainer = ({ spec, value, path }) => {
  if (!inQuantisation(path)) return null;
  const count = Array.isArray(value) ? value.length : 1;
  return {
    title: Array.isArray(value) ? `${String(count)} left out of quantisation` : 'Left out of quantisation',
    lines: isQuantised(spec) ? storageLines(spec) : [],
    touches: ['weights'],
  };
};

function inQuantisation(path: readonly (string | number)[]): boolean {
  return (
    path.some((step) => typeof step === 'string' && /quantiz|quantis|compression/.test(step)) ||
    path.length === 1
  );
}
