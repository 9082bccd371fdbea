import type { Family, FamilyModel } from '../../family';
import { encoderStack } from '../../parts/encoderStack';
import { BERT_POOLS, encoderTop } from '../../parts/encoderTop';
import { contextLimit, transformerSizes } from '../../parts/sizes';
import { lookup, matrix, norm, vector } from '../../parts/tensors';
import type { WeightTensor } from '../../spec';
import { bert, roberta } from './bert';

/**
 * BERT, or one of the models that publish their own code under BERT's `model_type`: Jina's embeddings of the second
 * generation say so by their architecture and by slopes (ALiBi) in place of learned positions.
 */
export const bertOrRemote: Family = (context) => {
  if (
    !/^Jina(?:Bert)?/.test(context.architecture) &&
    context.config.text('position_embedding_type') !== 'alibi'
  )
    return bert(context);
  return jinaBert(context);
};

/** Jina BERT v2 (jinaai/jina-bert-implementation modeling_bert.py): slopes for positions, gated without biases on the way in. */
export const jinaBert: Family = (context) => {
  const { config, notes } = context;
  const sizes = transformerSizes(config);
  const { hidden, vocabulary } = sizes;
  const kind = config.text('feed_forward_type') ?? 'original';
  const gated = /glu/.test(kind);
  const segments = config.integerOr(0, 'type_vocab_size');
  if (config.text('position_embedding_type') !== 'alibi')
    notes.doubt('unknown-key', 'Positions other than slopes are not known of this family.');
  if (!gated) notes.doubt('unknown-key', `feed_forward_type ${kind} is not known of this family.`);
  config.understood('emb_pooler', 'attn_implementation', 'model_max_length');
  const code = JSON.stringify(config.object('auto_map') ?? {});
  const normed = code.includes('qk-post-norm');
  if (!normed && !code.includes('jina-bert-implementation'))
    notes.doubt('unknown-key', 'Which of the two published builds this is, auto_map does not say.');
  if (/ForMaskedLM$/.test(context.architecture))
    notes.doubt(
      'unknown-head',
      'Published weights under this name may or may not hold the head and the pooler.',
    );
  const path = 'encoder.layer.{layer}.';
  const top = encoderTop(context, {
    hidden,
    vocabulary,
    masked: 'bert',
    sequence: 'linear',
    pools: BERT_POOLS,
    untiedBias: false,
  });
  return {
    kind: 'encoder',
    hidden,
    vocabulary,
    maxContext: contextLimit(config),
    layers: encoderStack({
      path,
      layers: sizes.layers,
      hidden,
      heads: sizes.heads,
      headDim: sizes.headDim,
      width: config.integer('intermediate_size'),
      qkvBias: true,
      outBias: true,
      mlpBias: false,
      gated,
      attention: 'attention',
      attentionNames: { query: 'self.query', key: 'self.key', value: 'self.value', output: 'output.dense' },
      feedForwardNames: { gate: 'gated_layers.gate', up: 'gated_layers', down: 'wo' },
      blockNorms: ['attention.output.LayerNorm', 'mlp.layernorm'],
      others: () => [
        vector(`${path}mlp.wo.bias`, hidden, 'feedForward'),
        ...(normed
          ? ['layer_norm_q', 'layer_norm_k'].flatMap((name) =>
              norm(`${path}attention.self.${name}`, hidden, 'layer'),
            )
          : []),
      ],
    }),
    outside: [
      lookup('embeddings.word_embeddings', vocabulary, hidden),
      ...(segments > 0 ? [lookup('embeddings.token_type_embeddings', segments, hidden)] : []),
      ...norm('embeddings.LayerNorm', hidden, 'layer'),
      ...top.weights,
    ],
    tiedHead: top.tied,
    headKnown: true,
  };
};

/**
 * XLM-RoBERTa, or Jina embeddings v3 as published under that `model_type`
 * (jinaai/xlm-roberta-flash-implementation): positions turn, and a low-rank adapter for each task lies on every matrix and table.
 */
export const xlmRobertaOrRemote: Family = (context) => {
  const { config } = context;
  const tasks = config.list('lora_adaptations')?.length ?? 0;
  if (tasks === 0 && config.text('position_embedding_type') !== 'rotary') return roberta(context);
  const trunk = context.as('jina_embeddings_v3');
  const rank = config.integerOr(4, 'lora_rank');
  config.understood(
    'lora_alpha',
    'lora_dropout_p',
    'lora_main_params_trainable',
    'load_trained_adapters',
    'matryoshka_dimensions',
    'truncate_dim',
    'use_flash_attn',
    'use_reentrant',
    'task_instructions',
    'rotary_emb_base',
    'emb_pooler',
  );
  return { ...trunk, outside: [...trunk.outside, ...adapters(trunk, tasks, rank)] };
};

/** Two thin matrices for each task on every matrix and table of a model. */
function adapters(trunk: FamilyModel, tasks: number, rank: number): WeightTensor[] {
  if (tasks === 0) return [];
  const layers = new Map<string, { count: number; tensor: WeightTensor }>();
  for (const plan of trunk.layers) {
    for (const tensor of [...plan.mixer.weights, ...plan.feedForward.weights]) {
      const known = layers.get(tensor.name);
      if (tensor.role === 'linear') layers.set(tensor.name, { count: (known?.count ?? 0) + 1, tensor });
    }
  }
  const fused = fuse([...layers.values()]);
  const outside = trunk.outside
    .filter(({ role }) => role === 'linear' || role === 'lookup')
    .map((tensor) => ({ count: 1, tensor }));
  return [...fused, ...outside].flatMap(({ count, tensor }) => {
    const name = tensor.name.replace(/\.weight$/, '');
    const [out = 0, input = 0] = tensor.shape;
    const copies = { copies: count };
    return [
      ...matrix(`${name}.lora_A`, tasks * rank, input, 'other', copies),
      ...matrix(`${name}.lora_B`, tasks * rank, out, 'other', copies),
    ];
  });
}

/** The published code keeps query, key and value as one matrix, so that one adapter lies on all three. */
function fuse(
  all: readonly { count: number; tensor: WeightTensor }[],
): { count: number; tensor: WeightTensor }[] {
  const part = all.filter(({ tensor }) => /\.[qkv]_proj\.weight$/.test(tensor.name));
  const first = part[0];
  if (first === undefined) return [...all];
  const rows = part.reduce((sum, { tensor }) => sum + (tensor.shape[0] ?? 0), 0);
  const joined: WeightTensor = {
    ...first.tensor,
    name: first.tensor.name.replace('q_proj', 'Wqkv'),
    shape: [rows, first.tensor.shape[1] ?? 0],
  };
  return [{ count: first.count, tensor: joined }, ...all.filter((each) => !part.includes(each))];
}
