import type { Family } from '../../family';
import { convolution, matrix, vector } from '../../parts/tensors';
import { samNeck, samTower } from '../vision/samTower';
import { joined, readParts, readTower, sizeOf, squareTokens } from './wrapper';

export const gotOcr2Vision: Family = ({ config }) => samTower(config, 'model.vision_tower.');

/** GOT-OCR 2: Segment Anything's tower, two convolutions that halve, one matrix, Qwen2. */
export const gotOcr2: Family = (context) => {
  const { config } = context;
  const parts = readParts(context, { text: 'qwen2', tower: 'got_ocr2_vision' });
  const out = sizeOf(config, 'vision_config', 'output_channels', 256);
  const { hidden } = parts.text;
  const p = 'model.multi_modal_projector';
  return joined(parts, {
    outputTokens: squareTokens(config, 4),
    projector: [
      ...convolution(`${p}.conv_upsampler1`, [2 * out, out, 3, 3], 'other'),
      ...convolution(`${p}.conv_upsampler2`, [hidden, 2 * out, 3, 3], 'other'),
      ...matrix(`${p}.multimodal_projector`, hidden, hidden, 'vision', { bias: true }),
    ],
  });
};

/** DeepSeek-VL with two towers: SigLIP for the whole, Segment Anything for detail, both mapped to half the width. */
export const deepseekVlHybrid: Family = (context) => {
  const { config } = context;
  const parts = readParts(context, { text: 'llama', tower: 'siglip_vision_model' });
  const detail = readTower(context, 'high_res_vision_config', 'sam_vision_model');
  const out = sizeOf(config, 'high_res_vision_config', 'output_channels', 256);
  const { hidden } = parts.text;
  const half = Math.floor(hidden / 2);
  const whole = joined(parts, {
    outputTokens: squareTokens(config, 1),
    projector: [
      ...matrix('model.aligner.vision_proj', half, parts.tower.hidden, 'vision', { bias: true }),
      ...matrix('model.aligner.high_res_vision_proj', half, 4 * out, 'vision', { bias: true }),
      ...matrix('model.aligner.proj', hidden, hidden, 'vision', { bias: true }),
    ],
  });
  return joined(
    { text: whole, tower: detail },
    {
      projector: [
        vector('model.high_res_vision_alpha', 1, 'other'),
        ...samNeck('model.high_res_vision_neck', detail.hidden, out),
        ...convolution('model.high_res_vision_proj.conv1', [2 * out, out, 3, 3], 'other'),
        ...convolution('model.high_res_vision_proj.conv2', [4 * out, 2 * out, 3, 3], 'other'),
      ],
    },
  );
};
