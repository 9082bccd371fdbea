import assert from 'node:assert/strict';
import fc from 'fast-check';
import { LIMITS } from '../../../src/protocol/limits';
import { parsePlaygroundToHost, parsePlaygroundToPage } from '../../../src/protocol/playgroundProtocol';
import type { PlaygroundToHost, PlaygroundToPage } from '../../../src/protocol/playgroundProtocol';
import { classesResult, modelsMessage, textResult } from '../../webview/playgroundFixture';

const toHost: PlaygroundToHost[] = [
  { type: 'ready' },
  { type: 'run', id: 1, model: 'tiny-code', text: 'def load(path):', maxTokens: 96 },
  { type: 'stop', id: 1 },
  { type: 'openModel' },
  { type: 'manageTrust' },
];

const toPage: PlaygroundToPage[] = [
  modelsMessage(false),
  { type: 'progress', inReplyTo: 1, stage: 'loading', text: '', tokens: 0 },
  textResult(1),
  classesResult(2),
  { type: 'stopped', inReplyTo: 1 },
  { type: 'failed', inReplyTo: null, message: 'onnxruntime-node is not installed for this platform.' },
];

describe('messages of the playground', () => {
  it('arrive as they were sent, nothing lost on the way', () => {
    for (const message of toHost) {
      assert.deepEqual(parsePlaygroundToHost(JSON.parse(JSON.stringify(message))), { ok: true, message });
    }
    for (const message of toPage) {
      assert.deepEqual(parsePlaygroundToPage(JSON.parse(JSON.stringify(message))), { ok: true, message });
    }
  });

  const broken: [string, unknown][] = [
    [
      'a prompt past the limit',
      { type: 'run', id: 1, model: 'm', text: 'x'.repeat(LIMITS.prompt + 1), maxTokens: 1 },
    ],
    ['a run without end', { type: 'run', id: 1, model: 'm', text: '', maxTokens: 1e9 }],
    ['a run of nothing', { type: 'run', id: 1, model: '', text: '', maxTokens: 1 }],
    ['a stop of no run', { type: 'stop' }],
  ];
  for (const [what, value] of broken) {
    it(`turns away ${what}`, () => assert.equal(parsePlaygroundToHost(value).ok, false));
  }

  it('turns away a probability that is none', () => {
    const output = { kind: 'classes', classes: [{ label: 'Python', probability: 1.2 }] };
    assert.equal(parsePlaygroundToPage({ ...classesResult(1), output }).ok, false);
  });

  it('never throws, whatever arrives', () => {
    fc.assert(
      fc.property(fc.anything(), (value) => {
        assert.equal(typeof parsePlaygroundToHost(value).ok, 'boolean');
        assert.equal(typeof parsePlaygroundToPage(value).ok, 'boolean');
      }),
    );
  });
});
