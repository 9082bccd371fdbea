import type { Family } from '../../family';
import { attends, BERT_BLOCK, doubtVariants } from '../../parts/bertTrunk';
import { BERT_POOLS, encoderTop, NEVER_POOLS } from '../../parts/encoderTop';
import { planLayers } from '../../parts/foldLayers';
import { denseFeedForward } from '../../parts/feedForward';
import { transformerSizes } from '../../parts/sizes';
import { convolution, lookup, matrix, norm, vector } from '../../parts/tensors';
import type { WeightTensor } from '../../spec';
import { ReadFailure } from '../../readFailure';

function grouped(
  module: string,
  out: number,
  input: number,
  groups: number,
  part: 'attention' | 'feedForward',
): WeightTensor[] {
  if (groups < 1 || input % groups !== 0 || out % groups !== 0)
    throw new ReadFailure('contradiction', `${String(groups)} groups do not divide ${String(input)}.`);
  return convolution(module, [out, input / groups, 1], part, { bias: true });
}

/** SqueezeBERT: BERT whose matrices are convolutions in groups. */
export const squeezebert: Family = (context) => {
  const { config } = context;
  const { hidden, heads, headDim, layers, vocabulary } = transformerSizes(config);
  const width = config.integer('intermediate_size');
  const positions = config.integer('max_position_embeddings');
  const groups = (name: string): number => config.integer(`${name}_groups`);
  if (config.integerOr(hidden, 'embedding_size') !== hidden)
    throw new ReadFailure(
      'contradiction',
      'embedding_size and hidden_size differ: the class has no such build.',
    );
  const top = encoderTop(context, {
    hidden,
    vocabulary,
    masked: 'bert',
    sequence: 'linear',
    pools: BERT_POOLS,
    alwaysPools: true,
    poolerName: 'transformer.pooler.dense',
  });
  const path = 'transformer.encoder.layers.{layer}.';
  return {
    kind: 'encoder',
    hidden,
    vocabulary,
    maxContext: positions,
    layers: planLayers(
      layers,
      () => '',
      () => ({
        mixer: {
          mixer: attends(heads, headDim),
          weights: [
            ...grouped(`${path}attention.query`, hidden, hidden, groups('q'), 'attention'),
            ...grouped(`${path}attention.key`, hidden, hidden, groups('k'), 'attention'),
            ...grouped(`${path}attention.value`, hidden, hidden, groups('v'), 'attention'),
            ...grouped(`${path}post_attention.conv1d`, hidden, hidden, groups('post_attention'), 'attention'),
          ],
        },
        feedForward: {
          feedForward: { kind: 'dense', matrices: 2, width },
          weights: [
            ...grouped(`${path}intermediate.conv1d`, width, hidden, groups('intermediate'), 'feedForward'),
            ...grouped(`${path}output.conv1d`, hidden, width, groups('output'), 'feedForward'),
          ],
        },
        others: [
          ...norm(`${path}post_attention.layernorm`, hidden, 'layer'),
          ...norm(`${path}output.layernorm`, hidden, 'layer'),
        ],
      }),
    ),
    outside: [
      lookup('transformer.embeddings.word_embeddings', vocabulary, hidden),
      lookup('transformer.embeddings.position_embeddings', positions, hidden),
      lookup('transformer.embeddings.token_type_embeddings', config.integer('type_vocab_size'), hidden),
      ...norm('transformer.embeddings.LayerNorm', hidden, 'layer'),
      ...top.weights,
    ],
    tiedHead: top.tied,
    headKnown: true,
  };
};

/** ConvBERT: half the heads are replaced by convolutions whose kernels the input makes. */
export const convbert: Family = (context) => {
  const { config } = context;
  const { hidden, heads: said, layers, vocabulary } = transformerSizes(config);
  const embedding = config.integerOr(hidden, 'embedding_size');
  const positions = config.integer('max_position_embeddings');
  const width = config.integer('intermediate_size');
  const kernel = config.integer('conv_kernel_size');
  const groups = config.integerOr(1, 'num_groups');
  const heads = Math.max(1, Math.floor(said / config.integer('head_ratio')));
  const headDim = Math.floor(Math.floor(hidden / heads) / 2);
  const all = heads * headDim;
  doubtVariants(context);
  config.understood('summary_use_proj', 'summary_type', 'summary_activation');
  const top = encoderTop(context, {
    hidden,
    vocabulary,
    masked: 'electra',
    embedding,
    sequence: 'dense',
    pools: NEVER_POOLS,
  });
  const path = 'convbert.encoder.layer.{layer}.';
  const dense = (name: string, out: number, input: number): WeightTensor[] =>
    matrix(`${path}attention.${name}`, out, input, 'attention', { bias: true });
  const groupedLinear = (name: string, out: number, input: number): WeightTensor[] => [
    {
      name: `${path}${name}.weight`,
      shape: [groups, Math.floor(input / groups), Math.floor(out / groups)],
      part: 'feedForward',
      role: 'linear',
    },
    vector(`${path}${name}.bias`, out, 'feedForward'),
  ];
  return {
    kind: 'encoder',
    hidden,
    vocabulary,
    maxContext: positions,
    layers: planLayers(
      layers,
      () => '',
      () => ({
        mixer: {
          mixer: attends(heads, headDim),
          weights: [
            ...['query', 'key', 'value'].flatMap((name) => dense(`self.${name}`, all, hidden)),
            ...convolution(
              `${path}attention.self.key_conv_attn_layer.depthwise`,
              [hidden, 1, kernel],
              'attention',
            ),
            ...convolution(
              `${path}attention.self.key_conv_attn_layer.pointwise`,
              [all, hidden, 1],
              'attention',
            ),
            vector(`${path}attention.self.key_conv_attn_layer.bias`, [all, 1], 'attention'),
            ...dense('self.conv_kernel_layer', heads * kernel, all),
            ...dense('self.conv_out_layer', all, hidden),
            ...dense('output.dense', hidden, hidden),
          ],
        },
        feedForward:
          groups === 1
            ? denseFeedForward({
                module: path.slice(0, -1),
                hidden,
                width,
                gated: false,
                bias: true,
                names: BERT_BLOCK.feedForwardNames,
              })
            : {
                feedForward: { kind: 'dense', matrices: 2, width },
                weights: [
                  ...groupedLinear('intermediate.dense', width, hidden),
                  ...groupedLinear('output.dense', hidden, width),
                ],
              },
        others: BERT_BLOCK.blockNorms.flatMap((name) => norm(path + name, hidden, 'layer')),
      }),
    ),
    outside: [
      lookup('convbert.embeddings.word_embeddings', vocabulary, embedding),
      lookup('convbert.embeddings.position_embeddings', positions, embedding),
      lookup('convbert.embeddings.token_type_embeddings', config.integer('type_vocab_size'), embedding),
      ...norm('convbert.embeddings.LayerNorm', embedding, 'layer'),
      ...(embedding === hidden
        ? []
        : matrix('convbert.embeddings_project', hidden, embedding, 'embedding', { bias: true })),
      ...top.weights,
    ],
    tiedHead: top.tied,
    headKnown: true,
  };
};
