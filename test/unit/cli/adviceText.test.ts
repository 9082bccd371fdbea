import assert from 'node:assert/strict';
import { buildScenario } from '../../../src/advisor/buildScenario';
import type { Advice } from '../../../src/advisor/advice';
import { recommend } from '../../../src/advisor/recommend';
import { adviceText } from '../../../src/cli/adviceText';
import { physicsOnly } from '../../../src/selector/physicsOnly';
import { LLAMA } from '../advisor/models';

describe('advice as text, when asked for all of it', () => {
  let advice: Advice;
  let lines: readonly string[];
  before(async () => {
    const scenario = buildScenario(LLAMA, { hardware: 'h100-sxm' });
    advice = await recommend(
      { scenario, goal: 'latency', losslessOnly: false, top: 10, applied: [] },
      physicsOnly,
    );
    lines = adviceText(advice, true).split('\n');
  });

  it('gives the command that decides wherever two bands overlap, in one line', () => {
    const commands = advice.recommendations.flatMap((entry) => entry.decision?.command ?? []);
    assert.ok(commands.length > 0);
    const printed = lines.flatMap((line) => /^ {2}to decide between them: (.*)$/.exec(line)?.[1] ?? []);
    assert.deepEqual(printed, commands);
  });

  it('says which pairs cannot be had together', () => {
    assert.ok(advice.refusedStacks.length > 0);
    const from = lines.indexOf('cannot be had together, and why');
    assert.ok(from >= 0);
    for (const { techniques } of advice.refusedStacks)
      assert.ok(lines.slice(from).some((line) => line.startsWith(`  ${techniques.join(' + ')}: `)));
    assert.ok(!adviceText({ ...advice, refusedStacks: [] }, true).includes('cannot be had together'));
  });

  it('is short otherwise', () => {
    assert.doesNotMatch(adviceText(advice, false), /to decide between|cannot be had together/);
  });
});
