import { onnx } from 'onnx-proto';
import type { BoostedTrees, TreeNode } from './boostedTrees';
import type { TrainedSelector } from './trainSelector';

/** Opsets that onnxruntime 1.30 reads; TreeEnsembleRegressor has been the same since ai.onnx.ml 1. */
const OPSET = 17;
const ML_OPSET = 3;
const IR_VERSION = 8;

/**
 * The trained selector as an ONNX graph: `features` [n, f] float32 in, `correction` [n, 1] and `spread` [n, 1] out, each a
 * TreeEnsembleRegressor. Facts that the product needs besides travel in the model's metadata.
 */
export function exportOnnx(
  model: TrainedSelector,
  featureCount: number,
  metadata: Record<string, string>,
): Uint8Array {
  const proto = onnx.ModelProto.create({
    irVersion: IR_VERSION,
    producerName: 'inference-lens',
    opsetImport: [
      { domain: '', version: OPSET },
      { domain: 'ai.onnx.ml', version: ML_OPSET },
    ],
    metadataProps: Object.entries(metadata).map(([key, value]) => ({ key, value })),
    graph: {
      name: 'selector',
      input: [tensor('features', featureCount)],
      output: [tensor('correction', 1), tensor('spread', 1)],
      node: [ensemble('correction', model.correction), ensemble('spread', model.spread)],
    },
  });
  return onnx.ModelProto.encode(proto).finish();
}

function tensor(name: string, columns: number) {
  return {
    name,
    type: {
      tensorType: {
        elemType: onnx.TensorProto.DataType.FLOAT,
        shape: { dim: [{ dimParam: 'n' }, { dimValue: columns }] },
      },
    },
  };
}

function ensemble(output: string, { base, trees }: BoostedTrees) {
  const nodes: { tree: number; id: number; node: TreeNode; left: number; right: number }[] = [];
  trees.forEach((root, tree) => {
    let next = 0;
    const place = (node: TreeNode): number => {
      const id = next++;
      const entry = { tree, id, node, left: 0, right: 0 };
      nodes.push(entry);
      if (node.kind === 'branch') {
        entry.left = place(node.left);
        entry.right = place(node.right);
      }
      return id;
    };
    place(root);
  });
  const leaves = nodes.filter((entry) => entry.node.kind === 'leaf');
  const { INTS, FLOATS, STRINGS, INT, STRING } = onnx.AttributeProto.AttributeType;
  const ints = (name: string, values: number[]) => ({ name, type: INTS, ints: values });
  const floats = (name: string, values: number[]) => ({ name, type: FLOATS, floats: values });
  const text = (value: string) => new TextEncoder().encode(value);
  return {
    name: output,
    opType: 'TreeEnsembleRegressor',
    domain: 'ai.onnx.ml',
    input: ['features'],
    output: [output],
    attribute: [
      { name: 'n_targets', type: INT, i: 1 },
      { name: 'post_transform', type: STRING, s: text('NONE') },
      floats('base_values', [base]),
      ints(
        'nodes_treeids',
        nodes.map((entry) => entry.tree),
      ),
      ints(
        'nodes_nodeids',
        nodes.map((entry) => entry.id),
      ),
      ints(
        'nodes_featureids',
        nodes.map(({ node }) => (node.kind === 'branch' ? node.feature : 0)),
      ),
      floats(
        'nodes_values',
        nodes.map(({ node }) => (node.kind === 'branch' ? node.threshold : 0)),
      ),
      {
        name: 'nodes_modes',
        type: STRINGS,
        strings: nodes.map(({ node }) => text(node.kind === 'branch' ? 'BRANCH_LEQ' : 'LEAF')),
      },
      ints(
        'nodes_truenodeids',
        nodes.map((entry) => entry.left),
      ),
      ints(
        'nodes_falsenodeids',
        nodes.map((entry) => entry.right),
      ),
      ints(
        'target_treeids',
        leaves.map((entry) => entry.tree),
      ),
      ints(
        'target_nodeids',
        leaves.map((entry) => entry.id),
      ),
      ints(
        'target_ids',
        leaves.map(() => 0),
      ),
      floats(
        'target_weights',
        leaves.map(({ node }) => (node.kind === 'leaf' ? node.value : 0)),
      ),
    ],
  };
}
