import assert from 'node:assert/strict';
import fc from 'fast-check';
import { residualBand, type Neighbour } from '../../../src/roofline/residualBand';

const point = { phase: 'decode', device: 'asked', bandwidth: 1e12, weightBytes: 1e10, batch: 1 } as const;
const neighbour = (residual: number, bandwidth = 1e12): Neighbour => ({
  ...point,
  device: 'measured',
  bandwidth,
  residual,
  seen: 0,
});

describe('residualBand', () => {
  it('is null without neighbours of the phase', () => {
    assert.equal(residualBand([], 0, point), null);
    assert.equal(residualBand([{ ...neighbour(0), phase: 'prefill' }], 1, point), null);
  });

  it('holds 1, is at least 5 % wide each way, and in order', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: -2, max: 2, noNaN: true }), { minLength: 1 }), (residuals) => {
        const band = residualBand(
          residuals.map((residual) => neighbour(residual)),
          3,
          point,
        );
        assert.ok(band && band.p10 <= 0.952 && band.p90 >= 1.051);
      }),
    );
  });

  it('opens with distance and with few devices', () => {
    const rows = [-0.2, -0.1, 0, 0.1, 0.2];
    const near = residualBand(
      rows.map((residual) => neighbour(residual)),
      10,
      point,
    );
    const far = residualBand(
      rows.map((residual) => neighbour(residual, 1e11)),
      10,
      point,
    );
    const few = residualBand(
      rows.map((residual) => neighbour(residual)),
      1,
      point,
    );
    assert.ok(near && far && few);
    assert.ok(far.p90 > near.p90 && few.p90 > near.p90);
    assert.equal(near.nearest, 0);
  });

  it('listens to the nearest', () => {
    const rows = [
      ...Array.from({ length: 20 }, () => neighbour(0.5)),
      ...Array.from({ length: 20 }, () => neighbour(-0.5, 1e14)),
    ];
    const band = residualBand(rows, 10, point);
    // The far ones would pull p10 to 0.6 and below; what is left is the uncertainty of one more device among ten.
    assert.ok(band && band.p90 > 1.6 && band.p10 > 0.84);
  });

  it('lets a measured device speak for itself', () => {
    const rows = [-0.6, -0.4, 0, 0.4, 0.6].map((residual) => neighbour(residual));
    const stranger = residualBand(rows, 5, point);
    const known = residualBand(rows, 5, { ...point, device: 'measured' });
    assert.ok(stranger && known);
    assert.ok(!stranger.seen && known.seen);
    // Its own residuals are nil: what is left is the uncertainty of a further model, 0.25 over the root of five, beside 5 %.
    assert.ok(stranger.p90 > 1.5 && known.p90 > 1.05 && known.p90 < 1.15);
  });
});
