import assert from 'node:assert/strict';
import { z } from 'zod';
import { CLASS_DEFAULTS, CLASS_DEFAULTS_SCHEMA } from '../../../src/model/classDefaults';
import { DIFFUSION_FAMILIES } from '../../../src/model/diffusion/table';
import { DECODERS } from '../../../src/model/families/decoders/table';
import { ENCODERS } from '../../../src/model/families/encoders/table';
import { MULTIMODAL } from '../../../src/model/families/multimodal/table';
import { SPEECH } from '../../../src/model/families/speech/table';
import { FAMILIES } from '../../../src/model/families/table';
import { VISION } from '../../../src/model/families/vision/table';
import { tableName } from '../../../src/model/otherNames';
import {
  findScheme,
  storedBytes,
  WEIGHT_SCHEME_SCHEMA,
  WEIGHT_SCHEMES,
} from '../../../src/model/weightSchemes';

describe('the model room’s tables', () => {
  it('have the shape that their schemas say, each row with its source', () => {
    CLASS_DEFAULTS_SCHEMA.parse(CLASS_DEFAULTS);
    z.array(WEIGHT_SCHEME_SCHEMA).parse(WEIGHT_SCHEMES);
  });

  it('hold no scheme twice, and every default belongs to a family', () => {
    assert.equal(new Set(WEIGHT_SCHEMES.map((scheme) => scheme.id)).size, WEIGHT_SCHEMES.length);
    for (const modelType of Object.keys(CLASS_DEFAULTS))
      assert.ok(
        Object.hasOwn(FAMILIES, modelType) || Object.hasOwn(DIFFUSION_FAMILIES, modelType),
        modelType,
      );
  });

  it('hold no type in two groups, and every other name leads to a type', () => {
    const groups = [DECODERS, ENCODERS, MULTIMODAL, SPEECH, VISION, DIFFUSION_FAMILIES];
    const types = groups.flatMap((group) => Object.keys(group));
    assert.deepEqual(
      types.filter((type, index) => types.indexOf(type) !== index),
      [],
    );
    for (const name of ['lfm2-vl', 'Glm4vMoe_text', 'deepseek_ref', 'minimax_m3', 'ovis2_vision_model'])
      assert.ok(Object.hasOwn(FAMILIES, tableName(name)), name);
    assert.equal(tableName('llama'), 'llama');
  });

  it('find schemes in any case and by their aliases', () => {
    assert.equal(findScheme('Q4_K_M')?.id, 'q4_k_m');
    assert.equal(findScheme('AWQ')?.id, 'awq-int4');
    assert.equal(findScheme('float16')?.id, 'f16');
    assert.equal(findScheme('nothing'), undefined);
    assert.equal(findScheme('constructor'), undefined);
  });

  it('store as many bytes as the block layouts of ggml say', () => {
    // Bytes of one block and its elements: ggml-common.h.
    const layouts: [string, number, number][] = [
      ['q4_0', 32, 18],
      ['q5_0', 32, 22],
      ['q8_0', 32, 34],
      ['q6_k', 256, 210],
      ['iq4_xs', 256, 136],
      ['iq2_xxs', 256, 66],
    ];
    for (const [id, elements, bytes] of layouts) {
      const scheme = findScheme(id);
      assert.ok(scheme);
      assert.equal(storedBytes(scheme, 4, 4 * elements), 16 * bytes);
    }
  });
});
