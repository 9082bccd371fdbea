import type { Family } from '../../family';
import type { LayerPlan } from '../../parts/foldLayers';
import { gptOss } from './gptOss';

/** OpenAI's privacy filter: gpt-oss that looks to both sides and labels each token. */
export const privacyFilter: Family = (context) => {
  context.config.understood('swiglu_alpha', 'classifier_dropout', 'tie_word_embeddings');
  const model = gptOss(context);
  const turned = new Map<LayerPlan, LayerPlan>();
  return {
    ...model,
    kind: 'encoder',
    layers: model.layers.map((plan) => {
      const known = turned.get(plan) ?? bothWays(plan);
      turned.set(plan, known);
      return known;
    }),
  };
};

function bothWays(plan: LayerPlan): LayerPlan {
  const { mixer } = plan.mixer;
  if (mixer.kind !== 'attention') return plan;
  return { ...plan, mixer: { ...plan.mixer, mixer: { ...mixer, causal: false } } };
}
