import assert from 'node:assert/strict';
import { allTechniques } from '../../../src/techniques/catalogue';
import { filledIn, placeholdersIn } from '../../../src/techniques/placeholders';

/** Words in capitals that engines take as they are. */
const VALUES =
  /^(AWQ|CUDA|EAGLE|GGML_CUDA_DISABLE_GRAPHS|GPTQ|HELIX|KV_CACHE_PRECISION|LMCACHE_ENABLE_BLENDING|MLA|MTP|NGRAM|STANDALONE|XATTENTION|FP8|FP4|NVFP4|W4A16_AWQ|W4A16_GPTQ|W4A16|W8A8|W4A8_\w+|W8A8_\w+|INT8|INT4|Q4_K_M|Q2_K|EAGLE3)$/;

describe('placeholders in settings', () => {
  it('are all known: any other word in capitals is a value of the engine', () => {
    for (const { id, engines } of allTechniques())
      for (const { setting } of engines) {
        const known = new Set(placeholdersIn(setting).map(({ name }) => name));
        for (const [word] of setting.matchAll(/(?<![A-Za-z0-9_-])[A-Z][A-Z0-9_]*(?![A-Za-z0-9_-])/g))
          assert.ok(known.has(word) || VALUES.test(word), `${id}: ${word}`);
      }
  });

  it('are found once each, with what they stand for', () => {
    const found = placeholdersIn('--draft DRAFT.gguf --again DRAFT --x X_CHECKPOINT --algorithm EAGLE');
    assert.deepEqual(
      found.map(({ name }) => name),
      ['DRAFT', 'X_CHECKPOINT'],
    );
    for (const { meaning } of found) assert.ok(meaning.length > 10);
  });

  it('are filled in where a number is known, and not within other words', () => {
    assert.equal(filledIn('--tp N --NN N', 'N', '4'), '--tp 4 --NN 4');
  });
});
