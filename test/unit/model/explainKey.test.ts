import assert from 'node:assert/strict';
import { explainKey, keyTopic } from '../../../src/model/explainKey';
import meanings from '../../../src/model/explain/meanings.json';
import spellings from '../../../src/model/explain/topics.json';
import { readModelValue } from '../../../src/model/readModel';
import { DEEPSEEK_V3, LLAMA_31_8B, MISTRAL_7B_V01 } from './configs';

function explain(config: object, ...path: (string | number)[]): ReturnType<typeof explainKey> {
  const reading = readModelValue(config);
  return explainKey(reading.ok ? reading.model : null, config, path);
}

describe('explainKey', () => {
  it('says what KV heads are and what a token costs, with the numbers put in', () => {
    const found = explain(LLAMA_31_8B, 'num_key_value_heads');
    assert.equal(found?.title, '8 KV heads');
    assert.equal(found.subtitle, 'grouped-query attention, 4 query heads share each');
    assert.equal(found.lines[0], 'KV cache **128 KiB a token** = 2 × 32 layers × 8 heads × 128 × 2 B');
    assert.equal(found.lines[1], '32 heads would take 4×, one head an eighth · FP8 KV halves it');
    assert.deepEqual(found.touches, ['kv', 'weights']);
  });

  it('tells the latent’s cost, and a window’s', () => {
    assert.match(explain(DEEPSEEK_V3, 'kv_lora_rank')?.lines[0] ?? '', /61 layers × \(512 \+ 64\) × 2 B/);
    assert.match(explain(MISTRAL_7B_V01, 'sliding_window')?.subtitle ?? '', /32 of 32 layers/);
  });

  it('tells the layers of an encoder from those of the decoder beside it, and windows where nothing is cached', () => {
    const whisper = {
      model_type: 'whisper',
      architectures: ['WhisperForConditionalGeneration'],
      d_model: 1280,
      encoder_layers: 32,
      encoder_attention_heads: 20,
      encoder_ffn_dim: 5120,
      decoder_layers: 4,
      decoder_attention_heads: 20,
      decoder_ffn_dim: 5120,
      vocab_size: 51866,
      num_mel_bins: 128,
    };
    const encoder = explain(whisper, 'encoder_layers');
    assert.equal(encoder?.title, '32 encoder layers');
    // 4 × 1280² + 2 × 1280 × 5120 weights, 3 + 1 + 4 biases and two norms of 1280 each.
    assert.match(encoder.lines[0] ?? '', /^19\.7\sM parameters each/);
    assert.equal(encoder.touches.includes('kv'), false);
    assert.match(explain(whisper, 'decoder_layers')?.lines.join(' ') ?? '', /4 layers × 20 heads × 64/);
    const bert = { ...whisper, model_type: 'swin', architectures: ['SwinModel'], window_size: 7 };
    assert.match(explain(bert, 'window_size')?.subtitle ?? '', /nothing is cached/);
  });

  it('answers in any spelling, and inside a value for the key above it', () => {
    assert.equal(keyTopic(['n_head_kv']), 'kvHeads');
    assert.equal(keyTopic(['text_config', 'n_embd']), 'hidden');
    assert.equal(keyTopic(['quantization_config', 'ignore', 12]), 'ignoreList');
    assert.equal(keyTopic(['favourite_colour']), null);
  });

  it('says in a sentence what a key of a diffusion network or a tower means', () => {
    const found = explain(
      { block_out_channels: [320, 640], down_block_types: ['a', 'b'] },
      'block_out_channels',
    );
    assert.match(found?.title ?? '', /^Width of each level/);
    assert.equal(found?.subtitle, '320 · 640');
    assert.equal(explain({ down_block_types: ['[a](b)', 'b'] }, 'down_block_types')?.subtitle, '2 entries');
    assert.equal(explain({ in_channels: null }, 'in_channels'), null);
  });

  it('has one topic for a key, and a sentence for each that a sentence explains', () => {
    const keys = Object.values(spellings).flat();
    assert.equal(new Set(keys).size, keys.length);
    assert.deepEqual([...spellings.described].sort(), Object.keys(meanings).sort());
  });

  it('explains what it can where the model is not known, and nothing where nothing is true', () => {
    assert.equal(
      explain({ model_type: 'unheard_of', vocab_size: 1000 }, 'vocab_size')?.title,
      '1,000 tokens in the vocabulary',
    );
    assert.equal(explain({ ...LLAMA_31_8B, hidden_size: 'wide' }, 'hidden_size'), null);
  });

  it('takes no text of the file for markup', () => {
    const found = explain({ ...LLAMA_31_8B, architectures: ['[click](command:evil)'] }, 'architectures');
    assert.equal(found, null);
  });
});
