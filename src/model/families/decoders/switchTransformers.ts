import type { Config } from '../../config';
import type { Family } from '../../family';
import type { FeedForwardBlock } from '../../parts/block';
import { denseFeedForward, expertFeedForward } from '../../parts/feedForward';
import { planLayers, type LayerPlan } from '../../parts/foldLayers';
import { groupedAttention } from '../../parts/groupedAttention';
import { lookup, matrix, norm } from '../../parts/tensors';
import { towerOf } from '../../parts/tower';
import type { WeightTensor } from '../../spec';

/** Switch Transformers: T5 with experts in some layers, of which a token passes through one. */
export const switchTransformers: Family = ({ config, architecture, notes }) => {
  const hidden = config.integer('d_model');
  const vocabulary = config.integer('vocab_size');
  const layers = config.integer('num_layers');
  const decoderLayers = config.optional('num_decoder_layers') ?? layers;
  const tied = config.flag(true, 'tie_word_embeddings');
  config.understood(
    'num_hidden_layers',
    'num_attention_heads',
    'hidden_size',
    'head_dim',
    'is_gated_act',
    'dense_act_fn',
    'feed_forward_proj',
    'relative_attention_max_distance',
    'n_positions',
    'add_router_probs',
    'router_bias',
    'router_type',
    'router_ignore_padding_tokens',
    'batch_prioritized_routing',
    'num_selected_experts',
    'add_cross_attention',
    'expert_capacity',
  );
  const headed = /ForConditionalGeneration$|WithLMHeadModel$/.test(architecture) || architecture === '';
  if (!headed && !/Transformers(Encoder)?Model$/.test(architecture))
    notes.doubt('unknown-head', 'The head of this architecture is not known; none is counted.');
  const encoder = stack(config, 'encoder', layers, config.integer('num_sparse_encoder_layers'));
  const shared = lookup('shared', vocabulary, hidden);
  // One table for both stacks and the head; where the file says they are apart, each has its own beside it.
  const own = (side: string): WeightTensor[] =>
    tied ? [] : [lookup(`${side}.embed_tokens`, vocabulary, hidden)];
  const common = { hidden, vocabulary, maxContext: config.optional('n_positions') ?? null };
  if (/EncoderModel$/.test(architecture))
    return {
      ...common,
      kind: 'encoder',
      layers: encoder,
      outside: [shared, ...own('encoder'), ...norm('encoder.final_layer_norm', hidden, 'rms')],
      tiedHead: false,
    };
  return {
    ...common,
    kind: 'encoder-decoder',
    layers: stack(config, 'decoder', decoderLayers, config.integer('num_sparse_decoder_layers')),
    outside: [
      shared,
      ...own('decoder'),
      ...norm('decoder.final_layer_norm', hidden, 'rms'),
      ...(tied || !headed ? [] : matrix('lm_head', vocabulary, hidden, 'head')),
    ],
    tiedHead: tied && headed,
    headKnown: true,
    towers: [
      towerOf({
        kind: 'text-encoder',
        hidden,
        layers: encoder,
        outside: [...own('encoder'), ...norm('encoder.final_layer_norm', hidden, 'rms')],
      }),
    ],
  };
};

/** The second layer of every `layers ÷ sparse`; where no sparse layer is asked for, the class still makes one. */
function sparseRule(said: number | undefined, layers: number, sparse: number): (index: number) => boolean {
  const step = said ?? (sparse > 0 ? Math.floor(layers / sparse) : layers);
  return (index) => step > 0 && (step === 1 || index % step === 1);
}

function stack(config: Config, side: 'encoder' | 'decoder', layers: number, sparse: number): LayerPlan[] {
  const hidden = config.integer('d_model');
  const heads = config.integer('num_heads');
  const headDim = config.integer('d_kv');
  const width = config.integer('d_ff');
  const crosses = side === 'decoder';
  const path = `${side}.block.{layer}.layer.`;
  const last = crosses ? 2 : 1;
  const isSparse = sparseRule(config.optional(`${side}_sparse_step`), layers, sparse);
  const names = { up: 'wi', down: 'wo' };
  const attention = (module: string, causal: boolean): ReturnType<typeof groupedAttention> =>
    groupedAttention({
      module: path + module,
      hidden,
      queryHeads: heads,
      kvHeads: heads,
      headDim,
      causal,
      names: { query: 'q', key: 'k', value: 'v', output: 'o' },
    });
  const feedForward = (index: number): FeedForwardBlock => {
    const common = { module: `${path}${String(last)}.mlp`, hidden, width, gated: false, names };
    return isSparse(index)
      ? expertFeedForward({
          ...common,
          experts: config.integer('num_experts'),
          expertsPerToken: 1,
          router: 'router.classifier',
          routerBias: config.flag(false, 'router_bias'),
          expertsPath: 'experts.expert_{expert}',
        })
      : denseFeedForward(common);
  };
  return planLayers(
    layers,
    (index) => `${String(index === 0)} ${String(isSparse(index))}`,
    (index) => ({
      mixer: attention('0.SelfAttention', crosses),
      ...(crosses ? { second: attention('1.EncDecAttention', false) } : {}),
      feedForward: feedForward(index),
      others: [
        ...(index === 0
          ? [
              lookup(
                `${path}0.SelfAttention.relative_attention_bias`,
                config.integer('relative_attention_num_buckets'),
                heads,
                'attention',
              ),
            ]
          : []),
        ...Array.from({ length: last + 1 }, (_, part) => part).flatMap((part) =>
          norm(`${path}${String(part)}.layer_norm`, hidden, 'rms'),
        ),
      ],
    }),
  );
}
