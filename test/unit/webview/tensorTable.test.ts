import assert from 'node:assert/strict';
import type { PlacedTensor } from '../../../src/model/placedTensor';
import { tensorFilter } from '../../../webview/weights/tensorFilter';
import { layerLines, sorted, sumOf } from '../../../webview/weights/tensorLines';
import { tensorFrom } from '../../../webview/weights/tensor';

const rows: PlacedTensor[] = [
  row('model.embed_tokens.weight', 'F16', [100, 8], 1600, null, '', 'embedding'),
  row('model.layers.10.attn.q.weight', 'BF16', [8, 8], 128, 10, 'model.layers.10', 'attention'),
  row('model.layers.2.attn.q.weight', 'float16', [8, 8], 128, 2, 'model.layers.2', 'attention'),
  row('model.layers.2.mlp.up.weight', 'Q4_K', [32, 8], 144, 2, 'model.layers.2', 'feedForward'),
  row('model.layers.2.odd', 'type 77', [8], null, 2, 'model.layers.2', 'other'),
];
const tensors = rows.map(tensorFrom);

function row(
  name: string,
  type: string,
  shape: number[],
  bytes: number | null,
  layer: number | null,
  stack: string,
  part: PlacedTensor['part'],
): PlacedTensor {
  return { name, type, shape, bytes, layer, stack, part };
}

describe('the filter of tensors', () => {
  const found = (typed: string) =>
    tensors
      .filter(tensorFilter(typed))
      .map(({ row: { name } }) => rows.findIndex((each) => each.name === name));

  const cases: Record<string, number[]> = {
    '': [0, 1, 2, 3, 4],
    ATTN: [1, 2],
    'attn layer:2': [2],
    'layer:2-10': [1, 2, 3, 4],
    'layer:3-': [1],
    'layer:none': [0],
    'layer:x': [],
    'layer:': [0, 1, 2, 3, 4],
    // F16 is no BF16, and ONNX spells it float16.
    'type:f16': [0, 2],
    'type:float16': [0, 2],
    'type:q4': [3],
    'part:feed-forward': [3],
    'part:att weight': [1, 2],
    'no-such-name': [],
  };
  for (const [typed, expected] of Object.entries(cases)) {
    it(`understands “${typed}”`, () => assert.deepEqual(found(typed), expected));
  }
});

describe('the lines of tensors', () => {
  it('come in natural order, what is outside layers first', () => {
    const order = { column: 'name', descending: false } as const;
    const lines = layerLines(sorted(tensors, order), order, new Set(['model.layers.2']));
    assert.deepEqual(
      lines.map((line) =>
        line.kind === 'layer' ? `[${line.stack}] ${line.sum.tensors}` : line.tensor.row.name,
      ),
      [
        '[] 1',
        'model.embed_tokens.weight',
        '[model.layers.2] 3',
        '[model.layers.10] 1',
        'model.layers.10.attn.q.weight',
      ],
    );
  });

  it('come by size, layers by what they hold', () => {
    const order = { column: 'bytes', descending: true } as const;
    assert.deepEqual(
      sorted(tensors, order).map(({ row: { bytes } }) => bytes),
      [1600, 144, 128, 128, null],
    );
    const layers = layerLines(
      sorted(tensors, order),
      order,
      new Set(['', 'model.layers.2', 'model.layers.10']),
    );
    assert.deepEqual(
      layers.map((line) => line.kind === 'layer' && line.sum.bytes),
      [1600, 272, 128],
    );
  });

  it('are added up, what is not known apart', () => {
    assert.deepEqual(sumOf(tensors), { tensors: 5, elements: 1192, bytes: 2000, unknown: 1 });
  });
});
