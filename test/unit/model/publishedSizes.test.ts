import assert from 'node:assert/strict';
import { totalParameters } from '../../../src/model/count';
import { readModelValue } from '../../../src/model/readModel';

/** Sizes in 10⁹ parameters as the vendors round them on model pages and in papers. */
const ROUNDED: readonly [name: string, billions: number, config: object][] = [
  ['PixArt-α', 0.6, { _class_name: 'PixArtTransformer2DModel', caption_channels: 4096 }],
  ['LTX-Video', 1.9, { _class_name: 'LTXVideoTransformer3DModel' }],
  ['Allegro', 2.8, { _class_name: 'AllegroTransformer3DModel' }],
  ['Sana', 1.6, { _class_name: 'SanaTransformer2DModel' }],
  ['FLUX.2', 32, { _class_name: 'Flux2Transformer2DModel' }],
  ['Chroma', 8.9, { _class_name: 'ChromaTransformer2DModel' }],
  ['HunyuanVideo', 13, { _class_name: 'HunyuanVideoTransformer3DModel' }],
  ['Lumina 2', 2.6, { _class_name: 'Lumina2Transformer2DModel', cap_feat_dim: 2304 }],
  [
    'Arctic',
    480,
    {
      model_type: 'arctic',
      architectures: ['ArcticForCausalLM'],
      hidden_size: 7168,
      intermediate_size: 4864,
      num_hidden_layers: 35,
      num_attention_heads: 56,
      num_key_value_heads: 8,
      num_local_experts: 128,
      num_experts_per_tok: 2,
      moe_layer_frequency: 1,
      use_residual: true,
    },
  ],
  ['LongCat-Flash', 560, { model_type: 'longcat_flash', architectures: ['LongcatFlashForCausalLM'] }],
  [
    'Zamba2-2.7B',
    2.7,
    { model_type: 'zamba2', architectures: ['Zamba2ForCausalLM'], num_mem_blocks: 2, n_mamba_heads: 80 },
  ],
];

/** What rounding to the digits that vendors give may hide. */
const TOLERANCE = 0.02;

describe('families at the size of their vendors', () => {
  for (const [name, billions, config] of ROUNDED) {
    it(`count ${name} as ${String(billions)} billion`, () => {
      const reading = readModelValue(config);
      if (!reading.ok) assert.fail(reading.error.message);
      assert.equal(reading.model.exact, true);
      const off = totalParameters(reading.model) / 1e9 / billions - 1;
      assert.ok(Math.abs(off) < TOLERANCE, `${name} is off by ${String(off)}`);
    });
  }

  it('refuses block counts that no model has', () => {
    for (const config of [
      { _class_name: 'LTXVideoTransformer3DModel', num_layers: 1e9 },
      { model_type: 'longcat_flash', num_layers: 1e9 },
    ])
      assert.equal(readModelValue(config).ok, false);
  });
});
