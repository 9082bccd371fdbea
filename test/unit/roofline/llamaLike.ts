import type { ModelSpec, WeightTensor } from '../../../src/model/spec';
import type { NumberFormat } from '../../../src/units/numberFormat';

interface Dimensions {
  name: string;
  hidden: number;
  layers: number;
  heads: number;
  kvHeads: number;
  headDim: number;
  width: number;
  vocabulary: number;
  tied: boolean;
  format?: NumberFormat;
  window?: number;
  experts?: { count: number; perToken: number; width: number };
  maxContext?: number;
}

/** A decoder of Llama's shape, built by hand from published dimensions. */
export function llamaLike(d: Dimensions): ModelSpec {
  const query = d.heads * d.headDim;
  const kv = d.kvHeads * d.headDim;
  const linear = (name: string, out: number, input: number, part: WeightTensor['part']): WeightTensor => ({
    name: `model.layers.{layer}.${name}.weight`,
    shape: [out, input],
    part,
    role: 'linear',
  });
  const feedForward: WeightTensor[] = d.experts
    ? [
        linear('mlp.gate', d.experts.count, d.hidden, 'experts'),
        ...(
          [
            ['gate_proj', d.experts.width, d.hidden],
            ['up_proj', d.experts.width, d.hidden],
            ['down_proj', d.hidden, d.experts.width],
          ] as const
        ).map(([name, out, input]) => ({
          ...linear(`mlp.experts.{expert}.${name}`, out, input, 'experts'),
          copies: d.experts?.count ?? 1,
          activeCopies: d.experts?.perToken ?? 1,
        })),
      ]
    : [
        linear('mlp.gate_proj', d.width, d.hidden, 'feedForward'),
        linear('mlp.up_proj', d.width, d.hidden, 'feedForward'),
        linear('mlp.down_proj', d.hidden, d.width, 'feedForward'),
      ];
  const norm = (name: string): WeightTensor => ({ name, shape: [d.hidden], part: 'norms', role: 'vector' });
  return {
    name: d.name,
    modelType: 'llama',
    architecture: 'LlamaForCausalLM',
    kind: 'decoder',
    hiddenSize: d.hidden,
    vocabularySize: d.vocabulary,
    maxContext: d.maxContext ?? 131072,
    groups: [
      {
        indices: Array.from({ length: d.layers }, (_, index) => index),
        layer: {
          mixer: {
            kind: 'attention',
            queryHeads: d.heads,
            kvHeads: d.kvHeads,
            keyHeadDim: d.headDim,
            valueHeadDim: d.headDim,
            causal: true,
            ...(d.window === undefined ? {} : { window: d.window }),
          },
          feedForward: d.experts
            ? {
                kind: 'experts',
                matrices: 3,
                width: d.experts.width,
                routedExperts: d.experts.count,
                expertsPerToken: d.experts.perToken,
                sharedWidth: 0,
              }
            : { kind: 'dense', matrices: 3, width: d.width },
          weights: [
            linear('self_attn.q_proj', query, d.hidden, 'attention'),
            linear('self_attn.k_proj', kv, d.hidden, 'attention'),
            linear('self_attn.v_proj', kv, d.hidden, 'attention'),
            linear('self_attn.o_proj', d.hidden, query, 'attention'),
            ...feedForward,
            norm('model.layers.{layer}.input_layernorm.weight'),
            norm('model.layers.{layer}.post_attention_layernorm.weight'),
          ],
        },
      },
    ],
    outside: [
      {
        name: 'model.embed_tokens.weight',
        shape: [d.vocabulary, d.hidden],
        part: 'embedding',
        role: 'lookup',
      },
      norm('model.norm.weight'),
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
    format: d.format ?? 'bf16',
    quantisation: null,
    exact: true,
    warnings: [],
  };
}

/** Published dimensions of Meta's Llama 3.1 8B: 8,030,261,248 parameters. */
export const LLAMA_31_8B = llamaLike({
  name: 'Llama-3.1-8B',
  hidden: 4096,
  layers: 32,
  heads: 32,
  kvHeads: 8,
  headDim: 128,
  width: 14336,
  vocabulary: 128256,
  tied: false,
});

/** Published dimensions of Mixtral 8x7B: 46,702,792,704 parameters. */
export const MIXTRAL_8X7B = llamaLike({
  name: 'Mixtral-8x7B',
  hidden: 4096,
  layers: 32,
  heads: 32,
  kvHeads: 8,
  headDim: 128,
  width: 14336,
  vocabulary: 32000,
  tied: false,
  experts: { count: 8, perToken: 2, width: 14336 },
  maxContext: 32768,
});
