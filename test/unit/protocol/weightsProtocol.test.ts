import assert from 'node:assert/strict';
import fc from 'fast-check';
import { MAX_ROWS, parseWeightsToHost, parseWeightsToPage } from '../../../src/protocol/weightsProtocol';
import { llama, many, told, verdict } from '../../webview/weightsFixture';

describe('messages of the page of weights', () => {
  it('arrive as they were sent, nothing lost on the way', () => {
    const messages = [
      ...told(llama, 1),
      verdict(2, 'untimed'),
      { type: 'verdict', reading: 1, verdict: null, refusal: '“h900” is not a device that I know.' },
      { type: 'failed', inReplyTo: 1, message: 'Too short for a safetensors file.' },
      { type: 'done', inReplyTo: 3 },
    ];
    for (const message of messages)
      assert.deepEqual(parseWeightsToPage(JSON.parse(JSON.stringify(message))), { ok: true, message });
    for (const type of ['ready', 'recommend', 'changeHardware', 'explain'])
      assert.deepEqual(parseWeightsToHost({ type, id: 4 }), { ok: true, message: { type, id: 4 } });
  });

  it('carry the largest piece that is sent', () => {
    const long = many(MAX_ROWS).map((row) => ({
      ...row,
      name: 'n'.repeat(400),
      type: 't'.repeat(400),
      stack: 's'.repeat(400),
    }));
    assert.equal(parseWeightsToPage({ type: 'tensors', reading: 1, first: 0, rows: long }).ok, true);
  });

  it('are refused when they are more than is ever sent, or of another kind', () => {
    assert.equal(
      parseWeightsToPage({ type: 'tensors', reading: 1, first: 0, rows: many(MAX_ROWS + 1) }).ok,
      false,
    );
    assert.equal(parseWeightsToHost({ type: 'run', id: 1 }).ok, false);
    fc.assert(
      fc.property(fc.anything(), (anything) => {
        assert.equal(parseWeightsToHost(anything).ok, false);
        assert.equal(parseWeightsToPage(anything).ok, false);
      }),
    );
  });
});
