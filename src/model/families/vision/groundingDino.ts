import type { Family } from '../../family';
import { denseFeedForward } from '../../parts/feedForward';
import { planLayers } from '../../parts/foldLayers';
import { groupedAttention } from '../../parts/groupedAttention';
import { lookup, norm, vector } from '../../parts/tensors';
import { blocks, chain, conv, doubtHead, linear, visionModel } from '../../parts/visionPieces';
import { ReadFailure } from '../../readFailure';
import type { WeightTensor } from '../../spec';
import { asTower } from './clip';
import { sampledAttention } from './deformableDetr';
import { detectorBackbone } from './detectorBackbone';
import { DETECTOR_KEYS, gridPositions } from './detr';

/** Grounding DINO: Swin and BERT, fused block by block, then queries that attend to both. */
export const groundingDino: Family = (context) => {
  const { config, nested, architecture, modelType, notes } = context;
  doubtHead(context, /Model$|ForObjectDetection$/);
  config.understood(...DETECTOR_KEYS, 'max_text_len', 'fusion_droppath', 'positional_embedding_temperature');
  config.understood('disable_custom_kernels', 'two_stage_bbox_embed_share', 'tie_word_embeddings');
  config.understood('decoder_cls_embed_share', 'layer_norm_eps');
  const hidden = config.integer('d_model', 'hidden_size');
  const heads = config.integer('encoder_attention_heads');
  const decoderHeads = config.integer('decoder_attention_heads');
  const width = config.integer('encoder_ffn_dim');
  const half = Math.floor(width / 2);
  const levels = config.integer('num_feature_levels');
  // MM Grounding DINO always starts from what the encoder proposes, and adds a bias to each comparison with the words.
  const biased = modelType === 'mm-grounding-dino';
  const twoStage = config.flag(true, 'two_stage') || biased;
  const backbone = detectorBackbone(context, {
    frozen: true,
    fallback: 'swin',
    defaults: { out_features: ['stage2', 'stage3', 'stage4'] },
  });
  const text = nested('text_config', 'bert', { architecture: 'BertModel', evenIfAbsent: true });
  if (text === undefined) throw new ReadFailure('contradiction', 'text_config is no configuration.');
  const attention = (module: string, count: number): ReturnType<typeof groupedAttention> =>
    groupedAttention({
      module,
      hidden,
      queryHeads: count,
      kvHeads: count,
      headDim: hidden / count,
      qkvBias: true,
      outBias: true,
      causal: false,
      names: { query: 'query', key: 'key', value: 'value', output: 'out_proj' },
    });
  const network = (module: string, inner: number): ReturnType<typeof denseFeedForward> =>
    denseFeedForward({
      module,
      hidden,
      width: inner,
      gated: false,
      bias: true,
      names: { up: 'fc1', down: 'fc2' },
    });
  const e = 'model.encoder.layers.{layer}.';
  const encoder = planLayers(
    config.integer('encoder_layers'),
    () => '',
    () => ({
      mixer: sampledAttention({
        module: `${e}deformable_layer.self_attn`,
        hidden,
        heads,
        points: levels * config.integer('encoder_n_points'),
      }),
      second: attention(`${e}text_enhancer_layer.self_attn`, Math.max(1, Math.floor(heads / 2))),
      feedForward: network(`${e}deformable_layer`, width),
      others: [
        ...network(`${e}text_enhancer_layer`, half).weights,
        ...fusion(`${e}fusion_layer.`, hidden, half),
        ...[
          'text_enhancer_layer.layer_norm_before',
          'text_enhancer_layer.layer_norm_after',
          'deformable_layer.self_attn_layer_norm',
          'deformable_layer.final_layer_norm',
        ].flatMap((name) => norm(e + name, hidden, 'layer')),
      ],
    }),
  );
  const d = 'model.decoder.layers.{layer}.';
  const decoder = planLayers(
    config.integer('decoder_layers'),
    () => '',
    () => ({
      mixer: attention(`${d}self_attn`, decoderHeads),
      second: attention(`${d}encoder_attn_text`, decoderHeads),
      feedForward: network(d.slice(0, -1), config.integer('decoder_ffn_dim')),
      others: [
        ...sampledAttention({
          module: `${d}encoder_attn`,
          hidden,
          heads: decoderHeads,
          points: levels * config.integer('decoder_n_points'),
        }).weights,
        ...['self_attn', 'encoder_attn_text', 'encoder_attn'].flatMap((name) =>
          norm(`${d}${name}_layer_norm`, hidden, 'layer'),
        ),
        ...norm(`${d}final_layer_norm`, hidden, 'layer'),
      ],
    }),
  );
  const maps = levels > 1 ? backbone.widths : backbone.widths.slice(-1);
  const projections = blocks(Math.max(levels, maps.length), (index) => {
    const own = maps[index];
    const module = `model.input_proj_vision.${String(index)}`;
    const further = index === maps.length ? (maps.at(-1) ?? 0) : hidden;
    return [
      ...conv(`${module}.0`, hidden, own ?? further, { kernel: own === undefined ? 3 : 1, bias: true }),
      ...norm(`${module}.1`, hidden, 'layer'),
    ];
  }).flat();
  const shared = config.flag(true, 'decoder_bbox_embed_share');
  const boxes = /Model$/.test(architecture) ? 0 : shared ? 1 : config.integer('decoder_layers');
  if (config.flag(false, 'two_stage_bbox_embed_share') || !config.flag(true, 'tie_word_embeddings'))
    notes.doubt('shared-heads', 'Which of the heads that draw boxes are shared differs between releases.');
  const compared = /Model$/.test(architecture)
    ? 0
    : config.flag(true, 'decoder_cls_embed_share')
      ? 1
      : config.integer('decoder_layers');
  const queries = config.integer('num_queries');
  return {
    ...visionModel(
      hidden,
      [...encoder, ...decoder],
      [
        vector('model.level_embed', [levels, hidden], 'embedding'),
        ...gridPositions(config, hidden),
        ...projections,
        ...linear('model.text_projection', hidden, text.hidden, 'other'),
        ...(config.flag(true, 'embedding_init_target') || !twoStage
          ? [lookup('model.query_position_embeddings', queries, hidden)]
          : []),
        ...norm('model.decoder.layer_norm', hidden, 'layer'),
        ...chain(
          'model.decoder.reference_points_head',
          Math.floor(config.integer('query_dim') / 2) * hidden,
          hidden,
          hidden,
          2,
          'other',
        ),
        ...(twoStage
          ? [
              ...linear('model.enc_output', hidden, hidden, 'other'),
              ...norm('model.enc_output_norm', hidden, 'layer'),
              ...chain('model.encoder_output_bbox_embed', hidden, hidden, 4, 3),
            ]
          : [lookup('model.reference_points', queries, 4)]),
        ...(biased
          ? blocks(compared + (twoStage ? 1 : 0), (index) =>
              vector(`class_embed.${String(index)}.bias`, [], 'head'),
            )
          : []),
        ...blocks(boxes, (index) => chain(`bbox_embed.${String(index)}`, hidden, hidden, 4, 3)).flat(),
      ],
    ),
    vocabulary: text.vocabulary,
    towers: [
      backbone.tower,
      asTower(
        { ...text, outside: text.outside.filter((tensor) => !tensor.name.includes('pooler')) },
        'text-encoder',
      ),
    ],
  };
};

/** Pictures and words look at each other: one attention in both directions, each with a scale. */
function fusion(path: string, hidden: number, inner: number): WeightTensor[] {
  return [
    ...['vision_param', 'text_param'].map((name) => vector(path + name, hidden, 'other')),
    ...['layer_norm_vision', 'layer_norm_text'].flatMap((name) => norm(path + name, hidden, 'layer')),
    ...['vision_proj', 'text_proj', 'values_vision_proj', 'values_text_proj'].flatMap((name) =>
      linear(`${path}attn.${name}`, inner, hidden, 'attention'),
    ),
    ...['out_vision_proj', 'out_text_proj'].flatMap((name) =>
      linear(`${path}attn.${name}`, hidden, inner, 'attention'),
    ),
  ];
}
