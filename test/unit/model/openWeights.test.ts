import assert from 'node:assert/strict';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { totalParameters } from '../../../src/model/count';
import { tensorPlace } from '../../../src/model/files/tensorPlace';
import { openWeights, type OpenedWeights } from '../../../src/model/openWeights';
import { weightShares } from '../../../src/model/weightShares';
import {
  LLAMA_METADATA,
  llamaInGguf,
  writeGguf,
  writeSafetensors,
  writeSmallOnnx,
} from '../../fixtures/weightsFiles';

describe('openWeights', () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'weights-'));
  });
  after(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  async function opened(path: string): Promise<OpenedWeights> {
    const reading = await openWeights(path);
    assert.ok(reading.ok, reading.ok ? '' : reading.error.message);
    return reading.weights;
  }

  async function refused(path: string): Promise<string> {
    const reading = await openWeights(path);
    assert.ok(!reading.ok);
    return reading.error.message;
  }

  it('lists the tensors of a GGUF file with layer, part and bytes', async () => {
    const path = join(folder, 'llama.gguf');
    writeGguf(path, llamaInGguf(32, 4096, 14_336, 128_256), LLAMA_METADATA);
    const weights = await opened(path);
    // 9 a layer, embedding, norm and head; 8,030,261,248 is what Meta publishes for Llama 3.1 8B.
    assert.equal(weights.tensors.length, 32 * 9 + 3);
    assert.equal(totalParameters(weights.model), 8_030_261_248);
    assert.equal(weights.model.name, 'Llama 3.1 8B Instruct');
    const down = weights.tensors.find(({ name }) => name === 'blk.31.ffn_down.weight');
    // Q6_K: 210 bytes for 256 elements (ggml-common.h).
    assert.deepEqual(down, {
      name: 'blk.31.ffn_down.weight',
      type: 'Q6_K',
      shape: [4096, 14_336],
      bytes: (4096 * 14_336 * 210) / 256,
      layer: 31,
      stack: 'blk.31',
      part: 'feedForward',
    });
  });

  it('reads no more than the header of a file of 100 GB', async () => {
    const path = join(folder, 'large.safetensors');
    writeSafetensors(path, [
      { name: 'model.layers.0.mlp.up_proj.weight', type: 'BF16', shape: [200_000, 250_000] },
    ]);
    const read = bytesRead();
    const weights = await opened(path);
    assert.equal(weights.fileBytes > 100e9, true);
    assert.equal(weights.tensors[0]?.bytes, 100e9);
    const gguf = join(folder, 'large.gguf');
    writeGguf(
      gguf,
      [{ name: 'blk.0.ffn_up.weight', type: 'F16', shape: [200_000, 250_000] }],
      LLAMA_METADATA,
    );
    assert.equal((await opened(gguf)).tensors[0]?.bytes, 100e9);
    if (existsSync('/proc/self/io'))
      assert.ok(bytesRead() - read < 16e6, `${String(bytesRead() - read)} bytes`);
  });

  it('lists the initializers of an ONNX file', async () => {
    const path = join(folder, 'small.onnx');
    writeSmallOnnx(path);
    const { tensors, format } = await opened(path);
    assert.equal(format, 'onnx');
    assert.deepEqual(
      tensors.map(({ name, bytes, layer, part }) => [name, bytes, layer, part]),
      [
        ['encoder.layer.0.attention.query.weight', 256, 0, 'attention'],
        ['encoder.layer.0.attention.query.bias', 32, 0, 'attention'],
        ['encoder.layer.1.mlp.weight', 128, 1, 'feedForward'],
      ],
    );
  });

  it('takes what the model is from the configuration beside the file, and says what is wrong with one', async () => {
    const inside = join(folder, 'with-config');
    mkdirSync(inside);
    const path = join(inside, 'model-00001-of-00002.safetensors');
    writeSafetensors(path, [{ name: 'model.embed_tokens.weight', type: 'BF16', shape: [128, 64] }]);
    writeFileSync(join(inside, 'config.json'), '{"model_type": "nothing-of-the-kind"}');
    const { model, remarks } = await opened(path);
    assert.equal(totalParameters(model), 128 * 64);
    assert.match(remarks.join('\n'), /with-config.config\.json does not help/);
    assert.match(remarks.join('\n'), /file 1 of 2/);
  });

  it('answers in one sentence what is no weights file', async () => {
    const path = join(folder, 'odd.gguf');
    for (const content of ['', 'GGUF', 'no such thing '.repeat(1000)]) {
      writeFileSync(path, content);
      assert.match(await refused(path), /^[^\n]{10,400}\.$/);
    }
    assert.match(await refused(join(folder, 'nothing.safetensors')), /there is no such file/);
    mkdirSync(join(folder, 'folder.gguf'));
    assert.match(await refused(join(folder, 'folder.gguf')), /no plain file/);
  });

  it('takes a header that lies for what it is', async () => {
    const path = join(folder, 'liar.safetensors');
    const claims = Buffer.alloc(8);
    claims.writeBigUInt64LE(2n ** 62n);
    writeFileSync(path, claims);
    assert.match(await refused(path), /allows 100000000/);
    writeSafetensors(path, [{ name: 'a.weight', type: 'F32', shape: [1000, 1000] }]);
    truncateSync(path, 1000);
    assert.match(
      [...(await opened(path)).model.warnings.map(({ message }) => message)].join('\n'),
      /cut short/,
    );
  });

  it('never throws, whatever the bytes are', async () => {
    const kinds = ['gguf', 'safetensors', 'onnx'] as const;
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...kinds), fc.uint8Array({ maxLength: 200 }), async (kind, bytes) => {
        const path = join(folder, `fuzz.${kind}`);
        writeFileSync(
          path,
          kind === 'gguf' ? Buffer.concat([Buffer.from('GGUF\u0003\0\0\0'), bytes]) : bytes,
        );
        const reading = await openWeights(path);
        assert.ok(reading.ok || reading.error.message.length > 0);
      }),
      { numRuns: 60 },
    );
  });
});

describe('tensorPlace', () => {
  it('finds the first layer in every spelling', () => {
    const places = {
      'model.layers.3.mlp.up_proj.weight': [3, 'model.layers.3'],
      'transformer.h.11.attn.c_attn.weight': [11, 'transformer.h.11'],
      'blk.0.attn_q.weight': [0, 'blk.0'],
      'encoder.block.5.layer.1.DenseReluDense.wi.weight': [5, 'encoder.block.5'],
      'vision_model.encoder.layers.7.mlp.fc1.bias': [7, 'vision_model.encoder.layers.7'],
      '/model/layers.12/attn/qkv_proj/MatMul.weight': [12, '/model/layers.12'],
      'lm_head.weight': [null, ''],
      'layers.weight': [null, ''],
    };
    for (const [name, [layer, stack]] of Object.entries(places))
      assert.deepEqual(tensorPlace(name), { layer, stack }, name);
  });
});

describe('weightShares', () => {
  it('adds up to the whole, the heaviest first', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'shares-'));
    const path = join(folder, 'a.safetensors');
    writeSafetensors(path, [
      { name: 'model.layers.0.mlp.up_proj.weight', type: 'BF16', shape: [64, 16] },
      { name: 'model.layers.0.self_attn.q_proj.weight', type: 'F32', shape: [16, 16] },
      { name: 'model.norm.weight', type: 'F32', shape: [16] },
    ]);
    const reading = await openWeights(path);
    rmSync(folder, { recursive: true });
    assert.ok(reading.ok);
    assert.deepEqual(weightShares(reading.weights.tensors, 'type'), [
      { name: 'BF16', tensors: 1, bytes: 2048 },
      { name: 'F32', tensors: 2, bytes: 1088 },
    ]);
    assert.deepEqual(
      weightShares(reading.weights.tensors, 'part').map(({ name }) => name),
      ['feedForward', 'attention', 'norms'],
    );
  });
});

/** Bytes that this process has read so far, from files and everything else; Linux alone tells. */
function bytesRead(): number {
  if (!existsSync('/proc/self/io')) return 0;
  return Number(/rchar: (\d+)/.exec(readFileSync('/proc/self/io', 'utf8'))?.[1] ?? 0);
}
