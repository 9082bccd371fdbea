import { formatOf } from '../format';
import type { Notes } from '../notes';
import { foldLayers, type LayerPlan } from '../parts/foldLayers';
import { NO_FEED_FORWARD, NO_MIXER } from '../parts/block';
import type { NumberFormat } from '../../units/numberFormat';
import type { ModelSpec, Part, WeightRole, WeightTensor } from '../spec';
import type { LayerMixers } from './ggufMixers';
import { listedBytes, type ListedTensor, type TensorListing } from './tensorListing';
import type { Turns } from './turns';

/** The index of a layer in a tensor's name, and the name with a placeholder in its stead. */
const LAYER = /(^|\.)(layers?|h|blocks?|blk)\.(\d+)\./;

/** Tensors that are stored beside the weights and are none. */
export const BUFFER =
  /(^|[._])(inv_freq|position_ids|masked_bias|rope_freqs|attn\.bias|attention\.bias|num_batches_tracked)(\.|$)/;

export interface SpecFrame {
  name: string;
  modelType: string;
  architecture: string;
  kind: ModelSpec['kind'];
  hiddenSize: number;
  vocabularySize: number;
  maxContext: number | null;
  quantisation: ModelSpec['quantisation'];
  notes: Notes;
  /** How layer `index` mixes; nothing is said where it is not known. */
  mixers?: (index: number) => LayerMixers;
}

/** Tensors that are placed in one go: a few milliseconds' work. */
const AT_ONCE = 1000;

/** A model whose weights are the listed tensors themselves, layer by layer. */
export function specFromTensors(listing: TensorListing, frame: SpecFrame): ModelSpec {
  const steps = placing(listing, frame);
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}

/** The same in turns: a hundred thousand tensors take a noticeable while. */
export async function specFromTensorsInTurns(
  listing: TensorListing,
  frame: SpecFrame,
  turns: Turns,
): Promise<ModelSpec> {
  const steps = placing(listing, frame);
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
    await turns.next();
  }
}

function* placing(listing: TensorListing, frame: SpecFrame): Generator<undefined, ModelSpec> {
  const layers = new Map<number, WeightTensor[]>();
  const outside: WeightTensor[] = [];
  for (const [place, tensor] of listing.tensors.entries()) {
    if (place % AT_ONCE === 0) yield;
    const found = LAYER.exec(tensor.name);
    const index = found === null ? NaN : Number(found[3]);
    const weight = weightOf(
      tensor,
      found === null ? tensor.name : tensor.name.replace(LAYER, '$1$2.{layer}.'),
    );
    const layer = layers.get(index);
    if (layer !== undefined) layer.push(weight);
    else if (!Number.isSafeInteger(index) || index > listing.tensors.length) outside.push(weight);
    else layers.set(index, [weight]);
  }
  const plans: LayerPlan[] = [];
  const alike = new Map<string, LayerPlan>();
  for (const [index, others] of [...layers.entries()].sort(([a], [b]) => a - b)) {
    yield;
    const { mixer, second } = frame.mixers?.(index) ?? { mixer: NO_MIXER.mixer };
    // Layers that are the same share one plan: what folds them later then compares a few.
    const key = JSON.stringify([mixer, second, others]);
    const plan = alike.get(key) ?? {
      mixer: { ...NO_MIXER, mixer },
      feedForward: NO_FEED_FORWARD,
      others,
      ...(second === undefined ? {} : { second: { ...NO_MIXER, mixer: second } }),
    };
    alike.set(key, plan);
    plans.push(plan);
  }
  yield;
  const hasHead = outside.some((tensor) => tensor.part === 'head');
  return {
    name: frame.name,
    modelType: frame.modelType,
    architecture: frame.architecture,
    kind: frame.kind,
    hiddenSize: frame.hiddenSize,
    vocabularySize: frame.vocabularySize,
    maxContext: frame.maxContext,
    groups: foldLayers(plans),
    outside,
    tiedHead: !hasHead && outside.some((tensor) => tensor.part === 'embedding'),
    towers: [],
    format: commonFormat(listing.tensors),
    quantisation: frame.quantisation,
    storedBytes: listedBytes(listing),
    exact: frame.notes.exact,
    warnings: frame.notes.warnings,
  };
}

function weightOf(tensor: ListedTensor, name: string): WeightTensor {
  return { name, shape: tensor.shape, part: partOf(name, tensor), role: roleOf(name, tensor) };
}

/** The part that a tensor's name says it belongs to. */
export function partOf(name: string, tensor: ListedTensor): Part {
  if (/norm|(^|\.)ln_|layernorm/i.test(name)) return 'norms';
  if (/^(output|lm_head|embed_out|head)\.|\.lm_head\./.test(name)) return 'head';
  if (/embed|token_embd|wte|wpe/.test(name)) return 'embedding';
  if (/vision|visual|mm\.|v\.blk/.test(name)) return 'vision';
  if (/exps|experts/.test(name)) return 'experts';
  if (/attn|attention/.test(name)) return 'attention';
  if (/ffn|mlp|feed_forward/.test(name)) return 'feedForward';
  return tensor.shape.length > 1 ? 'other' : 'norms';
}

function roleOf(name: string, tensor: ListedTensor): WeightRole {
  if (BUFFER.test(name) || /^(I|U)(16|32|64)$|^BOOL$|^int64$|^int32$|^bool$/.test(tensor.dtype))
    return 'buffer';
  if (/embed|token_embd|wte|wpe/.test(name) && tensor.shape.length === 2) return 'lookup';
  if (tensor.shape.length <= 1) return 'vector';
  return tensor.shape.length > 3 ? 'convolution' : 'linear';
}

const DTYPES: Readonly<Record<string, NumberFormat>> = {
  F64: 'f64',
  F32: 'f32',
  F16: 'f16',
  BF16: 'bf16',
  F8_E4M3: 'fp8',
  F8_E5M2: 'fp8',
};

/** The plain format that most bytes are in. */
function commonFormat(tensors: readonly ListedTensor[]): NumberFormat {
  const bytes = new Map<NumberFormat, number>();
  for (const tensor of tensors) {
    const format = DTYPES[tensor.dtype] ?? formatOf(tensor.dtype);
    if (format !== undefined) bytes.set(format, (bytes.get(format) ?? 0) + tensor.bytes);
  }
  const [first] = [...bytes.entries()].sort((a, b) => b[1] - a[1]);
  return first?.[0] ?? 'bf16';
}
