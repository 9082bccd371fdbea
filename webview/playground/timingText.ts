import type {
  PlaygroundModel,
  PlaygroundOutput,
  PlaygroundTiming,
} from '../../src/protocol/playgroundProtocol';
import {
  formatBytes,
  formatCount,
  formatInteger,
  formatSeconds,
  formatSignificant,
} from '../../src/units/format';

/** One measured figure: its name and its value with unit. */
export interface Measured {
  name: string;
  value: string;
}

/** What was measured, the most telling first; what was not measured is not listed. */
export function timingFigures(timing: PlaygroundTiming, output: PlaygroundOutput): Measured[] {
  const figures: (Measured | null)[] = [
    timing.tokensPerSecond === null
      ? null
      : { name: 'speed', value: `${formatSignificant(timing.tokensPerSecond)} tok/s` },
    timing.timeToFirstToken === null
      ? null
      : { name: 'first token', value: formatSeconds(timing.timeToFirstToken) },
    output.kind === 'text' ? { name: 'tokens', value: formatInteger(output.tokens) } : null,
    { name: output.kind === 'text' ? 'whole answer' : 'first run', value: formatSeconds(timing.first) },
    timing.median === null
      ? null
      : { name: `median of ${formatInteger(timing.runs)} runs`, value: formatSeconds(timing.median) },
    timing.p95 === null ? null : { name: '95th percentile', value: formatSeconds(timing.p95) },
    timing.load === null ? null : { name: 'loading', value: formatSeconds(timing.load) },
    timing.memory === null ? null : { name: 'memory of the process', value: formatBytes(timing.memory) },
  ];
  return figures.filter((figure) => figure !== null);
}

/** "2 M parameters · 8.8 MB · opset 17 · 64 nodes". */
export function modelFacts(model: PlaygroundModel): string {
  return [
    ...(model.parameters === null ? [] : [`${formatCount(model.parameters)} parameters`]),
    formatBytes(model.bytes),
    ...model.facts,
  ].join(' · ');
}

/** "91.2 %", "< 0.1 %". */
export function formatProbability(probability: number): string {
  const percent = probability * 100;
  return percent > 0 && percent < 0.1 ? '< 0.1 %' : `${percent.toFixed(1)} %`;
}
