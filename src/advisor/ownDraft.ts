import type { ModelSpec } from '../model/spec';
import { shippedCalibration } from '../roofline/calibration';
import { planOf } from '../roofline/estimateScenario';
import { modelAggregate } from '../roofline/modelAggregate';
import { NO_MODIFIERS } from '../roofline/modifiers';
import type { Scenario } from '../roofline/scenario';
import { passSeconds } from '../roofline/steadyState';
import { applyTechnique } from '../techniques/apply';
import { findTechnique } from '../techniques/catalogue';
import type { Warning } from '../units/quantities';
import { AdvisorError } from './advisorError';

const USUAL = 'draft-model-speculation';

/**
 * The scenario with another model drafting for it: its time and memory by the engine, how many tokens are drafted and agreed with as
 * measured with usual drafts, for that lies in the texts and not in the files.
 *
 * Throws `AdvisorError` for drafts that are none.
 */
export function withOwnDraft(scenario: Scenario, draft: ModelSpec, warnings: Warning[]): Scenario {
  if (draft.kind === 'draft') {
    throw new AdvisorError(
      'not-modelled',
      `${draft.name} is a head that drafts from the model’s own layers: ask for techniques eagle-speculation.`,
    );
  }
  if (draft.kind !== 'decoder' || scenario.model.kind !== 'decoder') {
    throw new AdvisorError('bad-draft', 'Only a decoder drafts, and only for a decoder.');
  }
  if (scenario.modifiers.speculation) {
    throw new AdvisorError('bad-draft', 'A technique drafts already: leave out either it or the draft.');
  }
  const technique = findTechnique(USUAL);
  const usual = technique && applyTechnique(technique, scenario);
  const speculation = usual?.modifiers.speculation;
  if (!usual || !speculation) throw new AdvisorError('not-modelled', `${USUAL} is not in the catalogue.`);
  if (draft.vocabularySize !== scenario.model.vocabularySize) {
    warnings.push({
      code: 'draft-vocabulary',
      message: `${draft.name} knows ${draft.vocabularySize} tokens and ${scenario.model.name} ${scenario.model.vocabularySize}: most engines want one and the same tokenizer.`,
    });
  }
  const step = stepAlone(scenario);
  const cost = (speculation.draftTokens * stepAlone(drafting(scenario, draft))) / step;
  const memory =
    modelAggregate(draft, null).storedBytes /
    modelAggregate(scenario.model, scenario.setup.weights).storedBytes;
  warnings.push({
    code: 'draft-acceptance-assumed',
    message: `${speculation.draftTokens} tokens are drafted and ${speculation.tokensPerPass.toFixed(2)} come of a pass, as measured with usual drafts: how often ${draft.name} is agreed with is not in its files. Its cache is left out.`,
  });
  if (cost + 1 >= speculation.tokensPerPass) {
    warnings.push({
      code: 'draft-too-slow',
      message: `Drafting takes ${cost.toFixed(2)} of a plain step: this draft makes nothing faster.`,
    });
  }
  // The engine takes factors up to a thousand; past that the answer is no, whatever the figure.
  return {
    ...usual,
    modifiers: {
      ...usual.modifiers,
      speculation: { ...speculation, draftCost: Math.min(1e3, cost), draftMemory: Math.min(1e3, memory) },
    },
  };
}

/** The draft by itself, in its own weights, split over the same tensor ranks. */
function drafting(scenario: Scenario, draft: ModelSpec): Scenario {
  const { tensor } = scenario.setup.parallelism;
  return {
    ...scenario,
    model: draft,
    devices: tensor,
    setup: {
      ...scenario.setup,
      weights: null,
      parallelism: { tensor, pipeline: 1, expert: 1, data: 1, context: 1 },
    },
    modifiers: NO_MODIFIERS,
  };
}

function stepAlone(scenario: Scenario): number {
  const workload = { ...scenario.workload, concurrency: 1, requestRate: null, images: 0 };
  return passSeconds(planOf({ ...scenario, workload }, shippedCalibration(), []), 1);
}
