import assert from 'node:assert/strict';
import fc from 'fast-check';
import { formatBytes, formatSeconds } from '../../../src/units/format';
import { figures, formatChange, formatOf, formatRange, throughputBand } from '../../../webview/panel/figures';
import { EMPTY_STATE, restoreState, stateToSave } from '../../../webview/panel/panelState';
import {
  evidenceCount,
  evidenceResult,
  familyText,
  nearness,
  qualityText,
} from '../../../webview/panel/recommendationText';
import { rooflinePoints } from '../../../webview/panel/rooflinePoints';
import { sliderSteps, stepsWith } from '../../../webview/panel/sliderSteps';
import { formatProbability, timingFigures } from '../../../webview/playground/timingText';
import { advice, adviceMessage } from '../../webview/adviceFixture';
import { classesResult } from '../../webview/playgroundFixture';

describe('words of the panel', () => {
  it('write a unit once where both ends have the same', () => {
    assert.equal(formatRange(0.083, 0.118, formatSeconds), '83 – 118 ms');
    assert.equal(formatRange(0.0005, 0.0021, formatSeconds), '500 µs – 2.1 ms');
    assert.equal(formatRange(0.083, 0.083, formatSeconds), '83 ms');
    assert.equal(formatOf(20.81e9, 80e9), '20.8 of 80 GB');
    assert.equal(formatOf(812e6, 24e9), '812 MB of 24 GB');
  });

  it('sign changes with a real minus', () => {
    assert.equal(formatChange(-7.1e9, formatBytes), '−7.1 GB');
    assert.equal(formatChange(9e8, formatBytes), '+900 MB');
    assert.equal(formatChange(0, formatBytes), '0');
  });

  it('turn the band of a time into that of a rate: slow is little', () => {
    const { p10, p50, p90 } = throughputBand(advice.baseline);
    assert.ok(p10 < p50 && p50 < p90);
    assert.equal(p50, advice.baseline.throughput.total);
    // 8 sequences a step: 8 / 6.9 ms and 8 / 5.6 ms.
    assert.ok(Math.abs(p10 - 8 / 6.9e-3) < 1e-6 && Math.abs(p90 - 8 / 5.6e-3) < 1e-6);
  });

  it('say of memory that it fits, or how many would', () => {
    const of = (change: object) =>
      figures({
        ...advice,
        baseline: { ...advice.baseline, memory: { ...advice.baseline.memory, ...change } },
      })[3];
    assert.equal(of({})?.notes[0], 'fits');
    assert.deepEqual(of({ fits: false, maxConcurrency: 3 })?.notes.slice(0, 2), [
      'does not fit',
      '3 of 8 sequences would',
    ]);
    assert.deepEqual(of({ fits: false, maxConcurrency: 0 })?.notes, [
      'does not fit',
      'not even one such sequence would',
    ]);
    assert.equal(of({ maxContext: null })?.notes.length, 2);
  });

  it('speak of inputs where a model makes no tokens', () => {
    const { baseline } = advice;
    const encoder = { ...baseline, throughput: { ...baseline.throughput, total: 0, sequences: 135 } };
    const shown = figures({ ...advice, baseline: encoder });
    assert.deepEqual(
      shown.map(({ label }) => label.replace(/,.*/, '')),
      ['Answer', 'Throughput', 'Memory'],
    );
    assert.equal(shown[1]?.value, '135 inputs/s');
    assert.ok(shown[1]?.band && shown[1].band.p10 < 135 && shown[1].band.p90 > 135);
  });

  it('count papers once, and runs', () => {
    const [entry] = advice.recommendations[0]?.evidence ?? [];
    assert.ok(entry !== undefined);
    assert.equal(
      evidenceCount([entry, entry, { ...entry, paper: null }, { ...entry, paper: 'other' }]),
      '2 papers · 1 run',
    );
    assert.equal(evidenceCount([{ ...entry, paper: null }]), '1 run');
    assert.equal(evidenceCount([]), 'no evidence');
  });

  it('write ratios as ratios, and what is none by its own name', () => {
    assert.equal(evidenceResult({ value: 1.8, metric: 'speedup_latency' }), '1.80× latency');
    assert.equal(evidenceResult({ value: 3.1, metric: 'acceptance_length' }), '3.1 acceptance length');
  });

  it('name what becomes of the output', () => {
    assert.equal(qualityText({ lossless: true, risk: 'none', note: '' }), 'lossless');
    assert.equal(qualityText({ lossless: false, risk: 'none', note: '' }), 'near lossless');
    assert.equal(qualityText({ lossless: false, risk: 'medium', note: '' }), 'medium risk');
  });

  it('name families once, and stacks as such', () => {
    const { choices } = adviceMessage(null);
    assert.equal(familyText(['eagle-3', 'prompt-lookup'], choices), 'stack · speculation');
    assert.equal(familyText(['eagle-3'], choices), 'speculation');
    assert.equal(familyText(['unheard-of'], choices), '');
  });

  it('say how near evidence is', () => {
    assert.deepEqual([0, 0.33, 0.5, 0.66, 0.7, 1].map(nearness), [
      'near',
      'near',
      'related',
      'related',
      'far',
      'far',
    ]);
  });
});

describe('points of the roofline plot', () => {
  it('share the whole answer between the phases', () => {
    const points = rooflinePoints(advice.baseline, null).filter((point) => point.kind === 'now');
    assert.equal(points.length, 2);
    assert.ok(Math.abs(points.reduce((sum, point) => sum + (point.share ?? 0), 0) - 1) < 1e-9);
  });

  it('leave out terms that move nothing, and points without a place', () => {
    const labels = rooflinePoints(advice.baseline, null).map((point) => point.label);
    assert.ok(labels.includes('decode · weights'));
    assert.ok(!labels.some((label) => label.includes('launch')));
    const still = {
      ...advice.baseline,
      roofline: { ...advice.baseline.roofline, decode: { intensity: 0, attained: 0, limit: 0 } },
    };
    assert.ok(!rooflinePoints(still, null).some((point) => point.label === 'decode'));
  });
});

describe('slider steps', () => {
  it('are powers of two and the halves between', () => {
    assert.deepEqual(sliderSteps(1, 16), [1, 2, 3, 4, 6, 8, 12, 16]);
    assert.deepEqual(sliderSteps(1, 100).slice(-3), [64, 96, 100]);
  });

  it('grow, hold what the settings say, and end at the most', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 10_000_000 }),
        fc.integer({ min: 1, max: 10_000_000 }),
        (a, b) => {
          const [value, most] = a < b ? [a, b] : [b, a];
          const steps = stepsWith(sliderSteps(1, most), value);
          assert.ok(steps.includes(value) && steps.at(-1) === most && steps.length < 60);
          steps.slice(1).forEach((step, index) => assert.ok(step > (steps[index] ?? 0)));
        },
      ),
    );
  });
});

describe('what the panel remembers', () => {
  it('comes back as it was saved', () => {
    const message = adviceMessage(3);
    const state = {
      ...EMPTY_STATE,
      query: message.query,
      opened: 'fp8-weights',
      tables: ['memory'],
      scroll: 120,
      last: message,
    };
    assert.deepEqual(restoreState(JSON.parse(JSON.stringify(stateToSave(state)))), state);
  });

  it('is nothing where it is not understood, and never throws', () => {
    fc.assert(fc.property(fc.anything(), (saved) => void restoreState(saved)));
    assert.deepEqual(
      restoreState({ query: { hardware: 1 }, opened: 4, scroll: NaN, last: 'x' }),
      EMPTY_STATE,
    );
  });

  it('leaves out advice that is too long to keep', () => {
    const long = adviceMessage(null, {
      advice: { ...advice, rejected: Array(20_000).fill({ technique: 'x', reason: 'y'.repeat(60) }) },
    });
    assert.equal(stateToSave({ ...EMPTY_STATE, last: long }).last, null);
  });
});

describe('words of the playground', () => {
  it('list what was measured and nothing else', () => {
    const { timing, output } = classesResult(1);
    assert.deepEqual(
      timingFigures(timing, output).map((figure) => `${figure.name}: ${figure.value}`),
      [
        'first run: 6.6 ms',
        'median of 50 runs: 520 µs',
        '95th percentile: 710 µs',
        'memory of the process: 87 MB',
      ],
    );
  });

  it('write small probabilities as small, not as none', () => {
    assert.deepEqual([0.912, 0.0004, 0, 1].map(formatProbability), ['91.2 %', '< 0.1 %', '0.0 %', '100.0 %']);
  });
});
