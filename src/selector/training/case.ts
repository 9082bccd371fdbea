import type { ChangeKind } from '../changeKind';

/** One measured ratio with what physics says of it: a row to train on and to be judged by. */
export interface Case {
  id: string;
  /** Paper or repository that measured it. */
  source: string;
  hardware: string;
  engine: string;
  model: string;
  technique: string;
  kind: ChangeKind;
  metric: string;
  /** What was measured side by side under one workload shares a group: the choices among which a selector is judged. */
  group: string;
  features: readonly number[];
  physicsRatio: number;
  measuredRatio: number;
  /** 1 for an average or a single figure, less for maxima and for rows whose setting is partly unknown. */
  trust: number;
}

/** Corrections beyond this factor are measurements of something else than the technique. */
const MOST = Math.log(6);

/** What the engine's log ratio misses of the measured one, bounded. */
export function missing({ measuredRatio, physicsRatio }: Case): number {
  return Math.max(-MOST, Math.min(MOST, Math.log(measuredRatio / physicsRatio)));
}
