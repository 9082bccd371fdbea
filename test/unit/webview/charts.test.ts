import assert from 'node:assert/strict';
import fc from 'fast-check';
import { axisAbout, bandGeometry, sharedScale } from '../../../webview/charts/bandGeometry';
import { decadeTicks, logScale, ratioTicks } from '../../../webview/charts/logScale';
import { memoryShares } from '../../../webview/charts/memoryShares';
import { boxesAlong, clearestSpot, placeLabels } from '../../../webview/charts/placeLabels';
import {
  radiusOfShare,
  rooflineAxes,
  roofLine,
  roofsOf,
  roofsToDraw,
} from '../../../webview/charts/rooflineGeometry';
import { advice, tooLarge } from '../../webview/adviceFixture';

const near = (actual: number, expected: number) =>
  assert.ok(Math.abs(actual - expected) < 1e-9, `${actual} is not ${expected}`);

const positive = fc.double({ min: 1e-6, max: 1e12, noNaN: true });
const band = fc
  .tuple(positive, fc.double({ min: 1, max: 50, noNaN: true }), fc.double({ min: 1, max: 50, noNaN: true }))
  .map(([p50, below, above]) => ({ p10: p50 / below, p50, p90: p50 * above }));

describe('log scales', () => {
  it('put equal ratios at equal distances', () => {
    const scale = logScale(1, 100);
    near(scale.at(1), 0);
    near(scale.at(10), 0.5);
    near(scale.at(100), 1);
    near(scale.at(40) - scale.at(20), scale.at(8) - scale.at(4));
  });

  it('clamp what lies beyond, and what has no logarithm', () => {
    const scale = logScale(1, 100);
    assert.deepEqual(
      [scale.at(0.1), scale.at(1e9), scale.at(0), scale.at(-4), scale.at(NaN)],
      [0, 1, 0, 0, 0],
    );
  });

  it('refuse ends that are none', () => {
    for (const [low, high] of [
      [0, 1],
      [-1, 1],
      [2, 2],
      [3, 1],
      [1, Infinity],
      [NaN, 1],
    ] as const) {
      assert.throws(() => logScale(low, high), RangeError);
    }
  });

  it('mark decades, ends included', () => {
    assert.deepEqual(decadeTicks(logScale(1, 1000)), [1, 10, 100, 1000]);
    assert.deepEqual(decadeTicks(logScale(0.5, 20)), [1, 10]);
    assert.deepEqual(decadeTicks(logScale(2, 9)), []);
  });

  it('mark ratios with 1 among them, far enough apart to be read', () => {
    assert.deepEqual(ratioTicks(logScale(0.96, 3.5)), [1, 1.5, 2, 3]);
    fc.assert(
      fc.property(
        fc.double({ min: 0.1, max: 1, noNaN: true }),
        fc.double({ min: 1.5, max: 1000, noNaN: true }),
        (low, high) => {
          const scale = logScale(low, high);
          const ticks = ratioTicks(scale);
          assert.ok(ticks.includes(1));
          ticks.slice(1).forEach((tick, index) => {
            assert.ok(scale.at(tick) - scale.at(ticks[index] ?? 0) >= 0.18);
          });
        },
      ),
    );
  });
});

describe('bands', () => {
  it('lie between their ends with the tick within, on any axis', () => {
    fc.assert(
      fc.property(fc.array(band, { minLength: 1, maxLength: 20 }), (bands) => {
        const scale = sharedScale(bands);
        assert.ok(scale.at(1) > 0 && scale.at(1) < 1);
        for (const each of bands) {
          const { start, width, tick } = bandGeometry(each, scale);
          assert.ok(start >= 0 && width >= 0 && start + width <= 1 + 1e-9);
          assert.ok(tick >= start - 1e-9 && tick <= start + width + 1e-9);
        }
      }),
    );
  });

  it('have their p50 in the middle of their own axis, which is wide enough for them', () => {
    fc.assert(
      fc.property(band, (each) => {
        const axis = axisAbout(each);
        assert.ok(axis !== null);
        near(axis.at(each.p50), 0.5);
        assert.ok(axis.low <= each.p10 * (1 + 1e-9) && axis.high >= each.p90 * (1 - 1e-9));
      }),
    );
    assert.equal(axisAbout({ p10: 0, p50: 0, p90: 0 }), null);
  });

  it('compare on cards: 20 % either way looks alike, whatever the unit', () => {
    const width = (p50: number) => {
      const each = { p10: p50 / 1.2, p50, p90: p50 * 1.2 };
      const axis = axisAbout(each);
      return axis === null ? 0 : bandGeometry(each, axis).width;
    };
    near(width(0.006), width(1310));
    // ln(1.44) / ln(4): from 1/1.2 to 1.2 on an axis from a half to two.
    near(width(1), Math.log(1.44) / Math.log(4));
  });
});

describe('the memory bar', () => {
  it('adds up to what a device holds, and shows what is free', () => {
    const { memory } = advice.baseline;
    const { parts, free, missing, capacityAt } = memoryShares(memory);
    near(parts.reduce((sum, part) => sum + part.bytes, 0) / memory.perDevice, 1);
    near(free / 1e9, 80 - 20.81);
    assert.equal(missing, 0);
    assert.equal(capacityAt, 1);
  });

  it('counts one device where the estimate counts all', () => {
    const { memory } = advice.baseline;
    const four = {
      ...memory,
      weights: memory.weights * 4,
      kvCache: memory.kvCache * 4,
      activations: memory.activations * 4,
      runtime: memory.runtime * 4,
      total: memory.total * 4,
    };
    memoryShares(four).parts.forEach((part, index) => {
      near(part.bytes / (memoryShares(memory).parts[index]?.bytes ?? 0), 1);
    });
  });

  it('is as long as what is needed where that is more than there is', () => {
    const { parts, missing, capacityAt } = memoryShares(tooLarge.baseline.memory);
    near(missing / 1e9, 13.8);
    near(capacityAt, 24 / 37.8);
    const last = parts.at(-1);
    near((last?.start ?? 0) + (last?.width ?? 0), 1);
  });

  it('is empty where nothing is known, and does not divide by nothing', () => {
    const nothing = {
      ...advice.baseline.memory,
      weights: 0,
      kvCache: 0,
      activations: 0,
      runtime: 0,
      total: 0,
      perDevice: 0,
      capacityPerDevice: 0,
    };
    assert.ok(memoryShares(nothing).parts.every((part) => part.width === 0 && part.start === 0));
  });
});

describe('the roofline', () => {
  // H100 SXM as NVIDIA states it: 3.35 TB/s, 989 TFLOP/s BF16 dense, 1,979 FP8.
  const roofs = {
    device: 'H100 SXM',
    bandwidth: 3.35e12,
    peaks: [
      { format: 'fp8', flopPerSecond: 1.979e15 },
      { format: 'f32', flopPerSecond: 6.7e13 },
      { format: 'bf16', flopPerSecond: 9.89e14 },
      { format: 'int8', flopPerSecond: 1.979e15 },
      { format: 'f16', flopPerSecond: 9.89e14 },
    ],
  };

  it('is one line for formats that are equally fast, its ridge where compute begins to limit', () => {
    const all = roofsOf(roofs);
    assert.deepEqual(
      all.map((roof) => roof.formats),
      [['f32'], ['bf16', 'f16'], ['fp8', 'int8']],
    );
    near((all[1]?.ridge ?? 0) / 295.2238805970149, 1);
  });

  it('draws the roof that the weights are under and those above, not those that nobody serves in', () => {
    const all = roofsOf(roofs);
    assert.deepEqual(
      roofsToDraw(all, 'bf16').map((roof) => roof.formats[0]),
      ['bf16', 'fp8'],
    );
    assert.deepEqual(
      roofsToDraw(all, 'fp8').map((roof) => roof.formats[0]),
      ['bf16', 'fp8'],
    );
    assert.deepEqual(
      roofsToDraw(all, 'q4_k_m').map((roof) => roof.formats[0]),
      ['bf16', 'fp8'],
    );
    assert.deepEqual(
      roofsToDraw(all, 'f32').map((roof) => roof.formats[0]),
      ['f32', 'bf16', 'fp8'],
    );
    assert.equal(roofsToDraw(roofsOf({ ...roofs, peaks: [] }), 'bf16').length, 0);
  });

  it('has axes that hold its points, and none where there is nothing to draw', () => {
    const drawn = roofsToDraw(roofsOf(roofs), 'bf16');
    const points = [advice.baseline.roofline.prefill, advice.baseline.roofline.decode];
    const axes = rooflineAxes(drawn, points);
    assert.ok(axes !== null);
    for (const { intensity, attained } of points) {
      for (const share of [axes.x.at(intensity), axes.y.at(attained)]) assert.ok(share > 0 && share < 1);
    }
    for (const roof of drawn) {
      const [start, ridge, end] = roofLine(roof, roofs.bandwidth, axes);
      assert.ok(start !== undefined && ridge !== undefined && end !== undefined);
      assert.ok(start.x < ridge.x && start.y < ridge.y && ridge.x < end.x);
      near(ridge.y, end.y);
    }
    assert.equal(rooflineAxes([], points), null);
    assert.equal(rooflineAxes(drawn, [{ intensity: 0, attained: 0 }]), null);
  });

  it('draws circles by area', () => {
    near(radiusOfShare(0.25, 16, 2), 8);
    assert.equal(radiusOfShare(0, 16, 5), 5);
    assert.equal(radiusOfShare(7, 16, 5), 16);
  });
});

describe('labels of points', () => {
  const picture = { width: 400, height: 260 };
  const request = { x: 200, y: 100, radius: 10, width: 60, height: 14 };

  it('stand at the right where there is room, else at the left, anchored towards the circle', () => {
    assert.deepEqual(placeLabels([request], picture), [{ x: 215, middle: 100, anchor: 'start' }]);
    assert.deepEqual(placeLabels([{ ...request, x: 380 }], picture), [
      { x: 365, middle: 100, anchor: 'end' },
    ]);
  });

  it('keep off one another, off circles and off lines', () => {
    const [first, second] = placeLabels([request, { ...request, x: 235 }], picture);
    assert.notEqual(first?.anchor === 'start' && first.middle === 100, true);
    assert.notDeepEqual(first, second);
    const [below] = placeLabels(
      [request],
      picture,
      boxesAlong([
        { x: 0, y: 100 },
        { x: 400, y: 100 },
      ]),
    );
    assert.equal(below?.anchor, 'middle');
  });

  it('stay within the picture, wherever the points are', () => {
    const point = fc.record({ x: fc.integer({ min: 0, max: 400 }), y: fc.integer({ min: 0, max: 260 }) });
    fc.assert(
      fc.property(fc.array(point, { maxLength: 6 }), (points) => {
        const placed = placeLabels(
          points.map((each) => ({ ...request, ...each })),
          picture,
        );
        for (const { x, middle, anchor } of placed) {
          const left = anchor === 'start' ? x : anchor === 'end' ? x - 60 : x - 30;
          assert.ok(left >= 0 && left + 60 <= 400 && middle >= 7 && middle <= 253);
        }
      }),
    );
  });

  it('find the clearest spot on a slope', () => {
    const from = { x: 0, y: 100 };
    const to = { x: 100, y: 0 };
    assert.deepEqual(clearestSpot(from, to, []), { x: 50, y: 50 });
    assert.deepEqual(clearestSpot(from, to, [{ x: 60, y: 40 }]), { x: 20, y: 80 });
  });
});
