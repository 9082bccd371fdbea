import type { Config } from '../config';
import type { FamilyContext, FamilyModel } from '../family';
import { MAX_LAYERS } from '../limits';
import { ReadFailure, quoted } from '../readFailure';
import type { Part, WeightTensor } from '../spec';
import { NO_FEED_FORWARD, NO_MIXER } from './block';
import type { LayerPlan } from './foldLayers';
import { convolution, matrix, norm, vector } from './tensors';

/** A linear weight with its bias. */
export function linear(
  module: string,
  out: number,
  input: number,
  part: Part = 'vision',
  bias = true,
): WeightTensor[] {
  return matrix(module, out, input, part, { bias });
}

export interface Kernel {
  /** Side of a square kernel, or its sides; 1 if absent. */
  kernel?: number | readonly number[];
  groups?: number;
  bias?: boolean;
  part?: Part;
}

/** A convolution over pictures; without a bias unless said. */
export function conv(module: string, out: number, input: number, options: Kernel = {}): WeightTensor[] {
  const { kernel = 1, groups = 1, bias = false, part = 'vision' } = options;
  const sides = typeof kernel === 'number' ? [kernel, kernel] : kernel;
  return convolution(module, [out, input / groups, ...sides], part, { bias });
}

/** Scale and shift are weights; the running mean and variance are stored beside them and are none. */
export function batchNorm(module: string, width: number): WeightTensor[] {
  return [...norm(module, width, 'layer'), ...running(module, width)];
}

/** A batch norm that detectors freeze: nothing of it is a weight. */
export function frozenBatchNorm(module: string, width: number): WeightTensor[] {
  return ['weight', 'bias', 'running_mean', 'running_var'].map((name) => buffer(`${module}.${name}`, width));
}

function running(module: string, width: number): WeightTensor[] {
  return ['running_mean', 'running_var'].map((name) => buffer(`${module}.${name}`, width));
}

function buffer(name: string, width: number): WeightTensor {
  return { name, shape: [width], part: 'other', role: 'buffer' };
}

/** A convolution without bias and the batch norm behind it. */
export function convNorm(
  conv_: string,
  norm_: string,
  out: number,
  input: number,
  options: Kernel = {},
): WeightTensor[] {
  return [...conv(conv_, out, input, options), ...batchNorm(norm_, out)];
}

/** A chain of linear layers `{module}.layers.{i}` from `input` over `hidden` to `out`. */
export function chain(
  module: string,
  input: number,
  hidden: number,
  out: number,
  layers: number,
  part: Part = 'head',
): WeightTensor[] {
  return Array.from({ length: bounded(layers) }, (_, index) =>
    linear(
      `${module}.layers.${String(index)}`,
      index === layers - 1 ? out : hidden,
      index === 0 ? input : hidden,
      part,
    ),
  ).flat();
}

/** A layer that neither attends nor has a network of the usual kind: its weights are all there is to say. */
export function plainLayer(weights: readonly WeightTensor[]): LayerPlan {
  return { mixer: NO_MIXER, feedForward: NO_FEED_FORWARD, others: weights };
}

/** A model for pictures: no vocabulary, no cache. */
export function visionModel(
  hidden: number,
  layers: readonly LayerPlan[],
  outside: readonly WeightTensor[],
): FamilyModel {
  return { kind: 'encoder', hidden, vocabulary: 0, maxContext: null, layers, outside, tiedHead: false };
}

/** A learned parameter that is neither a matrix nor a norm: tokens, positions, scales. */
export function learned(name: string, ...shape: number[]): WeightTensor {
  return vector(name, shape, 'embedding');
}

/** A size said once for both sides, or as a list of two: height and width. */
export function sides(config: Config, ...keys: string[]): [number, number] {
  const value = config.value(...keys);
  if (Array.isArray(value)) {
    const [height, width] = config.integers(...keys) ?? [];
    if (height === undefined) throw new ReadFailure('contradiction', `${keys[0] ?? ''} is an empty list.`);
    return [height, width ?? height];
  }
  const side = config.integer(...keys);
  return [side, side];
}

/** Patches of a picture of native size, along its height and its width. */
export function patchGrid(config: Config, image = 'image_size', patch = 'patch_size'): [number, number] {
  const [height, width] = sides(config, image);
  const [patchHeight, patchWidth] = sides(config, patch);
  return [Math.floor(height / Math.max(1, patchHeight)), Math.floor(width / Math.max(1, patchWidth))];
}

/** Numbers of one stage each; `count` says how many there must be. */
export function perStage(config: Config, key: string, count?: number): number[] {
  const list = config.integers(key);
  if (list === undefined) throw new ReadFailure('missing-key', `${config.path}${key} is not said.`);
  return checkedStages(list, config.path + key, count);
}

/** Doubts a count of stages that is not as many as the lists hold. */
export function doubtStages(config: Config, key: string, count: number): void {
  const said = config.optional(key);
  if (said !== undefined && said !== count)
    config.notes.doubt(
      'contradiction',
      `${config.path}${key} is ${String(said)}, and the lists hold ${String(count)} stages.`,
    );
}

/** The same for numbers that need not be whole. */
export function ratiosPerStage(config: Config, key: string, count?: number): number[] {
  const list = config.list(key) ?? [];
  if (!list.every((each): each is number => typeof each === 'number' && Number.isFinite(each)))
    throw new ReadFailure('contradiction', `${config.path}${key} holds what is no number.`);
  return checkedStages(list, config.path + key, count);
}

/** Stages of any published backbone are under ten. */
const MAX_STAGES = 256;

function checkedStages(list: readonly number[], name: string, count?: number): number[] {
  if (list.length === 0 || list.length > MAX_STAGES || (count !== undefined && list.length < count))
    throw new ReadFailure('contradiction', `${name} has ${String(list.length)} entries.`);
  if (list.some((each) => each < 0)) throw new ReadFailure('contradiction', `${name} has a negative entry.`);
  return count === undefined ? [...list] : list.slice(0, count);
}

/** A count of blocks within what any model has. */
export function bounded(count: number): number {
  if (!(count >= 0) || count > MAX_LAYERS)
    throw new ReadFailure('contradiction', `${quoted(count)} blocks: more than any model has.`);
  return count;
}

/** One plan for each of `count` blocks. */
export function blocks<T>(count: number, build: (index: number) => T): T[] {
  return Array.from({ length: bounded(count) }, (_, index) => build(index));
}

/** Says that the head an architecture names is not among those that are counted. */
export function doubtHead({ architecture, notes }: FamilyContext, known: RegExp): void {
  if (architecture === '')
    notes.doubt('unknown-head', 'The architecture is not said: what sits on top is not known.');
  else if (!known.test(architecture))
    notes.doubt('unknown-head', `${quoted(architecture)} may have a head that is not counted.`);
}

/** Keys of backbones and pictures that shape no weight by themselves. */
export function understoodPictureKeys(config: Config): void {
  config.understood(
    'out_features',
    'out_indices',
    '_out_features',
    '_out_indices',
    'stage_names',
    'encoder_stride',
    'drop_path_rate',
    'image_size',
    'num_stages',
    'reshape_hidden_states',
    'apply_layernorm',
    'semantic_loss_ignore_index',
    'is_training',
  );
}
