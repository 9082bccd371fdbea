import type { Family } from '../../family';
import { encoderStack } from '../../parts/encoderStack';
import { labelCount } from '../../parts/head';
import { norm, vector } from '../../parts/tensors';
import { conv, doubtHead, learned, linear, sides, visionModel } from '../../parts/visionPieces';
import { patchPositions, patchProjection, vitLayers } from '../../parts/vitLayers';
import type { LayerPlan } from '../../parts/foldLayers';
import { ReadFailure } from '../../readFailure';
import type { WeightTensor } from '../../spec';

/** VideoMAE: tubes of patches in place of patches; keys have no bias; positions are sines. */
export const videoMae: Family = (context) => {
  const { config, architecture } = context;
  doubtHead(context, /Model$|ForPreTraining$|ForVideoClassification$/);
  config.understood('num_frames', 'norm_pix_loss', 'image_size');
  // The decoder that the encoder was trained with is in every file, and in the weights of a model for pre-training alone.
  config.understood('decoder_num_attention_heads', 'decoder_hidden_size', 'decoder_num_hidden_layers');
  config.understood('decoder_intermediate_size');
  const hidden = config.integer('hidden_size');
  const tube = config.integer('tubelet_size');
  const [height, width] = sides(config, 'patch_size');
  const channels = config.integerOr(3, 'num_channels');
  const bias = config.flag(true, 'qv_bias', 'qkv_bias');
  const stack = (path: string, changes: Parameters<typeof vitLayers>[2]): LayerPlan[] =>
    vitLayers(config, path, { qkvBias: bias, keyBias: false, ...changes });
  const training = /ForPreTraining$/.test(architecture);
  const inner = config.integer('decoder_hidden_size');
  const classes = labelCount(config);
  const mean = config.flag(true, 'use_mean_pooling');
  const classified = /ForVideoClassification$/.test(architecture);
  const top: WeightTensor[] = [];
  if (classified) {
    if (mean) top.push(...norm('fc_norm', hidden, 'layer'));
    top.push(...linear('classifier', classes, hidden, 'head'));
  }
  if (training)
    top.push(
      ...linear('encoder_to_decoder', inner, hidden, 'vision', false),
      learned('mask_token', 1, 1, inner),
      ...norm('decoder.norm', inner, 'layer'),
      ...linear('decoder.head', channels * tube * height * width, inner, 'head'),
    );
  const decoder = training
    ? stack('decoder.decoder_layers.{layer}.', {
        layers: config.integer('decoder_num_hidden_layers'),
        hidden: inner,
        heads: config.integer('decoder_num_attention_heads'),
        width: config.integer('decoder_intermediate_size'),
      })
    : [];
  return visionModel(
    hidden,
    [...stack('videomae.encoder.layer.{layer}.', {}), ...decoder],
    [
      ...conv('videomae.embeddings.patch_embeddings.projection', hidden, channels, {
        kernel: [tube, height, width],
        bias: true,
        part: 'embedding',
      }),
      ...(mean ? [] : norm('videomae.layernorm', hidden, 'layer')),
      ...top,
    ],
  );
};

/** TimeSformer: attention in space, and in the usual form another in time. */
export const timesformer: Family = (context) => {
  const { config, architecture } = context;
  doubtHead(context, /Model$|ForVideoClassification$/);
  const hidden = config.integer('hidden_size');
  const bias = config.flag(true, 'qkv_bias');
  const kind = config.text('attention_type') ?? 'divided_space_time';
  const path = 'timesformer.encoder.layer.{layer}.';
  const classes = labelCount(config);
  const temporal = (): WeightTensor[] => [
    ...norm(`${path}temporal_layernorm`, hidden, 'layer'),
    ...linear(`${path}temporal_attention.attention.qkv`, 3 * hidden, hidden, 'attention', bias),
    ...linear(`${path}temporal_attention.output.dense`, hidden, hidden, 'attention'),
    ...linear(`${path}temporal_dense`, hidden, hidden, 'attention'),
  ];
  return visionModel(
    hidden,
    vitLayers(config, path, {
      fused: 'attention.qkv',
      ...(kind === 'divided_space_time' ? { others: temporal } : {}),
    }),
    [
      learned('timesformer.embeddings.cls_token', 1, 1, hidden),
      patchPositions(config, 'timesformer.embeddings.position_embeddings', hidden, 1),
      ...(kind === 'space_only'
        ? []
        : [learned('timesformer.embeddings.time_embeddings', 1, config.integer('num_frames'), hidden)]),
      ...patchProjection(config, 'timesformer.embeddings.patch_embeddings.projection', hidden),
      ...norm('timesformer.layernorm', hidden, 'layer'),
      ...(/ForVideoClassification$/.test(architecture) ? linear('classifier', classes, hidden, 'head') : []),
    ],
  );
};

/** ViViT: one position for each tube of the clip. */
export const vivit: Family = (context) => {
  const { config, architecture } = context;
  doubtHead(context, /Model$|ForVideoClassification$/);
  config.understood('video_size', 'pooler_act');
  const hidden = config.integer('hidden_size');
  const [frames = 0, height = 0, width = 0] = config.integers('tubelet_size') ?? [];
  if (frames < 1 || height < 1 || width < 1)
    throw new ReadFailure('contradiction', 'tubelet_size is no list of three sizes.');
  const [imageHeight, imageWidth] = sides(config, 'image_size');
  const tubes =
    Math.floor(imageWidth / width) *
    Math.floor(imageHeight / height) *
    Math.floor(config.integer('num_frames') / frames);
  const classes = labelCount(config);
  return visionModel(hidden, vitLayers(config, 'vivit.encoder.layer.{layer}.'), [
    learned('vivit.embeddings.cls_token', 1, 1, hidden),
    learned('vivit.embeddings.position_embeddings', 1, tubes + 1, hidden),
    ...conv('vivit.embeddings.patch_embeddings.projection', hidden, config.integerOr(3, 'num_channels'), {
      kernel: [frames, height, width],
      bias: true,
      part: 'embedding',
    }),
    ...norm('vivit.layernorm', hidden, 'layer'),
    ...(/ForVideoClassification$/.test(architecture)
      ? linear('classifier', classes, hidden, 'head')
      : linear('vivit.pooler.dense', config.optional('pooler_output_size') ?? hidden, hidden, 'other')),
  ]);
};

/** V-JEPA 2: rotary positions; a small predictor beside the encoder. */
export const vJepa2: Family = (context) => {
  const { config, architecture } = context;
  doubtHead(context, /Model$|ForVideoClassification$/);
  config.understood('crop_size', 'image_size', 'frames_per_clip', 'pred_zero_init_mask_tokens');
  const hidden = config.integer('hidden_size');
  const patch = config.integer('patch_size');
  const bias = config.flag(true, 'qkv_bias');
  const stack = (path: string, layers: number, dim: number, heads: number, width: number): LayerPlan[] =>
    encoderStack({
      path,
      layers,
      hidden: dim,
      heads,
      width,
      qkvBias: bias,
      outBias: true,
      mlpBias: true,
      attention: 'attention',
      attentionNames: { query: 'query', key: 'key', value: 'value', output: 'proj' },
      blockNorms: ['norm1', 'norm2'],
    });
  const inner = config.integer('pred_hidden_size');
  const heads = config.integer('num_attention_heads');
  const width = Math.trunc(hidden * (config.number('mlp_ratio') ?? 4));
  const classified = /ForVideoClassification$/.test(architecture);
  const classes = labelCount(config);
  const pooled = config.integer('num_pooler_layers');
  const encoder = stack('encoder.layer.{layer}.', config.integer('num_hidden_layers'), hidden, heads, width);
  const predictor = stack(
    'predictor.layer.{layer}.',
    config.integer('pred_num_hidden_layers'),
    inner,
    config.integer('pred_num_attention_heads'),
    Math.trunc(inner * (config.number('pred_mlp_ratio') ?? 4)),
  );
  const p = 'pooler.';
  const pooler: LayerPlan[] = classified
    ? encoderStack({
        path: `${p}self_attention_layers.{layer}.`,
        layers: pooled,
        hidden,
        heads,
        width,
        qkvBias: true,
        outBias: true,
        mlpBias: true,
      })
    : [];
  return visionModel(
    hidden,
    [...encoder, ...predictor, ...pooler],
    [
      ...conv('encoder.embeddings.patch_embeddings.proj', hidden, config.integer('in_chans'), {
        kernel: [config.integer('tubelet_size'), patch, patch],
        bias: true,
        part: 'embedding',
      }),
      ...norm('encoder.layernorm', hidden, 'layer'),
      vector(
        'predictor.embeddings.mask_tokens',
        [config.integer('pred_num_mask_tokens'), 1, 1, inner],
        'embedding',
      ),
      ...linear('predictor.embeddings.predictor_embeddings', inner, hidden),
      ...norm('predictor.layernorm', inner, 'layer'),
      ...linear('predictor.proj', hidden, inner),
      ...(classified
        ? [
            learned(`${p}query_tokens`, 1, 1, hidden),
            ...norm(`${p}cross_attention_layer.layer_norm1`, hidden, 'layer'),
            ...['q_proj', 'k_proj', 'v_proj'].flatMap((name) =>
              linear(`${p}cross_attention_layer.cross_attn.${name}`, hidden, hidden, 'attention'),
            ),
            ...norm(`${p}cross_attention_layer.layer_norm2`, hidden, 'layer'),
            ...linear(`${p}cross_attention_layer.mlp.fc1`, width, hidden),
            ...linear(`${p}cross_attention_layer.mlp.fc2`, hidden, width),
            ...linear('classifier', classes, hidden, 'head'),
          ]
        : []),
    ],
  );
};
