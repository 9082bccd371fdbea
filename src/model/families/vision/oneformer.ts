import type { Config } from '../../config';
import type { Family } from '../../family';
import { encoderStack } from '../../parts/encoderStack';
import { denseFeedForward } from '../../parts/feedForward';
import { planLayers, type LayerPlan } from '../../parts/foldLayers';
import { biasedAttention } from '../../parts/biasedAttention';
import { labelCount } from '../../parts/head';
import { lookup, norm, vector } from '../../parts/tensors';
import { towerOf } from '../../parts/tower';
import { chain, conv, doubtHead, linear, visionModel } from '../../parts/visionPieces';
import type { Tower, WeightTensor } from '../../spec';
import { detectorBackbone } from './detectorBackbone';
import { inputProjections } from './mask2former';
import { LEVELS, packedAttention, pixelDecoder, SEGMENTER_KEYS } from './pixelDecoder';

/** Width of one head of the text encoder: fixed in the class. */
const TEXT_HEAD = 64;

/** OneFormer: Mask2Former told by a task token which kind of segments is wanted. */
export const oneFormer: Family = (context) => {
  const { config, architecture } = context;
  doubtHead(context, /Model$|ForUniversalSegmentation$/);
  config.understood(...SEGMENTER_KEYS, 'backbone', 'use_task_norm', 'contrastive_temperature');
  const backbone = detectorBackbone(context, {
    fallback: 'swin',
    defaults: { out_features: ['stage1', 'stage2', 'stage3', 'stage4'] },
    path: 'pixel_level_module.encoder.',
  });
  const hidden = config.integer('hidden_dim');
  const incoming = config.integer('conv_dim');
  const pixels = pixelDecoder(
    config,
    { hidden: 'conv_dim', masks: 'mask_dim', strides: 'strides' },
    backbone.widths,
  );
  const root = 'transformer_module.';
  const text = textTower(config, hidden);
  const training = config.flag(false, 'is_training');
  const headed = !/Model$/.test(architecture);
  const classes = labelCount(config);
  // Projections that the file insists on are kept in a plain list by the class, which registers none of them.
  const projected = config.flag(false, 'enforce_input_proj') || incoming !== hidden;
  if (projected)
    config.notes.doubt(
      'unregistered',
      'Projections in front of the decoder are stored by some releases and not by others.',
    );
  return {
    ...visionModel(
      hidden,
      [...pixels.layers, ...decoderLayers(config, hidden)],
      [
        ...pixels.outside,
        lookup(`${root}queries_embedder`, config.integer('num_queries'), hidden),
        ...(projected ? inputProjections(root, hidden, incoming) : []),
        ...norm(`${root}decoder.query_transformer.decoder.norm`, hidden, 'layer'),
        ...norm(`${root}decoder.decoder_norm`, hidden, 'layer'),
        ...conv(`${root}decoder.query_input_projection`, hidden, incoming, { bias: true }),
        ...linear(`${root}decoder.class_embed`, classes + 1, hidden, 'head'),
        ...chain(`${root}decoder.mask_embed`, hidden, hidden, config.integer('mask_dim'), 3),
        lookup(`${root}level_embed`, LEVELS, hidden),
        ...chain('task_encoder.task_mlp', config.integer('task_seq_len'), hidden, hidden, 2, 'other'),
        ...(headed && config.raw.contrastive_temperature !== null
          ? [vector('criterion.logit_scale', [], 'other')]
          : []),
      ],
    ),
    towers: [backbone.tower, ...(training ? [text] : [])],
  };
};

function decoderLayers(config: Config, hidden: number): LayerPlan[] {
  const heads = config.integer('num_attention_heads');
  const width = config.integer('dim_feedforward');
  const root = 'transformer_module.decoder.';
  const mixer = {
    kind: 'attention',
    queryHeads: heads,
    kvHeads: heads,
    keyHeadDim: hidden / heads,
    valueHeadDim: hidden / heads,
    causal: false,
  } as const;
  const queryPath = `${root}query_transformer.decoder.layers.{layer}.`;
  const network = (module: string): ReturnType<typeof denseFeedForward> =>
    denseFeedForward({
      module,
      hidden,
      width,
      gated: false,
      bias: true,
      names: { up: 'linear1', down: 'linear2' },
    });
  const queries = planLayers(
    config.integer('query_dec_layers'),
    () => '',
    () => ({
      mixer: { mixer, weights: packedAttention(`${queryPath}self_attn`, hidden) },
      second: { mixer, weights: packedAttention(`${queryPath}multihead_attn`, hidden) },
      feedForward: network(queryPath.slice(0, -1)),
      others: ['norm1', 'norm2', 'norm3'].flatMap((name) => norm(queryPath + name, hidden, 'layer')),
    }),
  );
  const path = `${root}layers.{layer}.`;
  const masked = planLayers(
    Math.max(0, config.integer('decoder_layers') - 1),
    () => '',
    () => ({
      mixer: { mixer, weights: packedAttention(`${path}cross_attn.multihead_attn`, hidden) },
      second: biasedAttention(`${path}self_attn.self_attn`, hidden, heads),
      feedForward: network(`${path}ffn`),
      others: ['cross_attn', 'self_attn', 'ffn'].flatMap((name) =>
        norm(`${path}${name}.norm`, hidden, 'layer'),
      ),
    }),
  );
  return [...queries, ...masked];
}

/** What training alone needs: the texts that queries are held against. */
function textTower(config: Config, hidden: number): Tower {
  const width = config.integer('text_encoder_width');
  const spare = config.integer('text_encoder_n_ctx');
  const root = 'text_mapper.text_encoder.';
  const projection: WeightTensor[] = chain(
    'text_mapper.text_projector',
    width,
    hidden,
    hidden,
    config.integer('text_encoder_proj_layers'),
    'other',
  );
  const heads = Math.max(1, Math.floor(width / TEXT_HEAD));
  return towerOf({
    kind: 'text-encoder',
    hidden: width,
    layers: encoderStack({
      path: `${root}transformer.layers.{layer}.`,
      layers: config.integer('text_encoder_num_layers'),
      hidden: width,
      heads,
      width: 4 * width,
      qkvBias: true,
      outBias: true,
      mlpBias: true,
    }),
    outside: [
      vector(
        `${root}positional_embedding`,
        [config.integer('text_encoder_context_length'), width],
        'embedding',
      ),
      ...norm(`${root}ln_final`, width, 'layer'),
      lookup(`${root}token_embedding`, config.integer('text_encoder_vocab_size'), width),
      ...projection,
      ...(spare > 0 ? [lookup('text_mapper.prompt_ctx', spare, width)] : []),
    ],
  });
}
