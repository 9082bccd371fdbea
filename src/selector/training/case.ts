/** One measured ratio with what physics says of it: a row to train on and to be judged by. */
export interface Case {
  id: string;
  /** Paper or repository that measured it. */
  source: string;
  hardware: string;
  model: string;
  technique: string;
  family: string;
  metric: string;
  /** What was measured side by side under one workload shares a group: the choices among which a selector is judged. */
  group: string;
  features: readonly number[];
  physicsRatio: number;
  measuredRatio: number;
  /** 1 for an average or a single figure, less for maxima and for rows whose setting is partly unknown. */
  trust: number;
}
