import type { Family } from '../../family';
import { expertFeedForward, denseFeedForward } from '../../parts/feedForward';
import { seq2seq, type SeqStack } from '../../parts/seq2seq';
import { lookup, matrix, norm } from '../../parts/tensors';
import type { WeightTensor } from '../../spec';

/** LED: BART whose encoder has a second set of projections for the tokens that everyone sees. */
export const led: Family = (context) => {
  const { config } = context;
  const hidden = config.integer('d_model', 'hidden_size');
  config.understood('attention_window', 'max_position_embeddings');
  const path = 'model.encoder.layers.{layer}.self_attn.longformer_self_attn.';
  return seq2seq(context, {
    encoderPositions: config.integer('max_encoder_position_embeddings'),
    decoderPositions: config.integer('max_decoder_position_embeddings'),
    embeddingNorm: true,
    finalNorm: false,
    encoder: {
      names: {
        query: 'longformer_self_attn.query',
        key: 'longformer_self_attn.key',
        value: 'longformer_self_attn.value',
        output: 'output',
      },
      others: () =>
        ['query_global', 'key_global', 'value_global'].flatMap((name) =>
          matrix(path + name, hidden, hidden, 'attention', { bias: true }),
        ),
    },
  });
};

export const plbart: Family = (context) => {
  const rows = context.config.integer('max_position_embeddings') + 2;
  return seq2seq(context, {
    encoderPositions: rows,
    decoderPositions: rows,
    embeddingNorm: true,
    finalNorm: false,
  });
};

/** MVP: BART, with prompts for every layer's keys and values where asked for. */
export const mvp: Family = (context) => {
  const { config } = context;
  const hidden = config.integer('d_model', 'hidden_size');
  const rows = config.integer('max_position_embeddings') + 2;
  const used = config.flag(false, 'use_prompt');
  const length = config.integerOr(100, 'prompt_length');
  const middle = config.integerOr(800, 'prompt_mid_dim');
  const prompt = (name: string, layers: number): WeightTensor[] => [
    lookup(`model.${name}.prompt_embedding`, length, hidden, 'other'),
    ...matrix(`model.${name}.prompt_trans.1`, middle, hidden, 'other', { bias: true }),
    ...matrix(`model.${name}.prompt_trans.3`, layers * 2 * hidden, middle, 'other', { bias: true }),
  ];
  const alone = context.architecture.endsWith('ForCausalLM');
  const layers = config.integer('decoder_layers');
  return seq2seq(context, {
    encoderPositions: rows,
    decoderPositions: rows,
    embeddingNorm: true,
    finalNorm: false,
    ...(used && !alone
      ? {
          encoderOutside: prompt('encoder.self_attn_prompt', config.integer('encoder_layers')),
          decoderOutside: [
            ...prompt('decoder.self_attn_prompt', layers),
            ...prompt('decoder.cross_attn_prompt', layers),
          ],
        }
      : {}),
  });
};

/** BigBird Pegasus: attention to blocks in the encoder, no biases in attention unless said. */
export const bigbirdPegasus: Family = (context) => {
  const { config } = context;
  const bias = config.flag(false, 'use_bias');
  const rows = config.integer('max_position_embeddings');
  config.understood('attention_type', 'block_size', 'num_random_blocks');
  return seq2seq(context, {
    encoderPositions: rows,
    decoderPositions: rows,
    embeddingNorm: true,
    finalNorm: false,
    aloneUntied: true,
    encoder: {
      qkvBias: bias,
      outBias: bias,
      names: { query: 'self.query', key: 'self.key', value: 'self.value', output: 'output' },
    },
    decoder: { qkvBias: bias, outBias: bias },
  });
};

/** Pegasus X: sinusoids, blocks that shift, and a few learned tokens that see everything. */
export const pegasusX: Family = (context) => {
  const { config } = context;
  const hidden = config.integer('d_model', 'hidden_size');
  const plain = { qkvBias: false, outBias: false };
  config.understood('block_size', 'stagger_local_blocks');
  return seq2seq(context, {
    encoderPositions: 0,
    decoderPositions: 0,
    embeddingNorm: false,
    finalNorm: true,
    encoderOutside: [lookup('model.encoder.embed_global', config.integer('num_global_tokens'), hidden)],
    encoder: {
      ...plain,
      others: () => norm('model.encoder.layers.{layer}.global_self_attn_layer_norm', hidden, 'layer'),
    },
    decoder: plain,
  });
};

/** NLLB with experts in every few layers of both sides, two for a token. */
export const nllbMoe: Family = (context) => {
  const { config } = context;
  const hidden = config.integer('d_model', 'hidden_size');
  const experts = config.integer('num_experts');
  const routerBias = config.flag(false, 'router_bias');
  config.understood(
    'expert_capacity',
    'second_expert_policy',
    'normalize_router_prob_before_dropping',
    'batch_prioritized_routing',
    'moe_eval_capacity_token_fraction',
    'moe_token_dropout',
    'router_ignore_padding_tokens',
    'router_dtype',
    'max_position_embeddings',
  );
  const side = (name: 'encoder' | 'decoder'): Partial<SeqStack> => {
    const step = config.integerOr(0, `${name}_sparse_step`);
    const sparse = (index: number): boolean => step > 0 && (index + 1) % step === 0;
    const module = `model.${name}.layers.{layer}.ffn`;
    const common = {
      module,
      hidden,
      width: config.integer(`${name}_ffn_dim`),
      gated: false,
      bias: true,
      names: { up: 'fc1', down: 'fc2' },
    };
    return {
      ...(name === 'decoder' ? { crossAttention: 'cross_attention' } : {}),
      blockNorms: [
        'self_attn_layer_norm',
        ...(name === 'decoder' ? ['cross_attention_layer_norm'] : []),
        'ff_layer_norm',
      ],
      describe: (index) => String(sparse(index)),
      feedForward: (index) =>
        sparse(index)
          ? expertFeedForward({
              ...common,
              experts,
              expertsPerToken: 2,
              router: 'router.classifier',
              routerBias,
              expertsPath: 'experts.expert_{expert}',
            })
          : denseFeedForward(common),
    };
  };
  return seq2seq(context, {
    encoderPositions: 0,
    decoderPositions: 0,
    embeddingNorm: false,
    finalNorm: true,
    encoder: side('encoder'),
    decoder: side('decoder'),
  });
};
