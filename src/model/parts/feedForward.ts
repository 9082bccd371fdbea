import type { Part, WeightTensor } from '../spec';
import type { FeedForwardBlock } from './block';
import { matrix, vector } from './tensors';

export interface DenseNames {
  gate: string;
  up: string;
  down: string;
}

const LLAMA_NAMES: DenseNames = { gate: 'gate_proj', up: 'up_proj', down: 'down_proj' };

export interface Dense {
  /** Path of the module, `model.layers.{layer}.mlp`. */
  module: string;
  hidden: number;
  width: number;
  gated?: boolean;
  bias?: boolean;
  part?: Part;
  names?: Partial<DenseNames>;
  /** Gate and up are stored as one matrix of this name. */
  fused?: string;
}

/** One feed-forward network that every token passes through. */
export function denseFeedForward(d: Dense): FeedForwardBlock {
  const gated = d.gated ?? true;
  return {
    feedForward: { kind: 'dense', matrices: gated ? 3 : 2, width: d.width },
    weights: denseWeights(d),
  };
}

export function denseWeights(
  d: Dense,
  copies: { copies?: number; activeCopies?: number } = {},
): WeightTensor[] {
  const names = { ...LLAMA_NAMES, ...d.names };
  const part = d.part ?? 'feedForward';
  const gated = d.gated ?? true;
  const options = { bias: d.bias ?? false, ...copies };
  const down = matrix(`${d.module}.${names.down}`, d.hidden, d.width, part, options);
  if (d.fused !== undefined) {
    const width = gated ? 2 * d.width : d.width;
    return [...matrix(`${d.module}.${d.fused}`, width, d.hidden, part, options), ...down];
  }
  return [
    ...(gated ? matrix(`${d.module}.${names.gate}`, d.width, d.hidden, part, options) : []),
    ...matrix(`${d.module}.${names.up}`, d.width, d.hidden, part, options),
    ...down,
  ];
}

export interface Experts {
  /** Path of the module, `model.layers.{layer}.mlp`. */
  module: string;
  hidden: number;
  /** Width of one routed expert. */
  width: number;
  experts: number;
  expertsPerToken: number;
  /** Width of the shared experts together; 0 or absent where there are none. */
  sharedWidth?: number;
  /** A sigmoid gate on the shared expert: one row. */
  sharedGate?: boolean;
  /** The router's correction bias, one number an expert. */
  correctionBias?: boolean;
  routerBias?: boolean;
  gated?: boolean;
  bias?: boolean;
  /** Bias of the shared experts, where it differs from `bias`. */
  sharedBias?: boolean;
  router?: string;
  correctionName?: string;
  expertsPath?: string;
  sharedPath?: string;
  sharedGatePath?: string;
  names?: Partial<DenseNames>;
  /** A router that stores nothing (hash routing) or is given by the caller. */
  noRouter?: boolean;
}

/** A router and many small feed-forward networks, of which a token passes through a few. */
export function expertFeedForward(e: Experts): FeedForwardBlock {
  const gated = e.gated ?? true;
  const sharedWidth = e.sharedWidth ?? 0;
  const common = {
    hidden: e.hidden,
    gated,
    bias: e.bias ?? false,
    part: 'experts' as const,
    names: e.names ?? {},
  };
  const weights: WeightTensor[] = [];
  if (e.noRouter !== true) {
    const router = `${e.module}.${e.router ?? 'gate'}`;
    weights.push(...matrix(router, e.experts, e.hidden, 'experts', { bias: e.routerBias ?? false }));
    if (e.correctionBias === true) {
      const name = e.correctionName ?? `${e.router ?? 'gate'}.e_score_correction_bias`;
      weights.push(vector(`${e.module}.${name}`, e.experts, 'experts'));
    }
  }
  weights.push(
    ...denseWeights(
      { ...common, module: `${e.module}.${e.expertsPath ?? 'experts.{expert}'}`, width: e.width },
      { copies: e.experts, activeCopies: Math.min(e.expertsPerToken, e.experts) },
    ),
  );
  if (sharedWidth > 0) {
    const shared = `${e.module}.${e.sharedPath ?? 'shared_expert'}`;
    weights.push(
      ...denseWeights({
        ...common,
        bias: e.sharedBias ?? common.bias,
        module: shared,
        width: sharedWidth,
        part: 'feedForward',
      }),
    );
    if (e.sharedGate === true) {
      weights.push(
        ...matrix(`${e.module}.${e.sharedGatePath ?? 'shared_expert_gate'}`, 1, e.hidden, 'feedForward'),
      );
    }
  }
  return {
    feedForward: {
      kind: 'experts',
      matrices: gated ? 3 : 2,
      width: e.width,
      routedExperts: e.experts,
      expertsPerToken: Math.min(e.expertsPerToken, e.experts),
      sharedWidth,
    },
    weights,
  };
}
