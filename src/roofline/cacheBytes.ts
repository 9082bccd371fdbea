import type { Mixer, ModelSpec } from '../model/spec';
import type { Bytes } from '../units/quantities';
import { cacheElements } from './stepOperations';

/** How a model's cache grows: windows fill up and stay, states are there from the first token. */
export interface CacheShape {
  /** Elements a token of layers that look at everything. */
  slope: number;
  /** Layers with a window: elements a token, up to that many tokens. */
  windows: readonly { elements: number; window: number }[];
  /** Bytes a token that sparse attention keeps to choose keys by, in a format of its own. */
  indexSlope: Bytes;
  /** Elements a token of what cross-attention keeps of the encoder's output. */
  crossSlope: number;
  /** Bytes a sequence whatever its length, given the bytes of a compute element. */
  stateElements: number;
  stateBytes: Bytes;
}

const shapes = new WeakMap<ModelSpec, CacheShape>();

/** Added up once a model. */
export function cacheShape(model: ModelSpec): CacheShape {
  let shape = shapes.get(model);
  if (!shape) {
    shape = addUp(model);
    shapes.set(model, shape);
  }
  return shape;
}

/** Bytes that one sequence of `tokens` tokens keeps; `crossTokens` are the encoder's, `stateElement` the bytes of a convolution state's element. */
export function cacheBytesPerSequence(
  shape: CacheShape,
  tokens: number,
  crossTokens: number,
  cacheElement: Bytes,
  stateElement: Bytes,
): Bytes {
  let elements = shape.slope * tokens + shape.crossSlope * crossTokens;
  for (const { elements: perToken, window } of shape.windows) elements += perToken * Math.min(tokens, window);
  return (
    elements * cacheElement +
    shape.indexSlope * tokens +
    shape.stateBytes +
    shape.stateElements * stateElement
  );
}

/** Longest sequence whose cache takes at most `bytes`; null where the cache stops growing before that. */
export function longestSequence(
  shape: CacheShape,
  bytes: Bytes,
  cacheElement: Bytes,
  stateElement: Bytes,
): number | null {
  const fixed = cacheBytesPerSequence(shape, 0, 0, cacheElement, stateElement);
  if (bytes <= fixed) return 0;
  // Windows fill in order of size: walk over the kinks of a line that only gets flatter.
  const kinks = [...shape.windows].sort((a, b) => a.window - b.window);
  let growing =
    shape.slope + shape.indexSlope / cacheElement + kinks.reduce((total, kink) => total + kink.elements, 0);
  let left = (bytes - fixed) / cacheElement;
  let at = 0;
  for (const kink of kinks) {
    const step = (kink.window - at) * growing;
    if (step >= left) return Math.floor(at + left / growing);
    left -= step;
    at = kink.window;
    growing -= kink.elements;
  }
  return growing > 0 ? Math.floor(at + left / growing) : null;
}

function addUp(model: ModelSpec): CacheShape {
  let slope = 0;
  let indexSlope = 0;
  let crossSlope = 0;
  let stateElements = 0;
  let stateBytes = 0;
  const windows = new Map<number, number>();
  for (const group of model.groups) {
    const layers = group.indices.length;
    const add = (mixer: Mixer): void => {
      if (mixer.kind === 'recurrent') {
        stateBytes += layers * mixer.stateElements * mixer.stateElementBytes;
        stateElements += layers * mixer.convolutionElements;
      } else if (mixer.kind === 'attention') {
        if (mixer.sharesCache) return;
        const elements = layers * cacheElements(mixer);
        indexSlope += layers * (mixer.indexKeyBytes ?? 0);
        if (!mixer.causal) {
          if (model.kind === 'encoder-decoder') crossSlope += elements;
        } else if (mixer.window !== undefined)
          windows.set(mixer.window, (windows.get(mixer.window) ?? 0) + elements);
        else slope += elements;
      }
    };
    add(group.layer.mixer);
    if (group.layer.secondMixer) add(group.layer.secondMixer);
  }
  return {
    slope,
    indexSlope,
    crossSlope,
    stateElements,
    stateBytes,
    windows: [...windows].map(([window, elements]) => ({ window, elements })),
  };
}
