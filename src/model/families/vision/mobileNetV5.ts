import type { Family } from '../../family';
import type { LayerPlan } from '../../parts/foldLayers';
import { NO_FEED_FORWARD, NO_MIXER } from '../../parts/block';
import { convolution, norm, vector } from '../../parts/tensors';
import type { Mixer, WeightTensor } from '../../spec';

/**
 * The one tower of Gemma 3n: MobileNet v5 with 300 million weights. Stages as the published model has them.
 * Source: huggingface/pytorch-image-models timm/models/mobilenetv5.py (mobilenetv5_300m_enc); norms store a scale alone.
 */
const ARCHITECTURE = 'mobilenetv5_300m_enc';

const ROOT = 'vision_tower.timm_model';

/** Channels after the stem and each stage. */
const STEM = 64;
const [FIRST, SECOND, THIRD, FOURTH] = [128, 256, 640, 1280] as const;

/** Width that the joined last two stages are mapped to. */
const OUT = 2048;

/** A convolution without bias and the norm after it. */
function normed(module: string, shape: readonly number[]): WeightTensor[] {
  return [...convolution(`${module}.conv`, shape, 'vision'), ...norm(`${module}.bn`, shape[0] ?? 0, 'rms')];
}

function block(weights: readonly WeightTensor[], mixer: Mixer = NO_MIXER.mixer): LayerPlan {
  return { mixer: { mixer, weights: [] }, feedForward: NO_FEED_FORWARD, others: weights };
}

/** A full convolution that widens, and one of single taps that narrows again. */
function edge(input: number, out: number): LayerPlan {
  const path = `${ROOT}.blocks.0.{layer}`;
  const wide = 4 * input;
  return block([
    ...convolution(`${path}.conv_exp`, [wide, input, 3, 3], 'vision'),
    ...norm(`${path}.bn1`, wide, 'rms'),
    ...convolution(`${path}.conv_pwl`, [out, wide, 1, 1], 'vision'),
    ...norm(`${path}.bn2`, out, 'rms'),
  ]);
}

interface Inverted {
  input: number;
  out: number;
  wide: number;
  /** Taps of the depth-wise convolutions before and between; 0 for none. */
  start: number;
  middle: number;
}

function inverted(stage: number, b: Inverted): LayerPlan {
  const path = `${ROOT}.blocks.${String(stage)}.{layer}`;
  const depthwise = (name: string, width: number, taps: number): WeightTensor[] =>
    taps === 0 ? [] : normed(`${path}.${name}`, [width, 1, taps, taps]);
  return block([
    ...depthwise('dw_start', b.input, b.start),
    ...normed(`${path}.pw_exp`, [b.wide, b.input, 1, 1]),
    ...depthwise('dw_mid', b.wide, b.middle),
    ...normed(`${path}.pw_proj`, [b.out, b.wide, 1, 1]),
    vector(`${path}.layer_scale.gamma`, b.out, 'vision'),
  ]);
}

/** Attention with one key and value head; both are read at half the resolution where `shrinks`. */
function attention(
  stage: number,
  width: number,
  heads: number,
  headDim: number,
  shrinks: boolean,
): LayerPlan {
  const path = `${ROOT}.blocks.${String(stage)}.{layer}`;
  const point = (name: string, out: number, input: number): WeightTensor[] =>
    convolution(`${path}.attn.${name}.proj`, [out, input, 1, 1], 'vision');
  const shrink = (name: string): WeightTensor[] =>
    shrinks
      ? [
          ...convolution(`${path}.attn.${name}.down_conv`, [width, 1, 3, 3], 'vision'),
          ...norm(`${path}.attn.${name}.norm`, width, 'rms'),
        ]
      : [];
  return block(
    [
      ...norm(`${path}.norm`, width, 'rms'),
      ...point('query', heads * headDim, width),
      ...['key', 'value'].flatMap((name) => [...shrink(name), ...point(name, headDim, width)]),
      ...point('output', width, heads * headDim),
      vector(`${path}.layer_scale.gamma`, width, 'vision'),
    ],
    {
      kind: 'attention',
      queryHeads: heads,
      kvHeads: 1,
      keyHeadDim: headDim,
      valueHeadDim: headDim,
      causal: false,
    },
  );
}

/** `count` times attention and what follows it. */
function repeated(count: number, plans: readonly LayerPlan[]): LayerPlan[] {
  return Array.from({ length: count }, () => plans).flat();
}

function stages(): LayerPlan[] {
  const second = (start: number): LayerPlan =>
    inverted(1, { input: SECOND, out: SECOND, wide: 4 * SECOND, start, middle: 0 });
  const third = (wide: number, start: number): LayerPlan =>
    inverted(2, { input: THIRD, out: THIRD, wide, start, middle: 0 });
  return [
    edge(STEM, FIRST),
    edge(FIRST, FIRST),
    edge(FIRST, FIRST),
    inverted(1, { input: FIRST, out: SECOND, wide: 6 * FIRST, start: 3, middle: 5 }),
    second(5),
    second(3),
    second(5),
    second(3),
    inverted(2, { input: SECOND, out: THIRD, wide: 6 * SECOND, start: 5, middle: 5 }),
    ...repeated(7, [third(4 * THIRD, 5)]),
    third(THIRD, 0),
    ...repeated(14, [attention(2, THIRD, 12, 64, true), third(2 * THIRD, 0)]),
    inverted(3, { input: THIRD, out: FOURTH, wide: 6 * THIRD, start: 5, middle: 5 }),
    ...repeated(19, [
      attention(3, FOURTH, 16, 96, false),
      inverted(3, { input: FOURTH, out: FOURTH, wide: 2 * FOURTH, start: 0, middle: 0 }),
    ]),
  ];
}

/** Gemma 3n's vision tower, by the name of its architecture: any other is told and not counted. */
export const mobileNetV5: Family = ({ config, notes }) => {
  const named = config.text('architecture') ?? ARCHITECTURE;
  if (named !== ARCHITECTURE)
    notes.doubt('missing-part', 'The vision tower is not the one that this family has; that one is counted.');
  config.understood('do_pooling', 'model_args', 'vocab_offset', 'vocab_size', 'hidden_size', 'num_classes');
  const joined = THIRD + FOURTH;
  return {
    kind: 'encoder',
    hidden: OUT,
    vocabulary: 0,
    maxContext: null,
    layers: stages(),
    outside: [
      ...convolution(`${ROOT}.conv_stem.conv`, [STEM, 3, 3, 3], 'vision', { bias: true }),
      ...norm(`${ROOT}.conv_stem.bn`, STEM, 'rms'),
      ...normed(`${ROOT}.msfa.ffn.pw_exp`, [2 * joined, joined, 1, 1]),
      ...normed(`${ROOT}.msfa.ffn.pw_proj`, [OUT, 2 * joined, 1, 1]),
      ...norm(`${ROOT}.msfa.norm`, OUT, 'rms'),
    ],
    tiedHead: false,
  };
};
