import assert from 'node:assert/strict';
import fc from 'fast-check';
import { activeParameters, parametersByPart, totalParameters } from '../../../src/model/count';
import {
  attentionName,
  kvCacheBytes,
  stateBytesPerSequence,
  weightBytes,
  weightFormatName,
} from '../../../src/model/memory';
import { readModel, readModelValue } from '../../../src/model/readModel';
import type { ModelSpec } from '../../../src/model/spec';
import {
  BERT_BASE,
  DEEPSEEK_V3,
  GPT2,
  LLAMA_31_8B,
  MISTRAL_7B_V01,
  MIXTRAL_8X7B,
  QWEN3_NEXT_80B,
} from './configs';

function read(config: object): ModelSpec {
  const reading = readModelValue(config);
  if (!reading.ok) assert.fail(reading.error.message);
  return reading.model;
}

describe('readModel', () => {
  // Totals that the models' authors publish, or that their checkpoint indexes add up to.
  const published: [string, object, number, number][] = [
    ['Llama-3.1-8B', LLAMA_31_8B, 8_030_261_248, 8_030_261_248],
    ['Mixtral-8x7B', MIXTRAL_8X7B, 46_702_792_704, 12_879_925_248],
    ['Mistral-7B-v0.1', MISTRAL_7B_V01, 7_241_732_096, 7_241_732_096],
    ['DeepSeek-V3', DEEPSEEK_V3, 671_026_419_200, 37_552_297_472],
    ['Qwen3-Next-80B-A3B', QWEN3_NEXT_80B, 79_674_391_296, 3_874_929_408],
    ['BERT base', BERT_BASE, 109_482_240, 109_482_240],
    ['GPT-2', GPT2, 124_439_808, 124_439_808],
  ];
  for (const [name, config, total, active] of published) {
    it(`counts ${name} exactly`, () => {
      const model = read(config);
      assert.equal(totalParameters(model), total);
      assert.equal(activeParameters(model), active);
      assert.equal(model.exact, true);
      const parts = Object.values(parametersByPart(model)).reduce((sum, part) => sum + part, 0);
      assert.equal(parts, total);
    });
  }

  it('reckons the cache of grouped, windowed, latent and hybrid models at any length', () => {
    // 2 × layers × heads × width × 2 bytes; the window caps the tokens; the latent is rank + rope once a layer.
    assert.equal(kvCacheBytes(read(LLAMA_31_8B), 1), 2 * 32 * 8 * 128 * 2);
    assert.equal(kvCacheBytes(read(LLAMA_31_8B), 4096), 4096 * 131072);
    const mistral = read(MISTRAL_7B_V01);
    assert.equal(kvCacheBytes(mistral, 131072), 4096 * 131072);
    assert.equal(kvCacheBytes(read(DEEPSEEK_V3), 131072), 131072 * 61 * (512 + 64) * 2);
    const hybrid = read(QWEN3_NEXT_80B);
    assert.equal(kvCacheBytes(hybrid, 4096), 4096 * 12 * 2 * 2 * 256 * 2);
    // 36 layers × (32 heads × 128 × 128 at 32 bits + 3 × 8,192 convolution inputs at 16 bits).
    assert.equal(stateBytesPerSequence(hybrid), 36 * (32 * 128 * 128 * 4 + 3 * 8192 * 2));
    assert.equal(kvCacheBytes(read(BERT_BASE), 512), 0);
  });

  it('names the attention in one word', () => {
    assert.equal(attentionName(read(LLAMA_31_8B)), 'gqa');
    assert.equal(attentionName(read(MISTRAL_7B_V01)), 'sliding');
    assert.equal(attentionName(read(DEEPSEEK_V3)), 'mla');
    assert.equal(attentionName(read(QWEN3_NEXT_80B)), 'hybrid');
    assert.equal(attentionName(read(GPT2)), 'mha');
    assert.equal(attentionName(read({ ...LLAMA_31_8B, num_key_value_heads: 1 })), 'mqa');
  });

  it('takes the formats of weights from the file, quantisation and ignore list included', () => {
    assert.equal(weightBytes(read(LLAMA_31_8B)), 16_060_522_496);
    assert.equal(weightFormatName(read(LLAMA_31_8B)), 'bf16');
    const linear = 8_030_261_248 - 2 * 525_336_576 - 266_240;
    const fp8 = read({
      ...LLAMA_31_8B,
      quantization_config: { quant_method: 'fp8', weight_block_size: [128, 128] },
    });
    assert.equal(weightFormatName(fp8), 'w8a8-fp8');
    assert.equal(weightBytes(fp8), linear + (linear / (128 * 128)) * 4 + 2 * (2 * 525_336_576 + 266_240));
    const ignoring = read({
      ...LLAMA_31_8B,
      quantization_config: {
        quant_method: 'fp8',
        weight_block_size: [128, 128],
        modules_to_not_convert: ['model.layers.0'],
      },
    });
    const layer = 4096 * (4096 + 1024 + 1024 + 4096 + 3 * 14336);
    assert.equal(weightBytes(ignoring) - weightBytes(fp8), layer - (layer / (128 * 128)) * 4);
  });

  it('takes an explicit null for what the class would have by default', () => {
    const model = read({ ...MISTRAL_7B_V01, sliding_window: null });
    assert.equal(kvCacheBytes(model, 131072), 131072 * 131072);
  });

  it('never divides the width where the file says the heads’ own', () => {
    const model = read({ ...LLAMA_31_8B, head_dim: 256 });
    assert.equal(kvCacheBytes(model, 1), 2 * 131072);
  });

  it('says what it does not know instead of guessing', () => {
    const unknown = readModelValue({ ...LLAMA_31_8B, model_type: 'brand_new', architectures: ['BrandNew'] });
    assert.equal(unknown.ok, false);
    assert.equal(!unknown.ok && unknown.error.code, 'unknown-architecture');
    const odd = read({ ...LLAMA_31_8B, num_memory_layers: 4 });
    assert.equal(odd.exact, false);
    assert.match(odd.warnings[0]?.message ?? '', /num_memory_layers/);
    const two = read({ ...LLAMA_31_8B, n_embd: 2048 });
    assert.equal(two.exact, false);
    assert.equal(two.warnings[0]?.code, 'contradiction');
  });

  it('recognises draft heads under a borrowed model type', () => {
    const model = read({
      ...LLAMA_31_8B,
      architectures: ['LlamaForCausalLMEagle3'],
      num_hidden_layers: 1,
      draft_vocab_size: 32000,
    });
    assert.equal(model.kind, 'draft');
    assert.equal(model.exact, false);
  });

  it('gives broken JSON back with its place', () => {
    const reading = readModel('{\n "model_type": "llama",\n "hidden_size" 4096 }');
    assert.equal(reading.ok, false);
    assert.deepEqual(!reading.ok && [reading.error.code, reading.error.line], ['syntax', 3]);
    assert.equal(readModel('{"model_type": "llama", "vocab_size": 1', { tolerant: true }).ok, true);
  });

  it('answers any object in words or numbers, never by throwing', () => {
    const keys = fc.constantFrom(
      ...Object.keys({
        ...LLAMA_31_8B,
        ...DEEPSEEK_V3,
        ...QWEN3_NEXT_80B,
        ...GPT2,
        quantization_config: 0,
        text_config: 0,
        vision_config: 0,
        layer_types: 0,
        sliding_window: 0,
      }),
    );
    const value = fc.oneof(
      fc.integer(),
      fc.double(),
      fc.boolean(),
      fc.string(),
      fc.constant(null),
      fc.array(fc.integer()),
      fc.object({ maxDepth: 2 }),
    );
    const types = fc.constantFrom(
      'llama',
      'mixtral',
      'deepseek_v3',
      'qwen3_next',
      'gemma4',
      'bert',
      't5',
      'falcon',
      'mamba2',
      'clip',
      'UNet2DConditionModel',
    );
    fc.assert(
      fc.property(types, fc.dictionary(keys, value), (type, config) => {
        const reading = readModelValue({ ...LLAMA_31_8B, ...config, model_type: type });
        if (reading.ok) assert.ok(Number.isSafeInteger(totalParameters(reading.model)));
        else assert.notEqual(reading.error.message, '');
      }),
      { numRuns: 300 },
    );
  });

  it('refuses a count of layers that no model has, in words and without building them', () => {
    const reading = readModel(
      JSON.stringify({
        model_type: 't5',
        architectures: ['T5ForConditionalGeneration'],
        d_model: 512,
        d_kv: 64,
        d_ff: 2048,
        num_heads: 8,
        vocab_size: 32128,
        num_layers: 100_000_000,
      }),
    );
    assert.equal(reading.ok, false);
    assert.match(reading.error.message, /100000000 layers/);
  });

  it('refuses what it knows by name alone with the reason, and says what to open instead', () => {
    const messages = [
      { model_type: 'ultravox', hidden_size: 4096 },
      { architectures: ['CogVLMForCausalLM'], hidden_size: 4096 },
      { model_type: 'never-heard-of' },
    ].map((config) => {
      const reading = readModelValue(config);
      return reading.ok ? '' : reading.error.message;
    });
    assert.match(messages[0] ?? '', /^Model type "ultravox" is not counted: .*sound tower.*\.safetensors/);
    assert.match(messages[1] ?? '', /^CogVLMForCausalLM is not counted: .*\.gguf/);
    assert.match(messages[2] ?? '', /^Model type "never-heard-of" is not known\./);
  });

  it('reads a flat file of LLaVA’s own code that carries the library’s type by its own sizes', () => {
    const reading = readModelValue({
      model_type: 'llava',
      architectures: ['LlavaLlamaForCausalLM'],
      hidden_size: 5120,
      intermediate_size: 13824,
      num_hidden_layers: 40,
      num_attention_heads: 40,
      num_key_value_heads: 40,
      vocab_size: 32000,
      mm_hidden_size: 1024,
      mm_projector_type: 'mlp2x_gelu',
      mm_vision_tower: 'openai/clip-vit-large-patch14-336',
    });
    assert.ok(reading.ok);
    // Vicuna 13B by its model card (13,015,864,320), and a projector of 1024 to 5120 to 5120 with biases.
    assert.equal(totalParameters(reading.model), 13_015_864_320 + 1024 * 5120 + 5120 * 5120 + 2 * 5120);
    assert.equal(reading.model.exact, false);
  });
});
