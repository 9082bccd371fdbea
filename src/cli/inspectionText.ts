import type { Inspection } from '../advisor/inspection';
import { formatBinaryBytes, formatBytes, formatInteger } from '../units/format';
import { warningLines } from './warningLines';
import { page } from './wrap';

const PARTS: Readonly<Record<string, string>> = { feedForward: 'feed-forward' };

/** What a model is, for a terminal. */
export function inspectionText({ model, warnings }: Inspection): string {
  const parts = Object.entries(model.parametersByPart).filter(([, count]) => count > 0);
  const active = model.activeParameters < model.totalParameters;
  return page([
    `${model.name} · ${model.architecture || model.modelType}${model.exact ? '' : ' · not exact, see below'}`,
    `${formatInteger(model.totalParameters)} parameters${active ? `, ${formatInteger(model.activeParameters)} active a token` : ''}`,
    ...parts.map(([part, count]) => `  ${(PARTS[part] ?? part).padEnd(12)} ${formatInteger(count)}`),
    `weights ${formatBytes(model.weightBytes)} as ${model.weightFormat}`,
    ...(model.kvCacheBytesPerToken > 0
      ? [
          `KV cache ${formatBinaryBytes(model.kvCacheBytesPerToken)} a token at 16 bits (${model.attention.toUpperCase()})`,
        ]
      : []),
    ...(model.stateBytesPerSequence > 0
      ? [`state ${formatBytes(model.stateBytesPerSequence)} a sequence`]
      : []),
    `${formatInteger(model.layers)} layers${model.maxContext === null ? '' : `, context up to ${formatInteger(model.maxContext)} tokens`}`,
    ...warningLines(warnings),
  ]);
}
