import type { Config, JsonObject } from './config';
import type { Notes } from './notes';
import type { ModelKind, Tower, WeightTensor } from './spec';
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
  /** True where the family has read from the architecture's name what sits on top. */
  headKnown?: boolean;
  /** Widths of the feature maps that a backbone hands on, in order. */
  featureWidths?: readonly number[];
}

export interface FamilyContext {
  config: Config;
  notes: Notes;
  modelType: string;
  /** First of `architectures`, or the empty string. */
  architecture: string;
  /**
   * Reads a nested configuration as the family its own `model_type` names, `fallback` where it names none. Undefined
   * where the file has no such section.
   */
  nested: (key: string, fallback: string, options?: NestedOptions) => FamilyModel | undefined;
  /** The same configuration read as another family. */
  as: (modelType: string, architecture?: string) => FamilyModel;
}

export interface NestedOptions {
  /** Taken in place of the section's own `architectures`. */
  architecture?: string;
  /** Reads the section's class defaults where the file leaves the section out altogether. */
  evenIfAbsent?: boolean;
  /** Values of the outer file that hold where the section is silent. */
  inherited?: JsonObject;
  /** Values taken in place of the section's own. */
  overrides?: JsonObject;
}

/** Reads one family's configuration; may throw ReadFailure and nothing else. */
export type Family = (context: FamilyContext) => FamilyModel;
