import type { Family } from '../../family';
import { bertTrunk, type BertTrunk } from '../../parts/bertTrunk';
import { ROBERTA_POOLS } from '../../parts/encoderTop';
import { matrix, norm } from '../../parts/tensors';

const ROBERTA_TOP = { masked: 'roberta', sequence: 'dense', pools: ROBERTA_POOLS } as const;

function robertaLike(prefix: string, options: Partial<BertTrunk> = {}): Family {
  return (context) => bertTrunk(context, { prefix, top: ROBERTA_TOP, ...options });
}

export const data2vecText = robertaLike('data2vec_text.');

/** I-BERT: RoBERTa whose arithmetic may be whole numbers; the weights are the same. */
export const ibert: Family = (context) => {
  context.config.understood('quant_mode', 'force_dequant');
  return robertaLike('ibert.')(context);
};

/** XLM-RoBERTa XL: norms before each half, one at the end, none on the embeddings. */
export const xlmRobertaXl = robertaLike('roberta.', {
  noEmbeddingNorm: true,
  blockNorms: ['attention.self_attn_layer_norm', 'LayerNorm'],
  extra: ({ hidden }) => norm('roberta.encoder.LayerNorm', hidden, 'layer'),
});

/** RoBERTa with norms before each half. */
export const robertaPrelayernorm = robertaLike('roberta_prelayernorm.', {
  blockNorms: ['attention.LayerNorm', 'intermediate.LayerNorm'],
  extra: ({ hidden }) => norm('roberta_prelayernorm.LayerNorm', hidden, 'layer'),
});

/** Longformer: a second set of projections for the tokens that everyone sees. */
export const longformer: Family = (context) => {
  context.config.understood(
    'attention_window',
    'onnx_export',
    'attention_mode',
    'ignore_attention_mask',
    'attention_dilation',
    'autoregressive',
  );
  const path = 'longformer.encoder.layer.{layer}.attention.self.';
  return robertaLike('longformer.', {
    others: ({ hidden }) =>
      ['query_global', 'key_global', 'value_global'].flatMap((name) =>
        matrix(path + name, hidden, hidden, 'attention', { bias: true }),
      ),
  })(context);
};

/** X-MOD: a small adapter for each language in every block. */
export const xmod: Family = (context) => {
  const { config } = context;
  const languages = config.texts('languages')?.length ?? 0;
  const reduction = config.number('adapter_reduction_factor') ?? 2;
  const path = 'roberta.encoder.layer.{layer}.output.';
  const normed = config.flag(false, 'adapter_layer_norm');
  config.understood('adapter_reuse_layer_norm', 'ln_before_adapter', 'default_language');
  const before = config.flag(false, 'pre_norm');
  return robertaLike('roberta.', {
    others: ({ hidden }) => {
      const width = Math.floor(hidden / reduction);
      const copies = { bias: true, copies: languages };
      return [
        ...matrix(`${path}adapter_modules.{expert}.dense1`, width, hidden, 'other', copies),
        ...matrix(`${path}adapter_modules.{expert}.dense2`, hidden, width, 'other', copies),
        ...(normed ? norm(`${path}adapter_layer_norm`, hidden, 'layer') : []),
      ];
    },
    extra: ({ hidden }) => (before ? norm('roberta.encoder.LayerNorm', hidden, 'layer') : []),
  })(context);
};
