import assert from 'node:assert/strict';
import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { estimate } from '../../../src/roofline/estimateScenario';
import { cardSchema } from '../../../src/selector/card';
import { FEATURE_NAMES } from '../../../src/selector/features';
import { loadSelector } from '../../../src/selector/loadSelector';
import type { Question } from '../../../src/selector/selector';
import { scenario } from '../roofline/scenarios';

const MEDIA = resolve(__dirname, '../../../media');

function question(weights: string, physicsRatio: number): Question {
  const before = scenario();
  const after = scenario({ setup: { weights } });
  return {
    family: 'weight-only-quantisation',
    before,
    after,
    baseline: estimate(before),
    metric: 'endToEnd',
    physicsRatio,
  };
}

async function card(): Promise<Record<string, unknown>> {
  return JSON.parse(await readFile(join(MEDIA, 'selector.json'), 'utf8')) as Record<string, unknown>;
}

describe('loading the selector', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'selector-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('is the committed model, trained on the features of this code', async () => {
    const committed = cardSchema.parse(await card());
    assert.deepEqual(
      committed.features,
      [...FEATURE_NAMES],
      'the features changed: `npm run train`, or the product falls back to physics',
    );
    const selector = await loadSelector(MEDIA);
    assert.equal(selector.model, 'selector.onnx');
    assert.equal(selector.trainedOn, committed.trainedOn);
  });

  it('answers each question in order with an ordered band', async () => {
    const selector = await loadSelector(MEDIA);
    const answers = await selector.answer([question('awq-int4', 1.9), question('fp8', 1.2)]);
    assert.equal(answers.length, 2);
    for (const { p10, p50, p90 } of answers) assert.ok(0 < p10 && p10 < p50 && p50 < p90 && p90 < 100);
    assert.deepEqual(await selector.answer([]), []);
  });

  it('falls back to physics where there is no model, and says so', async () => {
    const selector = await loadSelector(join(folder, 'nowhere'));
    assert.equal(selector.model, null);
    assert.match(selector.method, /could not be loaded: ENOENT/);
    const [answer] = await selector.answer([question('awq-int4', 1.9)]);
    assert.equal(answer?.p50, 1.9);
  });

  it('falls back where the model was trained on other features', async () => {
    const other = { ...(await card()), features: ['something else'] };
    await writeFile(join(folder, 'selector.json'), JSON.stringify(other));
    await copyFile(join(MEDIA, 'selector.onnx'), join(folder, 'selector.onnx'));
    const selector = await loadSelector(folder);
    assert.equal(selector.model, null);
    assert.match(selector.method, /trained on other features/);
  });

  it('falls back where the model is no model', async () => {
    await copyFile(join(MEDIA, 'selector.json'), join(folder, 'selector.json'));
    await writeFile(join(folder, 'selector.onnx'), 'not a model');
    const selector = await loadSelector(folder);
    assert.equal(selector.model, null);
    assert.match(selector.method, /could not be loaded/);
  });
});
