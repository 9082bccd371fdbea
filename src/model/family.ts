import type { Config } from './config';
import type { Notes } from './notes';
import type { ModelKind, Part, Tower, WeightTensor } from './spec';
import type { LayerPlan } from './parts/foldLayers';

/** What a family hands back: the model without what is the same for all (name, format, quantisation, warnings). */
export interface FamilyModel {
  kind: ModelKind;
  hidden: number;
  vocabulary: number;
  maxContext: number | null;
  layers: readonly LayerPlan[];
  outside: readonly WeightTensor[];
  tiedHead: boolean;
  towers?: readonly Tower[];
  /** Part that layer weights are booked under in place of their own, for towers read as models. */
  part?: Part;
}

export interface FamilyContext {
  config: Config;
  notes: Notes;
  modelType: string;
  /** First of `architectures`, or the empty string. */
  architecture: string;
}

/** Reads one family's configuration; may throw ReadFailure and nothing else. */
export type Family = (context: FamilyContext) => FamilyModel;
