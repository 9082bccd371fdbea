import type { Estimate } from '../roofline/estimate';
import type { RatioMetric } from '../selector/selector';
import type { Band, Bytes, DollarsPerMillionTokens, Warning } from '../units/quantities';

/** A measurement or a paper's figure that speaks for a recommendation. */
export interface Evidence {
  /** Paper id, or null for a measurement. */
  paper: string | null;
  source: string;
  title: string;
  value: number;
  metric: string;
  conditions: string;
  /** 0: this very case; 1: another world. */
  distance: number;
}

/** What one member of a stack adds to those before it. */
export interface Member {
  technique: string;
  title: string;
  /** Ratio to what there was before it came, in the recommendation's metric; the members' gains multiply to the whole. */
  gain: number;
  memoryChange: Bytes;
}

/** How to decide between a recommendation and the next in rank, where their bands overlap. */
export interface Decision {
  against: readonly string[];
  title: string;
  /** Both runs, one after the other. */
  command: string;
}

export interface Recommendation {
  rank: number;
  techniques: readonly string[];
  title: string;
  /** Above 1 is better, whatever the metric. */
  speedup: { metric: RatioMetric } & Band;
  estimate: Estimate;
  memoryChange: Bytes;
  /** Change of the cost of a million output tokens, in dollars; null where the device has no price. */
  costChange: DollarsPerMillionTokens | null;
  quality: { lossless: boolean; risk: 'none' | 'low' | 'medium' | 'high'; note: string };
  needs: readonly string[];
  settings: readonly { engine: string; setting: string }[];
  evidence: readonly Evidence[];
  why: string;
  /** The cheapest run that would narrow the band, as a command to copy; null where the engine has no such tool. */
  benchmark: string | null;
  /** In the order in which they were added; of a single technique: itself. */
  members: readonly Member[];
  /** Null where the band stands apart from that of the next, or no tool can tell them apart. */
  decision: Decision | null;
}

/** A scenario's recommendations, as the panel and the command line show them (`recommend` of the contract). */
export interface Advice {
  schema: 1;
  scenario: ScenarioSummary;
  baseline: Estimate;
  recommendations: readonly Recommendation[];
  rejected: readonly { technique: string; reason: string }[];
  /** Pairs of techniques that gain something each and cannot be had together, and why. */
  refusedStacks: readonly { techniques: readonly string[]; reason: string }[];
  selector: { model: string | null; version: string; trainedOn: number; method: string };
  warnings: readonly Warning[];
}

/** The scenario as understood, defaults filled in, in plain data. */
export interface ScenarioSummary {
  model: string;
  hardware: string;
  devices: number;
  engine: string;
  weights: string;
  kv: string;
  attention: string;
  concurrency: number;
  requestRate: number | null;
  input: number;
  output: number;
  sharedPrefix: number;
  tensorParallel: number;
  pipelineParallel: number;
  expertParallel: number;
  dataParallel: number;
  contextParallel: number;
  /** Of the tensor-parallel ranks, so many share the tokens of a cache; absent where none do. */
  decodeContextParallel?: number;
  maxModelLen: number | null;
  gpuMemoryUtilization: number;
  techniques: readonly string[];
  /** Of models that make pictures or videos: what each was reckoned with; `guidance`: evaluations of the network a step. */
  steps?: number;
  size?: string;
  frames?: number;
  guidance?: number;
}
