import { isObject, type JsonObject } from '../config';

/** How a family cuts a picture of any size for its tower, and what it hands on for it. */
export type PictureRule =
  /** Every picture is resized to one size. */
  | { kind: 'fixed'; places: number; tokens: number }
  /** Resized to whole patches within bounds, `merge` × `merge` of them handed on as one; rows may end in a token of their own. */
  | {
      kind: 'patches';
      patch: number;
      merge: number;
      bounds: { least: number; most: number } | { longest: number };
      rowEnds: boolean;
    }
  /** Cut into up to `most` squares of `side` pixels, whatever grid is nearest to its shape, and a small copy of the whole. */
  | { kind: 'grid'; side: number; most: number; places: number; tokens: number }
  /** Fitted into one of the listed sizes, cut into squares of `side`, the margins taken off, each row ended, and a small copy. */
  | { kind: 'listed'; side: number; patch: number; sizes: readonly (readonly [number, number])[] };

/** Bounds in pixels that the published preprocessor_config.json of a family has. */
const QWEN2 = { least: 56 * 56, most: 12_845_056 };
const QWEN3 = { least: 256 * 256, most: 4096 * 4096 };
const GLM4V = { least: 112 * 112, most: 28 * 28 * 15_000 };

/**
 * Families whose towers take a picture's own size, in patches of the side and merge that the file says.
 * Sources: preprocessor_config.json of Qwen/Qwen2.5-VL-7B-Instruct and Qwen/Qwen3-VL-8B-Instruct; transformers 5.23
 * models/qwen2_vl/image_processing_qwen2_vl.py (`smart_resize`), models/glm4v/image_processing_glm4v.py.
 */
const NATIVE: Readonly<Record<string, { patch: number; bounds: { least: number; most: number } }>> = {
  qwen2_vl: { patch: 14, bounds: QWEN2 },
  qwen2_5_vl: { patch: 14, bounds: QWEN2 },
  qwen2_5_omni: { patch: 14, bounds: QWEN2 },
  colqwen2: { patch: 14, bounds: QWEN2 },
  qwen3_vl: { patch: 16, bounds: QWEN3 },
  qwen3_vl_moe: { patch: 16, bounds: QWEN3 },
  qwen3_5: { patch: 16, bounds: QWEN3 },
  qwen3_5_moe: { patch: 16, bounds: QWEN3 },
  glm4v: { patch: 14, bounds: GLM4V },
  glm4v_moe: { patch: 14, bounds: GLM4V },
};

/** Families whose processors resize every picture to the tower's own size, and hand on what the file says. */
const FIXED: ReadonlySet<string> = new Set(['blip-2', 'gemma3', 'instructblip', 'janus']);
/** Those that hand every patch on. */
const EVERY_PATCH: ReadonlySet<string> = new Set(['git', 'llava', 'paligemma', 'vipllava']);

/** The rule of a model, from its type and its file; undefined where it is not known. `tokens`: handed on at the native size. */
export function pictureRuleOf(
  modelType: string,
  raw: JsonObject,
  tokens: number | undefined,
): PictureRule | undefined {
  const vision = isObject(raw.vision_config) ? raw.vision_config : {};
  const native = Object.hasOwn(NATIVE, modelType) ? NATIVE[modelType] : undefined;
  if (native) {
    return {
      kind: 'patches',
      patch: size(vision.patch_size) ?? native.patch,
      merge: size(vision.spatial_merge_size) ?? 2,
      bounds: native.bounds,
      rowEnds: false,
    };
  }
  if (vision.model_type === 'pixtral' || modelType === 'pixtral') return pixtral(raw, vision);
  if (modelType === 'internvl_chat' || modelType === 'internvl') return internVl(raw, vision);
  if (modelType === 'llava_next') return llavaNext(raw, vision);
  const [side, patch] = [size(vision.image_size), size(vision.patch_size)];
  if (side === undefined || patch === undefined) return undefined;
  const places = Math.floor(side / patch) ** 2;
  if (EVERY_PATCH.has(modelType)) return { kind: 'fixed', places, tokens: places };
  // What gemma 3 hands on stands outside its tower.
  const handed = tokens ?? size(raw.mm_tokens_per_image);
  return FIXED.has(modelType) && handed !== undefined ? { kind: 'fixed', places, tokens: handed } : undefined;
}

/** Pixtral and Mistral 3: the longest side within the tower's, a token at each row's end. Source: transformers models/pixtral. */
function pixtral(raw: JsonObject, vision: JsonObject): PictureRule {
  return {
    kind: 'patches',
    patch: size(vision.patch_size) ?? 16,
    merge: size(raw.spatial_merge_size) ?? 1,
    bounds: { longest: size(vision.image_size) ?? 1024 },
    rowEnds: true,
  };
}

/** InternVL: `dynamic_preprocess` of its published code, and a small copy wherever there is more than one square. */
function internVl(raw: JsonObject, vision: JsonObject): PictureRule {
  const side = size(raw.force_image_size) ?? size(vision.image_size) ?? 448;
  const patch = size(vision.patch_size) ?? 14;
  const ratio =
    typeof raw.downsample_ratio === 'number' && raw.downsample_ratio > 0 ? raw.downsample_ratio : 0.5;
  const along = Math.floor(side / patch);
  const most = raw.dynamic_image_size === false ? 1 : (size(raw.max_dynamic_patch) ?? 12);
  return {
    kind: 'grid',
    side,
    most: Math.min(most, MOST_SQUARES),
    places: along ** 2 + 1,
    tokens: Math.floor(along * ratio) ** 2,
  };
}

/** No family cuts a picture finer; a file that says more would have us try every grid of a hostile number. */
const MOST_SQUARES = 64;

/** LLaVA-NeXT: the sizes of its file, else of its class. Source: transformers models/llava_next/configuration_llava_next.py. */
function llavaNext(raw: JsonObject, vision: JsonObject): PictureRule {
  const said = Array.isArray(raw.image_grid_pinpoints) ? raw.image_grid_pinpoints.slice(0, MOST_SQUARES) : [];
  const sizes = said.flatMap((pair): [number, number][] => {
    const [height, width] = Array.isArray(pair) ? pair.map(size) : [];
    return height === undefined || width === undefined ? [] : [[height, width]];
  });
  return {
    kind: 'listed',
    side: size(vision.image_size) ?? 336,
    patch: size(vision.patch_size) ?? 14,
    sizes: sizes.length > 0 ? sizes : CLASS_SIZES,
  };
}

const CLASS_SIZES: readonly (readonly [number, number])[] = [
  [336, 672],
  [672, 336],
  [672, 672],
  [1008, 336],
  [336, 1008],
];

const MAX_SIDE = 100_000;

/** A side in pixels; squares are also written as a pair. */
function size(value: unknown): number | undefined {
  const one: unknown = Array.isArray(value) ? value[0] : value;
  return typeof one === 'number' && Number.isInteger(one) && one >= 1 && one <= MAX_SIDE ? one : undefined;
}
