import type { Family } from '../../family';
import { bertTrunk } from '../../parts/bertTrunk';
import { NEVER_POOLS } from '../../parts/encoderTop';
import { matrix } from '../../parts/tensors';

/** ELECTRA: a narrower embedding with a projection, a generator or a discriminator on top, no pooler. */
export const electra: Family = (context) => {
  const { config } = context;
  const hidden = config.integer('hidden_size');
  const embedding = config.integer('embedding_size');
  config.understood('summary_activation', 'summary_last_dropout', 'summary_type', 'summary_use_proj');
  return bertTrunk(context, {
    prefix: 'electra.',
    embedding,
    top: {
      masked: 'electra',
      embedding,
      sequence: 'dense',
      choiceDense: true,
      pools: NEVER_POOLS,
      own: {
        ForPreTraining: [
          ...matrix('discriminator_predictions.dense', hidden, hidden, 'head', { bias: true }),
          ...matrix('discriminator_predictions.dense_prediction', 1, hidden, 'head', { bias: true }),
        ],
      },
    },
    extra: () =>
      embedding === hidden
        ? []
        : matrix('electra.embeddings_project', hidden, embedding, 'embedding', { bias: true }),
  });
};
