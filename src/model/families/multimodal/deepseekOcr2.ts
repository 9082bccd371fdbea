import type { Family } from '../../family';
import { llamaLike } from '../../parts/llamaLike';
import { convolution, matrix, vector, lookup } from '../../parts/tensors';
import { ReadFailure } from '../../readFailure';
import { deepseek } from '../decoders/deepseek';
import { asTower, clipVision } from '../vision/clip';
import { samTower } from '../vision/samTower';
import { joined, readText, readTower, sizesOf } from './wrapper';

/** Segment Anything's tower with two convolutions that halve behind it. */
export const ocrSam: Family = ({ config }) => {
  const model = samTower(config, 'model.vision_tower.sam_encoder.');
  const out = config.integer('output_channels');
  const [second, third] = config.integers('downsample_channels') ?? [];
  if (second === undefined || third === undefined)
    throw new ReadFailure('contradiction', 'downsample_channels is no pair of sizes.');
  const p = 'model.vision_tower.sam_encoder.proj';
  return {
    ...model,
    outside: [
      ...model.outside,
      ...convolution(`${p}.conv1`, [second, out, 3, 3], 'other'),
      ...convolution(`${p}.conv2`, [third, second, 3, 3], 'other'),
    ],
  };
};

/** A Qwen2 that reads patches in place of words: no table of words. */
export const ocrEncoder: Family = (context) => {
  context.config.understood('vocab_size', 'use_sliding_window', 'max_window_layers', 'tie_word_embeddings');
  const model = llamaLike(
    { ...context, architecture: 'Model' },
    { qkvBias: true, window: { slides: () => false } },
  );
  return { ...model, kind: 'encoder', outside: model.outside.filter((tensor) => tensor.role !== 'lookup') };
};

/** Learned queries for pictures of 768 and of 1024 pixels. */
const QUERIES = { '768': 144, '1024': 256 } as const;

/** DeepSeek-OCR 2's eye: Segment Anything, then a small language model that orders what was seen. */
export const ocr2Vision: Family = (context) => {
  const sam = readTower(context, 'sam_config', 'deepseek_ocr2_sam_vision_model');
  const encoder = readTower(context, 'encoder_config', 'deepseek_ocr2_encoder');
  const queries = Object.entries(QUERIES).map(([side, rows]) =>
    lookup(`model.vision_tower.query_${side}_resolution`, rows, encoder.hidden),
  );
  return { ...encoder, outside: [...encoder.outside, ...queries], towers: [asTower(sam)] };
};

/** DeepSeek-OCR 2 as transformers has it. */
export const deepseekOcr2: Family = (context) => {
  const text = readText(context, 'text_config', 'deepseek_ocr2_text');
  const tower = readTower(context, 'vision_config', 'deepseek_ocr2_vision');
  const whole = joined(
    { text, tower },
    {
      projector: [
        ...matrix('model.multi_modal_projector', text.hidden, tower.hidden, 'vision', { bias: true }),
        vector('model.view_separator', text.hidden, 'other'),
      ],
    },
  );
  return { ...whole, towers: [...(whole.towers ?? []), ...(tower.towers ?? [])] };
};

/** The language model of these: DeepSeek's experts on plain attention. */
export const ocrText: Family = (context) => {
  const { config, notes } = context;
  config.understood('topk_method', 'norm_topk_prob');
  if (config.flag(false, 'mlp_bias'))
    notes.doubt('unknown-key', 'Biases in the feed-forward parts of this family are not counted.');
  const said = config.optional('head_dim');
  const divided = config.integer('hidden_size') / config.integer('num_attention_heads');
  if (said !== undefined && said !== divided)
    notes.doubt('contradiction', 'head_dim is not the width divided by the heads, which holds.');
  return deepseek(context);
};

/** Unlimited-OCR's second tower: CLIP on the patches of the first, without its own patches and its last norm. */
export const unlimitedClip: Family = (context) => {
  const model = clipVision(context);
  return {
    ...model,
    outside: model.outside.filter((tensor) => !/post_layernorm|patch_embedding/.test(tensor.name)),
  };
};

/** Unlimited-OCR: Segment Anything and CLIP side by side, one matrix, DeepSeek's experts. */
export const unlimitedOcr: Family = (context) => {
  const text = readText(context, 'text_config', 'unlimited_ocr_text');
  const tower = readTower(context, 'vision_config', 'unlimited_ocr_vision');
  const whole = joined(
    { text, tower },
    {
      projector: [
        ...matrix('model.multi_modal_projector', text.hidden, tower.vocabulary, 'vision', { bias: true }),
        vector('model.view_separator', text.hidden, 'other'),
        vector('model.image_newline', text.hidden, 'other'),
      ],
    },
  );
  return { ...whole, towers: [...(whole.towers ?? []), ...(tower.towers ?? [])] };
};

/** Its two towers; what they hand on together stands in place of a vocabulary, of which a tower has none. */
export const unlimitedVision: Family = (context) => {
  const sam = readTower(context, 'sam_config', 'unlimited_ocr_sam_vision_model');
  const clip = readTower(context, 'encoder_config', 'unlimited_ocr_vision_encoder');
  const [, last = 1024] = sizesOf(context.config, 'sam_config', 'downsample_channels', [512, 1024]);
  return { ...clip, vocabulary: last + clip.hidden, towers: [asTower(sam)] };
};
