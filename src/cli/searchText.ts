import type { SearchAnswer, SearchEntry } from '../advisor/searchScenarios';
import { formatBytes, formatInteger, formatSeconds, formatSignificant } from '../units/format';
import { table } from './table';
import { warningLines } from './warningLines';
import { page, paragraph } from './wrap';

/** Rows of a frontier that a person reads; `--verbose` shows all. */
const MOST_ROWS = 12;
const WITH_WIDTH = 30;

/** A frontier for a terminal: the best first and marked, what is on, and why; all of its rows when asked for. */
export function searchText(answer: SearchAnswer, verbose: boolean): string {
  const { best, frontier, searched, goal } = answer;
  if (best === null) {
    return page([`${formatInteger(searched)} scenarios searched`, ...warningLines(answer.warnings)]);
  }
  const shown = verbose ? frontier : evenly(frontier, MOST_ROWS);
  const { input, output, model, engine, requestRate } = best.scenario;
  const load = requestRate === null ? '' : `, ${formatSignificant(requestRate)} requests/s`;
  return page([
    ...paragraph(
      '',
      `${model}, ${engine}, ${formatInteger(input)} + ${formatInteger(output)} tokens${load}: ${formatInteger(searched)} scenarios searched, ${formatInteger(frontier.length)} that no other beats in latency, throughput and cost${goal === 'memory' ? ' and memory' : ''}; best for ${goal} first`,
    ),
    '',
    rows(shown),
    ...(shown.length < frontier.length
      ? [`${shown.length} of ${frontier.length} are shown; --verbose shows all, --json has all their figures`]
      : []),
    '',
    ...paragraph('why ► ', best.why),
    ...[...new Set(best.settings.map(({ setting }) => setting))].map((setting) => `setting: ${setting}`),
    ...qualityLines(best),
    ...warningLines(answer.warnings),
  ]);
}

function rows(entries: readonly SearchEntry[]): string {
  const priced = entries.some((entry) => entry.costPerMillionTokens !== null);
  return table(
    [
      '',
      'devices',
      'split',
      'batch',
      'first',
      'token',
      'tok/s',
      'memory',
      priced ? '$/Mtok' : 'J/tok',
      'with',
    ],
    entries.map((entry, at) => [
      at === 0 ? '►' : '',
      `${entry.scenario.devices} × ${entry.scenario.hardware}`,
      splitOf(entry),
      batch(entry.scenario.concurrency),
      formatSeconds(entry.estimate.latency.timeToFirstToken.p50),
      formatSeconds(entry.estimate.latency.interToken.p50),
      formatSignificant(entry.tokensPerSecond),
      formatBytes(entry.estimate.memory.total),
      figure(priced ? entry.costPerMillionTokens : entry.joulesPerToken),
      entry.scenario.techniques.join(', ') || 'nothing',
    ]),
    [undefined, 20, undefined, undefined, undefined, undefined, undefined, undefined, undefined, WITH_WIDTH],
  ).trimEnd();
}

/** A request rate leads to a mean, which may be broken. */
function batch(size: number): string {
  return Number.isInteger(size) ? formatInteger(size) : formatSignificant(size);
}

function figure(value: number | null): string {
  return value === null ? '–' : formatSignificant(value);
}

/** `t4 p2`: tensor 4 × pipeline 2; a dash where nothing is split. */
function splitOf({ scenario }: SearchEntry): string {
  const ways = [
    ['t', scenario.tensorParallel],
    ['p', scenario.pipelineParallel],
    ['d', scenario.dataParallel],
    ['e', scenario.expertParallel],
    ['c', scenario.contextParallel],
  ] as const;
  const split = ways.filter(([, size]) => size > 1).map(([name, size]) => `${name}${size}`);
  return split.join(' ') || '–';
}

function qualityLines({ quality }: SearchEntry): string[] {
  return [
    quality.lossless
      ? 'quality: the output stays what it was'
      : `quality: ${quality.risk} risk; --lossless searches without`,
  ];
}

/** The first, the last, and evenly between. */
function evenly<T>(all: readonly T[], most: number): readonly T[] {
  if (all.length <= most) return all;
  return Array.from(
    { length: most },
    (_, step) => all[Math.round((step * (all.length - 1)) / (most - 1))],
  ).filter((one) => one !== undefined);
}
