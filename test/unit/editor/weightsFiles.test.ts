import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type * as vscode from 'vscode';
import type { EngineRooms } from '../../../src/editor/engineRooms';
import { WeightsFiles } from '../../../src/editor/weights/weightsFiles';
import { pieces, weightsMessage } from '../../../src/editor/weights/weightsMessage';
import { openWeights, type OpenedWeights } from '../../../src/model/openWeights';
import { MAX_ROWS, parseWeightsToPage } from '../../../src/protocol/weightsProtocol';
import { LLAMA_METADATA, llamaInGguf, writeGguf } from '../../fixtures/weightsFiles';

function uriOf(path: string, scheme = 'file'): vscode.Uri {
  return { scheme, fsPath: path, path, toString: () => `${scheme}://${path}` } as vscode.Uri;
}

describe('headers of weights files', () => {
  const folder = mkdtempSync(join(tmpdir(), 'weights-editor-'));
  after(() => rmSync(folder, { recursive: true }));
  let read = 0;
  const rooms = {
    weights: () =>
      Promise.resolve({
        openWeights: (path: string) => {
          read += 1;
          return openWeights(path);
        },
      }),
  } as unknown as EngineRooms;

  it('are read once until the file changes', async () => {
    const path = join(folder, 'a.gguf');
    writeGguf(path, llamaInGguf(2, 512, 1024, 4096), LLAMA_METADATA);
    const files = new WeightsFiles(rooms);
    const first = await files.read(uriOf(path));
    assert.equal(await files.read(uriOf(path)), first);
    assert.equal(read, 1);
    utimesSync(path, 1, 1);
    await files.read(uriOf(path));
    assert.equal(read, 2);
  });

  it('are not read over a network, and that is said in one sentence', async () => {
    const found = await new WeightsFiles(rooms).read(uriOf('/a/model.gguf', 'vscode-vfs'));
    assert.ok(!found.ok);
    assert.match(found.error.message, /file on this machine.*vscode-vfs/);
  });

  it('fit into messages, however long and many their strings are', async () => {
    const path = join(folder, 'long.safetensors');
    const header = Buffer.from(
      JSON.stringify({
        __metadata__: { ['k'.repeat(5000)]: 'v'.repeat(5000) },
        ...Object.fromEntries(
          Array.from({ length: MAX_ROWS + 1 }, (_, index) => [
            `layers.${String(index)}.${'n'.repeat(3000)}`,
            { dtype: `T${String(index)}${'t'.repeat(500)}`, shape: [1], data_offsets: [0, 1] },
          ]),
        ),
      }),
    );
    const length = Buffer.alloc(8);
    length.writeBigUInt64LE(BigInt(header.length));
    writeFileSync(path, Buffer.concat([length, header, Buffer.alloc(1)]));
    const reading = await openWeights(path);
    assert.ok(reading.ok);
    const weights: OpenedWeights = reading.weights;
    const types = weights.tensors.map(({ type }) => ({ name: type, tensors: 1, bytes: 1 }));
    const told = { facts: ['f'.repeat(1000)], file: path, parts: [], types };
    const messages = [
      weightsMessage(weights, told, 1, 1),
      ...[...pieces(weights.tensors)].map((piece) => ({ type: 'tensors', reading: 1, ...piece })),
    ];
    assert.equal(messages.length, 3);
    for (const message of messages) {
      const parsed = parseWeightsToPage(message);
      assert.ok(parsed.ok, parsed.ok ? '' : parsed.error);
    }
  });
});
