import type { Family } from '../../family';
import { convolution, lookup, matrix, norm, vector } from '../../parts/tensors';
import { encoderModel, vitStack } from '../../parts/vitStack';
import { ReadFailure } from '../../readFailure';
import { joined, readText } from './wrapper';

/** Under which name a wrapper tells its tower the language model's width. */
const HANDED_ON = 'width that the wrapper hands down';

/** Hunyuan-VL's tower: a grid of learned positions, and a merger that doubles the width twice. */
export const hunyuanVlVision: Family = ({ config }) => {
  const hidden = config.integer('hidden_size');
  const patch = config.integer('patch_size');
  const merge = config.integer('spatial_merge_size');
  // The wrapper hands its language model's width down, whatever the section says.
  const out = config.optional(HANDED_ON) ?? config.integer('text_hidden_size');
  config.understood(
    'text_hidden_size',
    'out_hidden_size',
    'num_key_value_heads',
    'temporal_patch_size',
    'min_image_size',
    'max_vit_seq_len',
  );
  const grid = Math.floor(config.integer('max_image_size') / Math.max(1, patch));
  const p = 'model.visual.';
  const m = `${p}patch_merger`;
  return encoderModel(
    hidden,
    vitStack(config, `${p}layers.{layer}.`, { attentionNames: { output: 'o_proj' } }),
    [
      ...convolution(
        `${p}embeddings.patch_embedding`,
        [hidden, config.integerOr(3, 'num_channels'), patch, patch],
        'embedding',
        { bias: true },
      ),
      lookup(`${p}embeddings.position_embedding`, grid * grid + 1, hidden),
      ...convolution(`${m}.proj_conv`, [2 * hidden, hidden, merge, merge], 'vision', { bias: true }),
      ...convolution(`${m}.proj_out`, [4 * hidden, 2 * hidden, 1, 1], 'vision', { bias: true }),
      ...matrix(`${m}.mlp`, out, 4 * hidden, 'vision', { bias: true }),
      vector(`${m}.image_newline`, 4 * hidden, 'other'),
      ...['image_begin', 'image_end', 'image_sep'].map((name) => vector(`${m}.${name}`, out, 'other')),
      ...norm(`${m}.before_rms`, hidden, 'rms'),
      ...norm(`${m}.after_rms`, out, 'rms'),
    ],
  );
};

/** Hunyuan-VL: the tower brings its own merger. */
export const hunyuanVl: Family = (context) => {
  const text = readText(context, 'text_config', 'hunyuan_vl_text');
  const tower = context.nested('vision_config', 'hunyuan_vl_vision', {
    evenIfAbsent: true,
    inherited: { [HANDED_ON]: text.hidden },
  });
  if (tower === undefined) throw new ReadFailure('contradiction', 'vision_config is no configuration.');
  return joined({ text, tower });
};
