import type { Warning } from '../units/quantities';
import { paragraph } from './wrap';

/** Warnings below an answer, one paragraph each, after an empty line. */
export function warningLines(warnings: readonly Warning[]): string[] {
  return warnings.length === 0
    ? []
    : ['', ...warnings.flatMap((warning) => paragraph('warning: ', warning.message))];
}
