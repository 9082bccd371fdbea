import type { LayerGroup, ModelSpec, WeightTensor } from '../../src/model/spec';
import type { NumberFormat } from '../../src/units/numberFormat';
import data from './architectures.json';

interface Dimensions {
  hidden: number;
  layers: number;
  heads: number;
  kvHeads: number;
  headDim: number;
  width: number;
  matrices: number;
  vocabulary: number;
  tied: boolean;
  format: string;
  type: string;
  fusedQkv?: boolean;
  experts?: number;
  perToken?: number;
  shared?: number;
  denseFirst?: number;
  denseWidth?: number;
  window?: number;
  every?: number;
}

const specs = new Map<string, ModelSpec>();

/** The model that a measured row's `arch_key` means; undefined where its dimensions are not in the table. */
export function architecture(key: string): ModelSpec | undefined {
  const known = specs.get(key);
  if (known) return known;
  const dimensions = (data.models as Record<string, Dimensions>)[key];
  if (!dimensions) return undefined;
  const spec = build(key, dimensions);
  specs.set(key, spec);
  return spec;
}

export function architectureKeys(): string[] {
  return Object.keys(data.models);
}

function build(name: string, d: Dimensions): ModelSpec {
  const groups: LayerGroup[] = [];
  const byKind = new Map<string, number[]>();
  for (let layer = 0; layer < d.layers; layer += 1) {
    const windowed = d.window !== undefined && (layer + 1) % (d.every ?? 1) !== 0;
    const dense = d.experts === undefined || layer < (d.denseFirst ?? 0);
    const kind = `${windowed ? 'w' : 'f'}${dense ? 'd' : 'e'}`;
    byKind.set(kind, [...(byKind.get(kind) ?? []), layer]);
  }
  for (const [kind, indices] of byKind) {
    const dense = kind.endsWith('d');
    const width = dense && d.experts !== undefined ? (d.denseWidth ?? d.width) : d.width;
    groups.push({
      indices,
      layer: {
        mixer: {
          kind: 'attention',
          queryHeads: d.heads,
          kvHeads: d.kvHeads,
          keyHeadDim: d.headDim,
          valueHeadDim: d.headDim,
          causal: true,
          ...(kind.startsWith('w') && d.window !== undefined ? { window: d.window } : {}),
        },
        feedForward: dense
          ? { kind: 'dense', matrices: d.matrices === 2 ? 2 : 3, width }
          : {
              kind: 'experts',
              matrices: 3,
              width: d.width,
              routedExperts: d.experts ?? 1,
              expertsPerToken: d.perToken ?? 1,
              sharedWidth: d.shared ?? 0,
            },
        weights: [
          ...(d.fusedQkv
            ? [linear('attention.qkv', (d.heads + 2 * d.kvHeads) * d.headDim, d.hidden, 'attention')]
            : [
                linear('self_attn.q_proj', d.heads * d.headDim, d.hidden, 'attention'),
                linear('self_attn.k_proj', d.kvHeads * d.headDim, d.hidden, 'attention'),
                linear('self_attn.v_proj', d.kvHeads * d.headDim, d.hidden, 'attention'),
              ]),
          linear('self_attn.o_proj', d.hidden, d.heads * d.headDim, 'attention'),
          ...(dense ? mlp('mlp', width, d.hidden, d.matrices, 'feedForward') : expertWeights(d)),
          { name: 'norms', shape: [2 * d.hidden], part: 'norms', role: 'vector' },
        ],
      },
    });
  }
  return {
    name,
    modelType: d.type,
    architecture: name,
    kind: 'decoder',
    hiddenSize: d.hidden,
    vocabularySize: d.vocabulary,
    maxContext: null,
    groups,
    outside: [
      {
        name: 'model.embed_tokens.weight',
        shape: [d.vocabulary, d.hidden],
        part: 'embedding',
        role: 'lookup',
      },
      ...(d.tied
        ? []
        : [
            {
              name: 'lm_head.weight',
              shape: [d.vocabulary, d.hidden],
              part: 'head',
              role: 'linear',
            } satisfies WeightTensor,
          ]),
    ],
    tiedHead: d.tied,
    towers: [],
    format: d.format as NumberFormat,
    quantisation: null,
    exact: true,
    warnings: [],
  };
}

function linear(name: string, out: number, input: number, part: WeightTensor['part']): WeightTensor {
  return { name: `model.layers.{layer}.${name}.weight`, shape: [out, input], part, role: 'linear' };
}

function mlp(
  name: string,
  width: number,
  hidden: number,
  matrices: number,
  part: WeightTensor['part'],
): WeightTensor[] {
  const up = linear(`${name}.up_proj`, width, hidden, part);
  const down = linear(`${name}.down_proj`, hidden, width, part);
  return matrices === 2 ? [up, down] : [linear(`${name}.gate_proj`, width, hidden, part), up, down];
}

function expertWeights(d: Dimensions): WeightTensor[] {
  const copies = d.experts ?? 1;
  return [
    linear('mlp.gate', copies, d.hidden, 'experts'),
    ...mlp('mlp.experts.{expert}', d.width, d.hidden, 3, 'experts').map((tensor) => ({
      ...tensor,
      copies,
      activeCopies: d.perToken ?? 1,
    })),
    ...(d.shared ? mlp('mlp.shared_expert', d.shared, d.hidden, 3, 'experts') : []),
  ];
}
