import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { answerEstimate } from '../../../src/advisor/estimateAnswer';
import { askScenario } from '../../../src/advisor/buildScenario';
import type { EstimateOptions } from '../../../src/advisor/query';
import { openModel } from '../../../src/model/openModelFile';
import type { ModelSpec } from '../../../src/model/spec';
import type { Estimate, TermPart } from '../../../src/roofline/estimate';
import { estimate } from '../../../src/roofline/estimateScenario';
import { component, COGVIDEOX_5B, FLUX, SD15, SDXL } from './diffusionModels';

const WAN = { _class_name: 'WanTransformer3DModel' };

function ask(model: ModelSpec, options: EstimateOptions): Estimate {
  return estimate(askScenario(model, options).scenario);
}

const seconds = (result: Estimate): number => result.latency.endToEnd.p50;

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

describe('time of a picture', () => {
  const H100 = { hardware: 'h100-sxm' } as const;

  it('is the sum of its terms, and each term of its operations', () => {
    for (const config of [SDXL, FLUX, WAN, SD15]) {
      const result = ask(component(config), { ...H100, concurrency: 2 });
      const total = sum(result.terms.map((term) => term.seconds));
      assert.ok(Math.abs(total / seconds(result) - 1) < 1e-9, `${String(config._class_name)}: ${total}`);
      for (const term of result.terms) {
        if (!term.parts) continue;
        const parts = sum(term.parts.map((part) => part.layers * secondsOf(part)));
        assert.ok(Math.abs((parts * Number(term.inputs.times)) / term.seconds - 1) < 1e-9, term.id);
      }
    }
  });

  it('grows by the step, the pixel and the frame', () => {
    const model = component(SDXL);
    const twenty = seconds(ask(model, { ...H100, steps: 20 }));
    const forty = seconds(ask(model, { ...H100, steps: 40 }));
    assert.ok(forty / twenty > 1.95 && forty / twenty <= 2);
    const flux = component(FLUX);
    const large = seconds(ask(flux, { ...H100, size: '2048x2048' }));
    assert.ok(large > 4 * seconds(ask(flux, H100)), String(large));
    const wan = component(WAN);
    assert.ok(seconds(ask(wan, { ...H100, frames: 81 })) > 2 * seconds(ask(wan, { ...H100, frames: 41 })));
  });

  it('makes more a second in a batch, and on more devices', () => {
    const model = component(SD15);
    const one = ask(model, H100);
    const eight = ask(model, { ...H100, concurrency: 8 });
    const spread = ask(model, { ...H100, concurrency: 8, devices: 8 });
    assert.ok((eight.throughput.images ?? 0) > (one.throughput.images ?? 0));
    assert.ok(Math.abs(seconds(spread) / seconds(one) - 1) < 1e-9);
    assert.ok(Math.abs((spread.throughput.images ?? 0) / (one.throughput.images ?? 0) - 8) < 1e-6);
  });

  it('waits for its turn under a request rate', () => {
    const model = component(FLUX);
    const alone = ask(model, H100);
    const capacity = alone.throughput.images ?? 0;
    const busy = ask(model, { ...H100, requestRate: capacity / 2 });
    // M/D/1 at half load: mean wait of half a service.
    assert.ok(Math.abs(seconds(busy) / seconds(alone) - 1.5) < 1e-6);
    const over = ask(model, { ...H100, requestRate: capacity * 2 });
    assert.ok(over.warnings.some(({ code }) => code === 'overloaded'));
  });

  it('says that nothing was measured, and leaves room', () => {
    const { calibration, latency } = ask(component(FLUX), H100);
    assert.deepEqual(calibration, { basis: 'physics', rows: 0 });
    assert.ok(latency.endToEnd.p90 >= 2 * latency.endToEnd.p50);
    assert.ok(latency.endToEnd.p10 <= latency.endToEnd.p50 / 1.5);
  });

  it('is answered without tokens', () => {
    const built = askScenario(component(SDXL), { ...H100, steps: 30, size: '768x512' });
    const answer = answerEstimate(built.scenario, estimate(built.scenario), { techniques: [], terms: true });
    assert.equal(answer.latency.interToken, null);
    assert.equal(answer.throughput.total, null);
    assert.deepEqual(answer.latency.timeToFirstToken, answer.latency.endToEnd);
    const { engine, steps, size, frames, guidance } = answer.scenario;
    assert.deepEqual([engine, steps, size, frames, guidance], ['transformers', 30, '768x512', 1, 2]);
    assert.ok(answer.warnings.some(({ code }) => code === 'no-tokens'));
    assert.ok(answer.warnings.some(({ code }) => code === 'parts-left-out'));
  });
});

/** Orders of magnitude that were published, batch 1, eager PyTorch in 16 bits; nothing here is fitted to them. */
const PUBLISHED: readonly (readonly [string, Readonly<Record<string, unknown>>, EstimateOptions, number])[] =
  [
    // diffusers documentation, “Accelerate inference of text-to-image diffusion models”: 30 steps, bf16 and SDPA.
    ['SDXL on A100', SDXL, { hardware: 'a100-sxm-80gb', steps: 30 }, 3.315],
    // fal-ai/stable-diffusion-benchmarks: 50 steps, torch 2.1, SDPA.
    ['SD 1.5 on A100', SD15, { hardware: 'a100-sxm-80gb', steps: 50 }, 1.604],
    // varadrane1707/BenchmarkFlux, 28 steps, bf16; 7.11 s on an H100.
    ['FLUX.1-dev on A100', FLUX, { hardware: 'a100-sxm-80gb', steps: 28 }, 15.65],
    ['FLUX.1-dev on H100', FLUX, { hardware: 'h100-sxm', steps: 28 }, 7.11],
    // Model card of CogVideoX-5b: 50 steps, “~200 s”.
    ['CogVideoX 5B on A100', COGVIDEOX_5B, { hardware: 'a100-sxm-80gb' }, 200],
    // xDiT, HunyuanVideo performance report: 1280 × 720, 129 frames, 50 steps.
    [
      'HunyuanVideo on H100',
      { _class_name: 'HunyuanVideoTransformer3DModel' },
      { hardware: 'h100-sxm' },
      1904,
    ],
    ['HunyuanVideo on H20', { _class_name: 'HunyuanVideoTransformer3DModel' }, { hardware: 'h20' }, 6639],
    // ModelTC/lightx2v, benchmark of the official code: Wan 2.1 14B at 480p, 40 steps with guidance.
    ['Wan 14B on H200', WAN, { hardware: 'h200-sxm', steps: 40 }, 366],
  ];

describe('published times of pictures and videos', () => {
  for (const [name, config, options, published] of PUBLISHED) {
    it(`are within twice, and in the band: ${name}`, () => {
      const { p10, p50, p90 } = ask(component(config), options).latency.endToEnd;
      const off = published / p50;
      assert.ok(off > 0.5 && off < 2, `${name}: ${p50.toPrecision(4)} s, published ${published}`);
      assert.ok(published > p10 && published < p90, `${name}: ${p10} to ${p90}`);
    });
  }
});

describe('a diffusers folder', () => {
  const folder = join(
    __dirname,
    '../../../../shared/configs/models/diffusers/stabilityai__stable-diffusion-xl-base-1.0',
  );

  it('is reckoned with its text encoders and its decoder', async function () {
    if (!existsSync(folder)) this.skip();
    const reading = await openModel(folder);
    assert.ok(reading.ok);
    const result = ask(reading.model, { hardware: 'a100-sxm-80gb', steps: 30 });
    const ids = result.terms.map(({ id }) => id);
    for (const id of ['diffusion.textEncoder', 'diffusion.step', 'diffusion.decode'])
      assert.ok(ids.includes(id));
    // torch.utils.flop_counter over AutoencoderKL.decode at 1024 × 1024: 1.047039e13.
    const decode = result.terms.find(({ id }) => id === 'diffusion.decode');
    const products = sum(
      (decode?.parts ?? [])
        .filter(({ name }) => name !== 'element-wise')
        .map(({ flop, layers }) => flop * layers),
    );
    assert.ok(Math.abs(products / 1.047039e13 - 1) < 1e-3, String(products));
    // The documentation’s own run of it: 8.958 GiB at its peak, driver and context not counted.
    const { memory } = result;
    const allocated = memory.total - memory.runtime;
    assert.ok(Math.abs(allocated / (8.958 * 2 ** 30) - 1) < 0.2, String(allocated));
    assert.ok(memory.fits);
  });
});

function secondsOf({ move, unpack, multiply, spill }: TermPart): number {
  return Math.cbrt(move ** 3 + unpack ** 3 + multiply ** 3) + spill;
}
