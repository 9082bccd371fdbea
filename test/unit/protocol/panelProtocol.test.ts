import assert from 'node:assert/strict';
import fc from 'fast-check';
import { LIMITS } from '../../../src/protocol/limits';
import { parsePanelToHost, parsePanelToPage } from '../../../src/protocol/panelProtocol';
import type { PanelToHost, PanelToPage } from '../../../src/protocol/panelProtocol';
import { adviceMessage } from '../../webview/adviceFixture';

const query = adviceMessage(null).query;

const toHost: PanelToHost[] = [
  { type: 'ready', id: 1, query: null },
  { type: 'ready', id: 1, query },
  { type: 'change', id: 2, query },
  { type: 'cancel', request: 2 },
  { type: 'copy', id: 3, text: '--quantization fp8' },
  {
    type: 'apply',
    id: 4,
    techniques: ['fp8-weights'],
    settings: [{ engine: 'vllm', setting: '--quantization fp8' }],
  },
  { type: 'openPaper', id: 5, paper: 'qserve' },
  { type: 'changeHardware', id: 6 },
  { type: 'explain', id: 7, techniques: [] },
];

const toPage: PanelToPage[] = [
  adviceMessage(null),
  adviceMessage(12),
  { type: 'busy', inReplyTo: 2, message: 'Reading the model' },
  { type: 'failed', inReplyTo: null, message: 'config.json has a syntax error at line 3.' },
  { type: 'done', inReplyTo: 3 },
];

describe('messages of the panel', () => {
  it('arrive as they were sent, nothing lost on the way', () => {
    for (const message of toHost) {
      assert.deepEqual(parsePanelToHost(JSON.parse(JSON.stringify(message))), { ok: true, message });
    }
    for (const message of toPage) {
      assert.deepEqual(parsePanelToPage(JSON.parse(JSON.stringify(message))), { ok: true, message });
    }
  });

  it('are refused, with the place of the fault, when a field is of the wrong kind', () => {
    const wrong = { type: 'change', id: 2, query: { ...query, devices: 0.5 } };
    const parsed = parsePanelToHost(wrong);
    assert.equal(parsed.ok, false);
    assert.match(parsed.ok ? '' : parsed.error, /query\.devices/);
  });

  const broken: [string, unknown][] = [
    ['nothing', undefined],
    ['an unknown type', { type: 'format-disk', id: 1 }],
    ['no id', { type: 'copy', text: 'x' }],
    ['a negative id', { type: 'copy', id: -1, text: 'x' }],
    [
      'more devices than anyone has',
      { type: 'change', id: 1, query: { ...query, devices: LIMITS.devices + 1 } },
    ],
    ['an endless prompt', { type: 'change', id: 1, query: { ...query, input: 1e12 } }],
    ['an infinite prompt', { type: 'change', id: 1, query: { ...query, input: Infinity } }],
    ['a goal that is none', { type: 'change', id: 1, query: { ...query, goal: 'fame' } }],
    ['an empty device', { type: 'change', id: 1, query: { ...query, hardware: '' } }],
    ['a copied text past the limit', { type: 'copy', id: 1, text: 'x'.repeat(LIMITS.copiedText + 1) }],
    [
      'settings past the limit',
      {
        type: 'apply',
        id: 1,
        techniques: [],
        settings: Array(LIMITS.notes + 1).fill({ engine: 'vllm', setting: '' }),
      },
    ],
    ['a million settings', { type: 'apply', id: 1, techniques: [], settings: Array(1_000_000).fill(0) }],
  ];
  for (const [what, value] of broken) {
    it(`turns away ${what}`, () => assert.equal(parsePanelToHost(value).ok, false));
  }

  it('turns away a message that nests without end', () => {
    const ring: Record<string, unknown> = { type: 'explain', id: 1 };
    ring['techniques'] = ring;
    assert.equal(parsePanelToHost(ring).ok, false);
  });

  it('never throws, whatever arrives', () => {
    fc.assert(
      fc.property(fc.anything(), (value) => {
        assert.equal(typeof parsePanelToHost(value).ok, 'boolean');
        assert.equal(typeof parsePanelToPage(value).ok, 'boolean');
      }),
    );
    fc.assert(
      fc.property(fc.constantFrom(...toHost), fc.string(), fc.anything(), (message, key, value) => {
        assert.equal(typeof parsePanelToHost({ ...message, [key]: value }).ok, 'boolean');
      }),
    );
  });
});
