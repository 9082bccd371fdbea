import type { Config } from '../../config';
import type { Family } from '../../family';
import { encoderStack } from '../../parts/encoderStack';
import { norm } from '../../parts/tensors';
import {
  conv,
  doubtHead,
  learned,
  patchGrid,
  perStage,
  plainLayer,
  sides,
  understoodPictureKeys,
  visionModel,
  blocks,
} from '../../parts/visionPieces';
import { ReadFailure } from '../../readFailure';
import type { WeightTensor } from '../../spec';
import { positionBias } from './swin';

/** Channels of the upsampler: fixed in the class. */
const UPSAMPLED = 64;

/** Swin2SR: Swin v2's blocks at one size, and an upsampler that makes the picture larger. */
export const swin2Sr: Family = (context) => {
  const { config, architecture } = context;
  doubtHead(context, /Model$|ForImageSuperResolution$/);
  understoodPictureKeys(config);
  config.understood('img_range', 'num_layers', 'window_size');
  const width = config.integer('embed_dim');
  const depths = perStage(config, 'depths');
  const heads = perStage(config, 'num_heads', depths.length);
  const ratio = config.number('mlp_ratio') ?? 2;
  const bias = config.flag(true, 'qkv_bias');
  const patch = sides(config, 'patch_size');
  const narrow = Math.floor(width / 4);
  const three = config.text('resi_connection') === '3conv';
  const kernel3 = { kernel: 3, bias: true };
  const layers = depths.flatMap((depth, stage) => {
    const path = `swin2sr.encoder.stages.${String(stage)}.`;
    const block = `${path}layers.{layer}.`;
    const count = heads[stage] ?? 1;
    if (count < 1 || width % count !== 0)
      throw new ReadFailure('contradiction', `${String(width)} does not divide over ${String(count)} heads.`);
    return [
      ...encoderStack({
        path: block,
        layers: depth,
        hidden: width,
        heads: count,
        width: Math.trunc(ratio * width),
        qkvBias: bias,
        keyBias: false,
        outBias: true,
        mlpBias: true,
        attention: 'attention',
        attentionNames: { query: 'self.query', key: 'self.key', value: 'self.value', output: 'output.dense' },
        feedForward: '',
        feedForwardNames: { up: 'intermediate.dense', down: 'output.dense' },
        blockNorms: ['layernorm_before', 'layernorm_after'],
        others: () => positionBias(0, `${block}attention.self.`, count, true),
      }),
      plainLayer([
        ...(three
          ? [
              ...conv(`${path}conv.0`, narrow, width, kernel3),
              ...conv(`${path}conv.2`, narrow, narrow, { bias: true }),
              ...conv(`${path}conv.4`, width, narrow, kernel3),
            ]
          : conv(`${path}conv`, width, width, kernel3)),
        ...conv(`${path}patch_embed.projection`, width, width, { kernel: patch, bias: true }),
      ]),
    ];
  });
  const [rows, columns] = patchGrid(config);
  return visionModel(width, layers, [
    ...conv('swin2sr.first_convolution', width, config.integerOr(3, 'num_channels'), kernel3),
    ...conv('swin2sr.embeddings.patch_embeddings.projection', width, width, { kernel: patch, bias: true }),
    ...norm('swin2sr.embeddings.patch_embeddings.layernorm', width, 'layer'),
    ...(config.flag(false, 'use_absolute_embeddings')
      ? [learned('swin2sr.embeddings.position_embeddings', 1, rows * columns + 1, width)]
      : []),
    ...norm('swin2sr.layernorm', width, 'layer'),
    ...conv('swin2sr.conv_after_body', width, width, kernel3),
    ...(/ForImageSuperResolution$/.test(architecture) ? upsampler(config, width) : []),
  ]);
};

/** Convolutions that double the side again and again, or treble it. */
function steps(config: Config): WeightTensor[] {
  const scale = config.integer('upscale');
  const doublings = Math.log2(scale);
  if (Number.isInteger(doublings))
    return blocks(doublings, (index) =>
      conv(`upsample.upsample.convolution_${String(index)}`, 4 * UPSAMPLED, UPSAMPLED, {
        kernel: 3,
        bias: true,
      }),
    ).flat();
  if (scale !== 3)
    throw new ReadFailure('contradiction', `${String(scale)} times larger is no step of this model.`);
  return conv('upsample.upsample.convolution', 9 * UPSAMPLED, UPSAMPLED, { kernel: 3, bias: true });
}

function upsampler(config: Config, width: number): WeightTensor[] {
  const out = config.optional('num_channels_out') ?? config.integerOr(3, 'num_channels');
  const input = config.integerOr(3, 'num_channels');
  const u = 'upsample.';
  const unit = (name: string, to: number, from: number): WeightTensor[] =>
    conv(u + name, to, from, { kernel: 3, bias: true, part: 'head' });
  config.understood('upscale');
  switch (config.text('upsampler')) {
    case 'pixelshuffle':
      return [
        ...unit('conv_before_upsample', UPSAMPLED, width),
        ...steps(config),
        ...unit('final_convolution', out, UPSAMPLED),
      ];
    case 'pixelshuffle_aux':
      return [
        ...unit('conv_bicubic', UPSAMPLED, input),
        ...unit('conv_before_upsample', UPSAMPLED, width),
        ...unit('conv_aux', input, UPSAMPLED),
        ...unit('conv_after_aux.0', UPSAMPLED, 3),
        ...steps(config),
        ...unit('final_convolution', out, UPSAMPLED),
      ];
    case 'pixelshuffledirect':
      return unit('conv', config.integer('upscale') ** 2 * out, width);
    case 'nearest+conv':
      return [
        ...unit('conv_before_upsample', UPSAMPLED, width),
        ...['conv_up1', 'conv_up2', 'conv_hr'].flatMap((name) => unit(name, UPSAMPLED, UPSAMPLED)),
        ...unit('final_convolution', out, UPSAMPLED),
      ];
    default:
      return conv('final_convolution', out, width, { kernel: 3, bias: true, part: 'head' });
  }
}

/** SuperPoint: a small convolution net that finds corners and describes them. */
export const superPoint: Family = (context) => {
  const { config } = context;
  doubtHead(context, /ForKeypointDetection$/);
  config.understood('keypoint_threshold', 'max_keypoints', 'nms_radius', 'border_removal_distance');
  const widths = perStage(config, 'encoder_hidden_sizes');
  const inner = config.integer('decoder_hidden_size');
  const last = widths.at(-1) ?? 0;
  const unit = (module: string, out: number, input: number, kernel: number): WeightTensor[] =>
    conv(module, out, input, { kernel, bias: true });
  const layers = widths.map((width, index) => {
    const path = `encoder.conv_blocks.${String(index)}.`;
    return plainLayer([
      ...unit(`${path}conv_a`, width, index === 0 ? 1 : (widths[index - 1] ?? 0), 3),
      ...unit(`${path}conv_b`, width, width, 3),
    ]);
  });
  return visionModel(last, layers, [
    ...unit('keypoint_decoder.conv_score_a', inner, last, 3),
    ...unit('keypoint_decoder.conv_score_b', config.integer('keypoint_decoder_dim'), inner, 1),
    ...unit('descriptor_decoder.conv_descriptor_a', inner, last, 3),
    ...unit('descriptor_decoder.conv_descriptor_b', config.integer('descriptor_decoder_dim'), inner, 1),
  ]);
};
