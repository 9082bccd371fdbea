import { isObject } from '../../config';
import type { Family, FamilyContext, FamilyModel } from '../../family';
import { groupedAttention } from '../../parts/groupedAttention';
import { convolution, lookup, matrix, norm, vector } from '../../parts/tensors';
import { encoderModel, patchesOf, vitStack } from '../../parts/vitStack';
import { ReadFailure } from '../../readFailure';
import type { WeightTensor } from '../../spec';
import { joined, readTower, wholeArchitecture } from './wrapper';

/** BLIP-2's vision transformer: one matrix for query, key and value, a class token, learned positions. */
export const blip2Vision: Family = ({ config }) => {
  const hidden = config.integer('hidden_size');
  const patch = config.integer('patch_size');
  const p = 'vision_model.';
  config.understood('projection_dim', 'num_channels');
  return encoderModel(
    hidden,
    vitStack(config, `${p}encoder.layers.{layer}.`, {
      qkvBias: config.flag(true, 'qkv_bias'),
      fused: 'qkv',
      attentionNames: { output: 'projection' },
    }),
    [
      vector(`${p}embeddings.class_embedding`, [1, 1, hidden], 'embedding'),
      vector(`${p}embeddings.position_embedding`, [1, patchesOf(config) + 1, hidden], 'embedding'),
      ...convolution(`${p}embeddings.patch_embedding`, [hidden, 3, patch, patch], 'embedding', {
        bias: true,
      }),
      ...norm(`${p}post_layernorm`, hidden, 'layer'),
    ],
  );
};

/** Two matrices and a norm behind them, as BERT has its feed-forward part. */
function bertMlp(path: string, suffix: string, hidden: number, width: number): WeightTensor[] {
  return [
    ...matrix(`${path}intermediate${suffix}.dense`, width, hidden, 'feedForward', { bias: true }),
    ...matrix(`${path}output${suffix}.dense`, hidden, width, 'feedForward', { bias: true }),
    ...norm(`${path}output${suffix}.LayerNorm`, hidden, 'layer'),
  ];
}

/** The querying transformer: BERT over learned queries, with a look at the picture in every n-th layer. */
export const qFormer: Family = ({ config, modelType }) => {
  const hidden = config.integer('hidden_size');
  const heads = config.integer('num_attention_heads');
  const width = config.integer('intermediate_size');
  const from = config.integer('encoder_hidden_size');
  const every = Math.max(1, config.integerOr(2, 'cross_attention_frequency'));
  const instructed = modelType.startsWith('instructblip');
  const readsText = instructed || config.flag(false, 'use_qformer_text_input');
  const path = 'qformer.encoder.layer.{layer}.';
  const names = {
    query: 'attention.query',
    key: 'attention.key',
    value: 'attention.value',
    output: 'output.dense',
  };
  const looks = (index: number): boolean => index % every === 0;
  const vocabulary = config.optional('vocab_size') ?? 0;
  const positions = config.optional('max_position_embeddings') ?? 0;
  config.understood('classifier_dropout');
  return encoderModel(
    hidden,
    vitStack(config, path, {
      attention: 'attention',
      attentionNames: names,
      feedForward: '',
      feedForwardNames: { up: 'intermediate_query.dense', down: 'output_query.dense' },
      blockNorms: ['attention.output.LayerNorm', 'output_query.LayerNorm'],
      describe: (index) => String(looks(index)),
      others: (index) => [
        ...(looks(index)
          ? [
              ...groupedAttention({
                module: `${path}crossattention`,
                hidden,
                queryHeads: heads,
                kvHeads: heads,
                headDim: hidden / heads,
                kvInput: from,
                qkvBias: true,
                outBias: true,
                causal: false,
                names,
              }).weights,
              ...norm(`${path}crossattention.output.LayerNorm`, hidden, 'layer'),
            ]
          : []),
        ...(readsText ? bertMlp(path, '', hidden, width) : []),
      ],
    }),
    instructed
      ? [
          lookup('qformer.embeddings.word_embeddings', vocabulary, hidden),
          lookup('qformer.embeddings.position_embeddings', positions, hidden),
          ...norm('qformer.embeddings.layernorm', hidden, 'layer'),
        ]
      : norm('qformer.layernorm', hidden, 'layer'),
  );
};

/** The querying transformer of a file, fed by a tower of the given width. */
export function readQFormer(context: FamilyContext, key: string, type: string, from: number): FamilyModel {
  const raw = context.config.raw[key];
  const said = isObject(raw) ? raw.encoder_hidden_size : undefined;
  if (said !== undefined && said !== from) {
    context.notes.doubt(
      'contradiction',
      `${key}.encoder_hidden_size is not the width of the tower, which holds.`,
    );
  }
  const model = context.nested(key, type, {
    evenIfAbsent: true,
    inherited: { encoder_hidden_size: from },
  });
  if (model === undefined) throw new ReadFailure('contradiction', `${key} is no configuration.`);
  return model;
}

/** BLIP-2 and InstructBLIP: tower, querying transformer, one matrix, OPT or T5 or Vicuna whole. */
export const blip2: Family = (context) => {
  const { config, nested, architecture, modelType, notes } = context;
  const kind = modelType === 'blip-2' ? 'blip_2' : modelType;
  const tower = readTower(context, 'vision_config', `${kind}_vision_model`);
  const queries = readQFormer(context, 'qformer_config', `${kind}_qformer`, tower.hidden);
  const tokens = config.integer('num_query_tokens');
  config.understood(
    'tie_word_embeddings',
    'image_text_hidden_size',
    'use_decoder_only_language_model',
    'image_token_index',
    'hidden_size',
  );
  const learned = vector('query_tokens', [1, tokens, queries.hidden], 'other');
  if (/ForImageTextRetrieval|VisionModel|QFormerModel|TextModel/.test(architecture)) {
    throw new ReadFailure('unsupported', `${architecture} has parts that are not known.`);
  }
  const section = config.raw.text_config;
  const said = isObject(section) && typeof section.model_type === 'string' ? section.model_type : 'opt';
  const headed = modelType === 'blip-2' || !/Model$/.test(architecture);
  const text = nested('text_config', 'opt', {
    architecture: headed ? wholeArchitecture(section, 'opt') : 'Model',
    evenIfAbsent: true,
  });
  if (text === undefined) throw new ReadFailure('contradiction', 'text_config is no configuration.');
  if (!headed && said !== 'opt')
    notes.doubt('unknown-head', 'Whether this architecture holds a head is not known.');
  const seen = joined({ text, tower });
  return joined(
    { text: seen, tower: queries },
    {
      kind: 'other',
      projector: [
        learned,
        ...matrix('language_projection', text.hidden, queries.hidden, 'other', { bias: true }),
      ],
      outputTokens: tokens,
    },
  );
};
