import assert from 'node:assert/strict';
import { diffusionOperations } from '../../../src/roofline/diffusionOperations';
import { diffusionShape, type DiffusionShape } from '../../../src/roofline/diffusionShape';
import { diffusionWork } from '../../../src/roofline/diffusionWork';
import type { Operation } from '../../../src/roofline/operation';
import { DEFAULT_SAMPLING, type Sampling } from '../../../src/workload/workload';
import { component, COGVIDEOX_5B, DIT_XL_2, FLUX, SD15, SDXL } from './diffusionModels';

function evaluation(
  config: Readonly<Record<string, unknown>>,
  sampling: Partial<Sampling> = {},
  text?: number,
): { shape: DiffusionShape; operations: Operation[] } {
  const work = diffusionWork(component(config), null);
  const own = diffusionShape(work.denoiser, { ...DEFAULT_SAMPLING, ...sampling }, []);
  const shape = text === undefined ? own : { ...own, contextTokens: text };
  const operations = diffusionOperations(work.step, shape, { samples: 1, split: 1, activationElement: 2 });
  return { shape, operations };
}

/** FLOP of products and attention; element-wise work is not counted by those who publish FLOP. */
function flop(operations: readonly Operation[], names?: readonly Operation['name'][]): number {
  let sum = 0;
  for (const { name, flop: each, layers } of operations) {
    if (names ? names.includes(name) : name !== 'element-wise') sum += each * layers;
  }
  return sum;
}

function near(actual: number, expected: number, within = 1e-4): void {
  assert.ok(Math.abs(actual / expected - 1) <= within, `${actual} is not near ${expected}`);
}

describe('operations of a denoising step', () => {
  it('are those of a DiT block by hand', () => {
    const d = 1152;
    const places = 16 * 16;
    const products = 2 * places * (4 * d * d + 8 * d * d);
    const attention = 2 * 2 * places * places * d;
    // Each block embeds the time step for itself, and shifts and scales with six vectors from it: once a sample.
    const condition = 2 * (256 * d + d * d + 6 * d * d);
    const around = 2 * places * (16 * d + 32 * d) + 2 * (2 * d * d);
    near(
      flop(evaluation({ ...DIT_XL_2, out_channels: 8 }).operations),
      28 * (products + attention + condition) + around,
      2e-3,
    );
  });

  it('are those that were published', () => {
    // Peebles and Xie, “Scalable diffusion models with transformers”, table 4 and 8: 118.64 and 524.60 GFLOP of multiply-adds.
    near(flop(evaluation(DIT_XL_2).operations) / 2, 118.64e9, 2e-3);
    near(flop(evaluation({ ...DIT_XL_2, sample_size: 64 }).operations) / 2, 524.6e9, 2e-3);
    // diffusers/benchmarks, collated_results.csv: 5,979.1 GFLOP of the products of a step of Stable Diffusion XL, 59,523.04 of FLUX.1-dev.
    const products = ['matrices', 'convolutions'] as const;
    near(flop(evaluation(SDXL).operations, products), 5979.1e9, 1e-3);
    near(flop(evaluation(FLUX).operations, products), 59_523.04e9, 1e-3);
    // Papers on caching count 3,719.5 TFLOP for 50 steps of FLUX.1-dev (TaylorSeer, table 1).
    near(flop(evaluation(FLUX).operations) * 50, 3719.5e12, 1e-3);
  });

  it('count attention of picture and text together', () => {
    const tokens = 64 * 64 + 512;
    near(flop(evaluation(FLUX).operations, ['attention']), (19 + 38) * 4 * tokens ** 2 * 3072, 1e-9);
  });

  // Counted by torch.utils.flop_counter (PyTorch 2.15) over the classes of diffusers 0.42.1 on the meta device, class defaults.
  const counted: readonly (readonly [string, Readonly<Record<string, unknown>>, number])[] = [
    ['SD 1.5', SD15, 8.032734e11],
    ['SDXL', SDXL, 6.761236e12],
    ['FLUX.1', FLUX, 7.438465e13],
    ['FLUX.2', { _class_name: 'Flux2Transformer2DModel' }, 2.825996e14],
    [
      'PixArt',
      { _class_name: 'PixArtTransformer2DModel', sample_size: 128, caption_channels: 4096 },
      6.633581e12,
    ],
    ['Sana', { _class_name: 'SanaTransformer2DModel' }, 2.966661e12],
    ['AuraFlow', { _class_name: 'AuraFlowTransformer2DModel' }, 4.39681e13],
    ['Qwen-Image', { _class_name: 'QwenImageTransformer2DModel' }, 7.830392e13],
    ['Wan 14B', { _class_name: 'WanTransformer3DModel' }, 1.67837e15],
    ['CogVideoX 5B', COGVIDEOX_5B, 3.321977e14],
    ['LTX', { _class_name: 'LTXVideoTransformer3DModel' }, 3.712905e13],
    ['HunyuanVideo', { _class_name: 'HunyuanVideoTransformer3DModel' }, 1.206859e16],
    ['Allegro', { _class_name: 'AllegroTransformer3DModel' }, 2.238913e15],
    ['SkyReels 2', { _class_name: 'SkyReelsV2Transformer3DModel' }, 8.806591e14],
    ['Bria', { _class_name: 'BriaTransformer2DModel' }, 6.704203e13],
    ['Cosmos', { _class_name: 'CosmosTransformer3DModel' }, 2.209462e15],
  ];
  for (const [name, config, expected] of counted) {
    it(`are those of the public implementation: ${name}`, () => {
      near(flop(evaluation(config).operations), expected);
    });
  }

  it('grow with the picture as each kind does', () => {
    const small = evaluation(FLUX, { size: { width: 512, height: 512 } }, 0).operations;
    const large = evaluation(FLUX, { size: { width: 1024, height: 1024 } }, 0).operations;
    near(flop(large, ['attention']) / flop(small, ['attention']), 16, 1e-9);
    near(flop(large, ['matrices']) / flop(small, ['matrices']), 4, 1e-2);
  });
});

describe('the shape of a picture', () => {
  const shapeOf = (config: Readonly<Record<string, unknown>>, sampling: Partial<Sampling> = {}) =>
    evaluation(config, sampling).shape;

  it('is the pipeline’s own where nothing is asked', () => {
    const { width, height, steps, guidance, grid } = shapeOf(SDXL);
    assert.deepEqual([width, height, steps, guidance], [1024, 1024, 50, 2]);
    assert.deepEqual(grid, { frames: 1, height: 128, width: 128 });
    assert.equal(shapeOf(SD15).width, 512);
  });

  it('guides by a second evaluation only where the class does', () => {
    assert.equal(shapeOf(FLUX).guidance, 1);
    assert.equal(shapeOf({ ...SDXL, time_cond_proj_dim: 256 }).guidance, 1);
    const wan = shapeOf({ _class_name: 'WanTransformer3DModel' });
    assert.deepEqual([wan.guidance, wan.batched], [2, false]);
  });

  it('takes few steps where the network has no input for guidance', () => {
    const schnell = shapeOf({ _class_name: 'FluxTransformer2DModel', guidance_embeds: false });
    assert.deepEqual([schnell.steps, schnell.contextTokens], [4, 256]);
  });

  it('compresses frames by the autoencoder, the first by itself', () => {
    // Wan: 81 frames are 1 + 80 / 4 latents; LTX: 1 + 160 / 8; Allegro: 88 / 4.
    assert.deepEqual(shapeOf({ _class_name: 'WanTransformer3DModel' }).grid, {
      frames: 21,
      height: 30,
      width: 52,
    });
    assert.equal(shapeOf({ _class_name: 'LTXVideoTransformer3DModel' }).grid.frames, 21);
    assert.equal(shapeOf({ _class_name: 'AllegroTransformer3DModel' }).grid.frames, 22);
    assert.equal(shapeOf({ _class_name: 'WanTransformer3DModel' }, { frames: 5 }).grid.frames, 2);
  });

  it('refuses nonsense', () => {
    for (const sampling of [
      { steps: 0 },
      { steps: 1e9 },
      { size: { width: 0, height: 512 } },
      { size: { width: 1e5, height: 1e5 }, frames: 100_000 },
    ]) {
      assert.throws(() => shapeOf({ _class_name: 'WanTransformer3DModel' }, sampling), /ScenarioError/);
    }
  });

  it('has a width', () => {
    assert.throws(() => diffusionWork(component({ ...FLUX, num_attention_heads: 0 }), null), /no width/);
  });

  it('is unknown for networks whose work is not known', () => {
    const control = component({
      _class_name: 'SD3ControlNetModel',
      joint_attention_dim: 4096,
      use_pos_embed: true,
    });
    assert.throws(() => diffusionWork(control, null), /is not known/);
  });
});
