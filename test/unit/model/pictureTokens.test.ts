import assert from 'node:assert/strict';
import { pictureRuleOf } from '../../../src/model/pictures/pictureRule';
import { seenPicture } from '../../../src/model/pictures/pictureTokens';
import { readModel } from '../../../src/model/readModel';
import type { Tower } from '../../../src/model/spec';

function towerOf(modelType: string, raw: Readonly<Record<string, unknown>> = {}, tokens?: number): Tower {
  const pictures = pictureRuleOf(modelType, raw, tokens);
  return {
    kind: 'vision',
    hiddenSize: 1024,
    groups: [],
    outside: [],
    ...(pictures === undefined ? {} : { pictures }),
  };
}

/**
 * Tokens that the processors of transformers 5.23 make of width × height: `smart_resize` of Qwen2-VL within the bounds of the
 * published preprocessor files, `_get_number_of_features` of LLaVA-NeXT (class sizes, class token dropped),
 * `get_optimal_tiled_canvas` of InternVL's processor, `get_resize_output_image_size` of Pixtral.
 */
const COUNTED = [
  { size: [224, 224], qwen2: 64, qwen3: 64, llava: 1176, intern: 256, pixtral: 210 },
  { size: [672, 672], qwen2: 576, qwen3: 441, llava: 2928, intern: 1280, pixtral: 1806 },
  { size: [1024, 1024], qwen2: 1369, qwen3: 1024, llava: 2928, intern: 2560, pixtral: 4160 },
  { size: [640, 480], qwen2: 391, qwen3: 300, llava: 2340, intern: 3328, pixtral: 1230 },
  { size: [1920, 1080], qwen2: 2691, qwen3: 2040, llava: 1948, intern: 2304, pixtral: 2340 },
  { size: [70, 98], qwen2: 8, qwen3: 70, llava: 1032, intern: 3328, pixtral: 42 },
  { size: [610, 2391], qwen2: 1870, qwen3: 1425, llava: 1944, intern: 1280, pixtral: 1152 },
  { size: [318, 1104], qwen2: 429, qwen3: 340, llava: 2088, intern: 1280, pixtral: 1280 },
] as const;

describe('tokens of an image by its size', () => {
  const towers = {
    qwen2: towerOf('qwen2_5_vl'),
    qwen3: towerOf('qwen3_vl'),
    llava: towerOf('llava_next'),
    intern: towerOf('internvl_chat'),
    pixtral: towerOf('pixtral'),
  };
  for (const { size, ...counts } of COUNTED) {
    const [width, height] = size;
    it(`are those of the public processors: ${width} × ${height}`, () => {
      for (const [family, expected] of Object.entries(counts)) {
        const seen = seenPicture(towers[family as keyof typeof towers], { width, height });
        assert.equal(seen?.tokens, expected, family);
      }
    });
  }

  it('stay the same where every image is resized to one size', () => {
    const gemma = towerOf('gemma3', {
      mm_tokens_per_image: 256,
      vision_config: { image_size: 896, patch_size: 14 },
    });
    for (const size of [null, { width: 64, height: 64 }, { width: 4000, height: 3000 }]) {
      assert.deepEqual(seenPicture(gemma, size), { squares: 1, places: 64 * 64, tokens: 256 });
    }
  });

  it('have four places in the tower for each token that Qwen-VL hands on', () => {
    const seen = seenPicture(towers.qwen2, { width: 1024, height: 1024 });
    assert.equal(seen?.places, 4 * 1369);
  });

  it('are unknown where the family is, or its size is not given', () => {
    assert.equal(seenPicture(towerOf('somebody_vl'), { width: 512, height: 512 }), null);
    assert.equal(seenPicture(towers.qwen2, null), null);
  });

  it('are bounded, whatever a file says', () => {
    const hostile = towerOf('internvl_chat', { max_dynamic_patch: 100_000, force_image_size: 1 });
    assert.ok(Number.isFinite(seenPicture(hostile, { width: 99_999, height: 1 })?.tokens));
    const sizes = towerOf('llava_next', { image_grid_pinpoints: Array(1000).fill([1, 99_999]) });
    assert.ok(Number.isFinite(seenPicture(sizes, { width: 1, height: 99_999 })?.tokens));
  });

  it('are read with the model', () => {
    const reading = readModel(
      JSON.stringify({ model_type: 'qwen2_5_vl', vision_config: { patch_size: 14, spatial_merge_size: 2 } }),
    );
    assert.ok(reading.ok);
    const tower = reading.model.towers.find(({ kind }) => kind === 'vision');
    assert.equal(tower && seenPicture(tower, { width: 224, height: 224 })?.tokens, 64);
  });
});
