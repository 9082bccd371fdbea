import assert from 'node:assert/strict';
import { mkdtempSync, mkdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { totalParameters } from '../../../src/model/count';
import { memorySource } from '../../../src/model/files/byteSource';
import { readGguf } from '../../../src/model/files/gguf';
import { readOnnx } from '../../../src/model/files/onnx';
import { readSafetensors } from '../../../src/model/files/safetensors';
import { specOfListing } from '../../../src/model/files/specOfListing';
import { kvCacheBytes, weightBytes } from '../../../src/model/memory';
import { openModel } from '../../../src/model/openModelFile';
import { ReadFailure } from '../../../src/model/readFailure';
import { LLAMA_31_8B } from './configs';

function safetensors(header: object | string, claimed?: number): Uint8Array {
  const text = new TextEncoder().encode(typeof header === 'string' ? header : JSON.stringify(header));
  const bytes = new Uint8Array(8 + text.length);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(claimed ?? text.length), true);
  bytes.set(text, 8);
  return bytes;
}

describe('readSafetensors', () => {
  const header = {
    __metadata__: { format: 'pt' },
    'model.embed_tokens.weight': { dtype: 'BF16', shape: [10, 4], data_offsets: [0, 80] },
    'model.layers.0.mlp.up_proj.weight': { dtype: 'BF16', shape: [8, 4], data_offsets: [80, 144] },
  };

  it('lists tensors with their bytes from the header alone, and says where the file is cut short', () => {
    const listing = readSafetensors(memorySource(safetensors(header)));
    assert.deepEqual(
      listing.tensors.map((tensor) => [tensor.name, tensor.shape, tensor.bytes]),
      [
        ['model.embed_tokens.weight', [10, 4], 80],
        ['model.layers.0.mlp.up_proj.weight', [8, 4], 64],
      ],
    );
    assert.match(listing.remarks[0] ?? '', /cut short/);
    const model = specOfListing(listing, 'tiny');
    assert.equal(totalParameters(model), 72);
    assert.equal(weightBytes(model), 144);
    assert.equal(model.exact, false);
  });

  it('refuses headers that lie', () => {
    const lies = [
      safetensors(header, 2 ** 40),
      safetensors(header, 5000),
      safetensors('{"a": '),
      safetensors({ a: { dtype: 'F32', shape: [2], data_offsets: [0, 4] } }),
      safetensors({ a: { dtype: 'F32', shape: [-1], data_offsets: [0, 4] } }),
      safetensors({ a: { dtype: 'F32', shape: [2 ** 30, 2 ** 30], data_offsets: [0, 4] } }),
      new Uint8Array(3),
    ];
    for (const bytes of lies) assert.throws(() => readSafetensors(memorySource(bytes)), ReadFailure);
  });
});

/** A length-delimited field of a protocol buffer. */
function field(number: number, content: Uint8Array | string): Uint8Array {
  const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content;
  return Uint8Array.from([...varint(number * 8 + 2), ...varint(bytes.length), ...bytes]);
}

function varint(value: number): number[] {
  const bytes: number[] = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return [...bytes, rest];
    bytes.push((rest % 128) + 128);
  }
}

function joined(...parts: (Uint8Array | number[])[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

describe('readOnnx', () => {
  // TensorProto: dims = 1, data_type = 2, name = 8, raw_data = 9; GraphProto: node = 1, initializer = 5; ModelProto: graph = 7.
  const tensor = joined([8, 3], [8, 5], [16, 1], field(8, 'w'), field(9, new Uint8Array(60)));
  const node = field(1, field(4, 'MatMul'));
  const model = joined(
    [8, 9],
    field(2, 'maker'),
    field(7, joined(node, field(5, tensor))),
    field(8, Uint8Array.from([16, 21])),
  );

  it('walks the graph and skips the weights', () => {
    const graph = readOnnx(memorySource(model));
    assert.deepEqual(graph.listing.tensors, [{ name: 'w', dtype: 'float32', shape: [3, 5], bytes: 60 }]);
    assert.deepEqual(graph.operators, { MatMul: 1 });
    assert.deepEqual([graph.opset, graph.producer], [21, 'maker']);
  });

  it('refuses what is cut short, nests without end or is no graph', () => {
    assert.throws(() => readOnnx(memorySource(model.subarray(0, model.length - 5))), ReadFailure);
    assert.throws(() => readOnnx(memorySource(Uint8Array.from([1, 2, 3]))), ReadFailure);
    let deep: Uint8Array = field(1, field(4, 'X'));
    for (let level = 0; level < 60; level += 1) deep = field(1, field(5, field(6, deep)));
    assert.throws(() => readOnnx(memorySource(field(7, deep))), ReadFailure);
  });
});

describe('readGguf', () => {
  const text = (value: string): number[] => [...u64(value.length), ...new TextEncoder().encode(value)];
  const u32 = (value: number): number[] => [
    value & 255,
    (value >> 8) & 255,
    (value >> 16) & 255,
    value >>> 24,
  ];
  const u64 = (value: number): number[] => [...u32(value), 0, 0, 0, 0];
  const keyText = (key: string, value: string): number[] => [...text(key), ...u32(8), ...text(value)];
  const keyNumber = (key: string, value: number): number[] => [...text(key), ...u32(4), ...u32(value)];
  const keys = [
    keyText('general.architecture', 'llama'),
    keyNumber('general.file_type', 15),
    keyNumber('llama.embedding_length', 512),
    keyNumber('llama.block_count', 1),
    keyNumber('llama.attention.head_count', 8),
    keyNumber('llama.attention.head_count_kv', 2),
    keyNumber('llama.context_length', 4096),
  ];
  // One Q4_K tensor of 512 × 1024 elements: 144 bytes for 256.
  const tensor = [
    ...text('blk.0.ffn_up.weight'),
    ...u32(2),
    ...u64(512),
    ...u64(1024),
    ...u32(12),
    ...u64(0),
  ];
  const bytes = Uint8Array.from([
    0x47,
    0x47,
    0x55,
    0x46,
    ...u32(3),
    ...u64(1),
    ...u64(keys.length),
    ...keys.flat(),
    ...tensor,
    ...new Uint8Array(64),
  ]);

  it('takes attention from the header’s keys and bytes from the block layouts', async () => {
    const listing = await readGguf({ bytes });
    const model = specOfListing(listing, 'tiny');
    assert.equal(totalParameters(model), 512 * 1024);
    assert.equal(weightBytes(model), (512 * 1024 * 144) / 256);
    assert.equal(kvCacheBytes(model, 1), 2 * 2 * 64 * 2);
    assert.equal(model.quantisation?.scheme, 'q4_k_m');
  });

  it('refuses what is no such file', async () => {
    await assert.rejects(readGguf({ bytes: new Uint8Array(100) }), ReadFailure);
    await assert.rejects(readGguf({ bytes: bytes.subarray(0, 40) }), ReadFailure);
  });
});

describe('openModel', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'lens-model-'));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  it('opens a folder by its config.json, with the quantisation said beside it', async () => {
    writeFileSync(join(folder, 'config.json'), JSON.stringify(LLAMA_31_8B));
    writeFileSync(
      join(folder, 'hf_quant_config.json'),
      JSON.stringify({ quantization: { quant_algo: 'FP8', exclude_modules: ['lm_head'] } }),
    );
    const reading = await openModel(folder);
    assert.ok(reading.ok);
    assert.equal(totalParameters(reading.model), 8_030_261_248);
    assert.equal(reading.model.quantisation?.scheme, 'w8a8-fp8');
    assert.equal(reading.model.quantisation.source, 'hf_quant_config.json');
  });

  it('compares the weights with the configuration and tells a disagreement', async () => {
    const config = {
      ...LLAMA_31_8B,
      hidden_size: 4,
      intermediate_size: 8,
      num_hidden_layers: 1,
      num_attention_heads: 2,
      num_key_value_heads: 2,
      vocab_size: 10,
    };
    writeFileSync(join(folder, 'config.json'), JSON.stringify(config));
    const header = { 'lm_head.weight': { dtype: 'BF16', shape: [10, 4], data_offsets: [0, 80] } };
    writeFileSync(join(folder, 'model.safetensors'), Buffer.concat([safetensors(header), Buffer.alloc(80)]));
    const reading = await openModel(join(folder, 'config.json'));
    assert.ok(reading.ok);
    assert.equal(reading.model.exact, false);
    assert.equal(reading.model.warnings.at(-1)?.code, 'weights-disagree');
  });

  it('reads only the header of a file of a hundred gigabytes', async () => {
    const path = join(folder, 'huge.safetensors');
    const size = 100e9;
    writeFileSync(
      path,
      safetensors({ 'a.weight': { dtype: 'F32', shape: [2.5e10], data_offsets: [0, size] } }),
    );
    // Sparse: the file system keeps no blocks for it.
    truncateSync(path, size + 200);
    const started = performance.now();
    const reading = await openModel(path);
    assert.ok(reading.ok);
    assert.equal(totalParameters(reading.model), 2.5e10);
    assert.ok(performance.now() - started < 1000);
  });

  it('adds the parts of a diffusers folder up', async () => {
    writeFileSync(
      join(folder, 'model_index.json'),
      JSON.stringify({
        _class_name: 'StableDiffusionPipeline',
        unet: ['diffusers', 'UNet2DConditionModel'],
        scheduler: ['diffusers', 'DDIMScheduler'],
      }),
    );
    mkdirSync(join(folder, 'unet'));
    // The sizes of Stable Diffusion 1.5, whose network has 859,520,964 parameters.
    writeFileSync(
      join(folder, 'unet', 'config.json'),
      JSON.stringify({
        _class_name: 'UNet2DConditionModel',
        in_channels: 4,
        out_channels: 4,
        block_out_channels: [320, 640, 1280, 1280],
        layers_per_block: 2,
        cross_attention_dim: 768,
        attention_head_dim: 8,
        down_block_types: [
          'CrossAttnDownBlock2D',
          'CrossAttnDownBlock2D',
          'CrossAttnDownBlock2D',
          'DownBlock2D',
        ],
        up_block_types: ['UpBlock2D', 'CrossAttnUpBlock2D', 'CrossAttnUpBlock2D', 'CrossAttnUpBlock2D'],
      }),
    );
    const reading = await openModel(folder);
    assert.ok(reading.ok);
    assert.equal(totalParameters(reading.model), 859_520_964);
    assert.equal(reading.model.kind, 'diffusion');
  });

  it('answers in words for what is not there, empty, binary or pickled', async () => {
    writeFileSync(join(folder, 'empty.json'), '');
    writeFileSync(join(folder, 'noise.json'), Buffer.from([0, 159, 146, 150, 255, 0, 1]));
    writeFileSync(join(folder, 'weights.bin'), 'x');
    for (const name of ['missing.json', 'empty.json', 'noise.json', 'weights.bin', '.']) {
      const reading = await openModel(join(folder, name));
      assert.equal(reading.ok, false, name);
      assert.notEqual(!reading.ok && reading.error.message, '');
    }
  });
});
