import type { Family } from '../../family';
import { bertTrunk } from '../../parts/bertTrunk';
import { BERT_POOLS, ROBERTA_POOLS } from '../../parts/encoderTop';
import { lookup } from '../../parts/tensors';

/** BERT: positions and segments learned, norms after each half. */
export const bert: Family = (context) =>
  bertTrunk(context, { prefix: 'bert.', top: { masked: 'bert', sequence: 'linear', pools: BERT_POOLS } });

/** RoBERTa, XLM-RoBERTa and CamemBERT: BERT with heads of their own. */
export const roberta: Family = (context) =>
  bertTrunk(context, {
    prefix: 'roberta.',
    top: { masked: 'roberta', sequence: 'dense', pools: ROBERTA_POOLS },
  });

/** LayoutLM: BERT with four tables for where a word stands on the page. */
export const layoutlm: Family = (context) => {
  const places = context.config.integer('max_2d_position_embeddings');
  return bertTrunk(context, {
    prefix: 'layoutlm.',
    top: { masked: 'bert', sequence: 'linear', pools: BERT_POOLS, alwaysPools: true },
    extra: ({ hidden }) =>
      ['x', 'y', 'h', 'w'].map((name) =>
        lookup(`layoutlm.embeddings.${name}_position_embeddings`, places, hidden),
      ),
  });
};
