import { activeParameters, parametersByPart, totalParameters } from '../model/count';
import {
  attentionName,
  kvCacheBytes,
  stateBytesPerSequence,
  weightBytes,
  weightFormatName,
} from '../model/memory';
import type { ModelKind, ModelSpec, Part } from '../model/spec';
import type { Bytes, Warning } from '../units/quantities';

/** What a model is: `inspect` of the contract. */
export interface Inspection {
  schema: 1;
  model: {
    name: string;
    modelType: string;
    architecture: string;
    kind: ModelKind;
    totalParameters: number;
    activeParameters: number;
    layers: number;
    parametersByPart: Record<Part, number>;
    weightBytes: Bytes;
    weightFormat: string;
    /** At 16 bits and at the first token, so that sliding-window layers count. */
    kvCacheBytesPerToken: Bytes;
    stateBytesPerSequence: Bytes;
    maxContext: number | null;
    attention: string;
    exact: boolean;
  };
  warnings: readonly Warning[];
}

export function inspectModel(model: ModelSpec): Inspection {
  return {
    schema: 1,
    model: {
      name: model.name,
      modelType: model.modelType,
      architecture: model.architecture,
      kind: model.kind,
      totalParameters: totalParameters(model),
      activeParameters: activeParameters(model),
      layers: layerCount(model),
      parametersByPart: parametersByPart(model),
      weightBytes: weightBytes(model),
      weightFormat: weightFormatName(model),
      kvCacheBytesPerToken: kvCacheBytes(model, 1, 2),
      stateBytesPerSequence: stateBytesPerSequence(model),
      maxContext: model.maxContext,
      attention: attentionName(model),
      exact: model.exact,
    },
    warnings: model.warnings,
  };
}

export function layerCount(model: ModelSpec): number {
  return model.groups.reduce((sum, group) => sum + group.indices.length, 0);
}
