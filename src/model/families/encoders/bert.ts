import type { Family, FamilyContext, FamilyModel } from '../../family';
import { denseFeedForward } from '../../parts/feedForward';
import { planLayers } from '../../parts/foldLayers';
import { groupedAttention } from '../../parts/groupedAttention';
import { labelCount } from '../../parts/head';
import { transformerSizes } from '../../parts/sizes';
import { lookup, matrix, norm, vector } from '../../parts/tensors';
import type { WeightTensor } from '../../spec';

/** What sits on the trunk, by the architecture's name: a masked-language head, a pooler, a classifier. */
interface Top {
  weights: WeightTensor[];
  pooler: boolean;
  tied: boolean;
}

interface BertOptions {
  prefix: string;
  /** Heads named `lm_head` (RoBERTa) or `cls.predictions` (BERT). */
  roberta: boolean;
  extra?: readonly WeightTensor[];
  /** The trunk keeps its pooler under every head. */
  alwaysPools?: boolean;
}

/** BERT and its kin: positions and segments learned, norms after each half. */
function bertLike(context: FamilyContext, options: BertOptions): FamilyModel {
  const { config } = context;
  const sizes = transformerSizes(config);
  const { hidden, vocabulary } = sizes;
  const width = config.integer('intermediate_size');
  const positions = config.integer('max_position_embeddings');
  const segments = config.integerOr(0, 'type_vocab_size');
  const top = topOf(context, hidden, vocabulary, options);
  const relative = config.text('position_embedding_type')?.startsWith('relative_key') === true;
  if (relative)
    context.notes.doubt(
      'relative-positions',
      'Relative position embeddings are learned in each layer; they are not counted.',
    );
  const path = `${options.prefix}encoder.layer.{layer}.`;
  const layers = planLayers(
    sizes.layers,
    () => '',
    () => ({
      mixer: groupedAttention({
        module: `${path}attention`,
        hidden,
        queryHeads: sizes.heads,
        kvHeads: sizes.heads,
        headDim: sizes.headDim,
        qkvBias: true,
        outBias: true,
        causal: false,
        names: { query: 'self.query', key: 'self.key', value: 'self.value', output: 'output.dense' },
      }),
      feedForward: denseFeedForward({
        module: path.slice(0, -1),
        hidden,
        width,
        gated: false,
        bias: true,
        names: { up: 'intermediate.dense', down: 'output.dense' },
      }),
      others: [
        ...norm(`${path}attention.output.LayerNorm`, hidden, 'layer'),
        ...norm(`${path}output.LayerNorm`, hidden, 'layer'),
      ],
    }),
  );
  const e = `${options.prefix}embeddings`;
  return {
    kind: 'encoder',
    hidden,
    vocabulary,
    maxContext: positions,
    layers,
    outside: [
      lookup(`${e}.word_embeddings`, vocabulary, hidden),
      lookup(`${e}.position_embeddings`, positions, hidden),
      ...(segments > 0 ? [lookup(`${e}.token_type_embeddings`, segments, hidden)] : []),
      ...(options.extra ?? []),
      ...norm(`${e}.LayerNorm`, hidden, 'layer'),
      ...(top.pooler || options.alwaysPools === true
        ? matrix(`${options.prefix}pooler.dense`, hidden, hidden, 'other', { bias: true })
        : []),
      ...top.weights,
    ],
    tiedHead: top.tied,
  };
}

function topOf(context: FamilyContext, hidden: number, vocabulary: number, options: BertOptions): Top {
  const { architecture, config } = context;
  const base = options.roberta ? 'lm_head' : 'cls.predictions';
  const masked = (): WeightTensor[] => [
    ...matrix(options.roberta ? `${base}.dense` : `${base}.transform.dense`, hidden, hidden, 'head', {
      bias: true,
    }),
    ...norm(options.roberta ? `${base}.layer_norm` : `${base}.transform.LayerNorm`, hidden, 'layer', 'head'),
    vector(`${base}.bias`, vocabulary, 'head'),
    ...(config.flag(true, 'tie_word_embeddings')
      ? []
      : matrix(`${base}.decoder`, vocabulary, hidden, 'head')),
  ];
  const classes = labelCount(config);
  if (/ForMaskedLM$|LMHeadModel$|ForCausalLM$/.test(architecture))
    return { weights: masked(), pooler: false, tied: config.flag(true, 'tie_word_embeddings') };
  if (/ForPreTraining$/.test(architecture)) {
    return {
      weights: [...masked(), ...matrix('cls.seq_relationship', 2, hidden, 'head', { bias: true })],
      pooler: true,
      tied: true,
    };
  }
  if (/ForSequenceClassification$/.test(architecture)) {
    const classifier = options.roberta
      ? [
          ...matrix('classifier.dense', hidden, hidden, 'head', { bias: true }),
          ...matrix('classifier.out_proj', classes, hidden, 'head', { bias: true }),
        ]
      : matrix('classifier', classes, hidden, 'head', { bias: true });
    return { weights: classifier, pooler: !options.roberta, tied: false };
  }
  if (/ForTokenClassification$/.test(architecture)) {
    return {
      weights: matrix('classifier', classes, hidden, 'head', { bias: true }),
      pooler: false,
      tied: false,
    };
  }
  if (/ForQuestionAnswering$/.test(architecture)) {
    return { weights: matrix('qa_outputs', 2, hidden, 'head', { bias: true }), pooler: false, tied: false };
  }
  if (/ForMultipleChoice$/.test(architecture)) {
    return { weights: matrix('classifier', 1, hidden, 'head', { bias: true }), pooler: true, tied: false };
  }
  if (/ForNextSentencePrediction$/.test(architecture)) {
    return {
      weights: matrix('cls.seq_relationship', 2, hidden, 'head', { bias: true }),
      pooler: true,
      tied: false,
    };
  }
  if (!/Model$/.test(architecture)) {
    context.notes.doubt(
      'unknown-head',
      'The architecture is not said or not known: counted is the trunk with its pooler.',
    );
  }
  return { weights: [], pooler: true, tied: false };
}

export const bert: Family = (context) => bertLike(context, { prefix: 'bert.', roberta: false });

export const roberta: Family = (context) => bertLike(context, { prefix: 'roberta.', roberta: true });

/** LayoutLM: BERT with four tables for where a word stands on the page. */
export const layoutlm: Family = (context) => {
  const { config } = context;
  const hidden = config.integer('hidden_size');
  const places = config.integer('max_2d_position_embeddings');
  const table = (name: string): WeightTensor =>
    lookup(`layoutlm.embeddings.${name}_position_embeddings`, places, hidden);
  return bertLike(context, {
    prefix: 'layoutlm.',
    roberta: false,
    alwaysPools: true,
    extra: ['x', 'y', 'h', 'w'].map(table),
  });
};
