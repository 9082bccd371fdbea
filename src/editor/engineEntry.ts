/**
 * The engine rooms as the editor uses them, in groups that are loaded when first needed. This file is the entry of a bundle of its own
 * (`dist/engine.js`), so that activation parses none of it; `engineRooms.ts` is the one that asks for it.
 */
export async function loadReading() {
  const [json, model, explain, beside] = await Promise.all([
    import('../syntax/json'),
    import('../model/readModel'),
    import('../model/explainKey'),
    import('../model/optionsBeside'),
  ]);
  return {
    readJson: json.readJson,
    readModel: model.readModel,
    explainKey: explain.explainKey,
    optionsBeside: beside.optionsBeside,
  };
}

export async function loadAdvice() {
  const [scenario, estimate, verdict, page, cost, catalogue] = await Promise.all([
    import('../advisor/buildScenario'),
    import('../roofline/estimateScenario'),
    import('../advisor/verdict'),
    import('../advisor/explanationPage'),
    import('../advisor/settingCost'),
    import('../hardware/catalogue'),
  ]);
  return { ...scenario, ...estimate, ...verdict, ...page, ...cost, ...catalogue };
}

export async function loadRecommending(mediaFolder: string) {
  const [recommend, selector, techniques, papers, facts, names] = await Promise.all([
    import('../advisor/recommend'),
    import('../selector/loadSelector'),
    import('../techniques/catalogue'),
    import('../techniques/papers'),
    import('../advisor/modelFacts'),
    import('../techniques/engineName'),
  ]);
  return {
    ...recommend,
    ...techniques,
    ...papers,
    ...facts,
    ...names,
    selector: await selector.loadSelector(mediaFolder),
  };
}

export async function loadDeploying() {
  const [reader, setup, explain, edit, check] = await Promise.all([
    import('../deployment/readDeployments'),
    import('../deployment/toServingSetup'),
    import('../deployment/explainSetting'),
    import('../deployment/editSetting'),
    import('../advisor/checkDeployment'),
  ]);
  return { ...reader, ...setup, ...explain, ...edit, ...check };
}

export async function loadWeights() {
  const [weights, shares, facts, beside, stored, lists, compare] = await Promise.all([
    import('../model/openWeights'),
    import('../model/weightShares'),
    import('../advisor/modelFacts'),
    import('../model/files/weightsBeside'),
    import('../model/files/storedWeights'),
    import('../model/files/tensorLists'),
    import('../model/compareWithWeights'),
  ]);
  return { ...weights, ...shares, ...facts, ...beside, ...stored, ...lists, ...compare };
}

export async function loadDevices() {
  return import('../hardware/userDevices');
}

export async function loadWellKnown() {
  return import('../model/wellKnown');
}
