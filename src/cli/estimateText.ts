import type { EstimateAnswer } from '../advisor/estimateAnswer';
import type { PooledAnswer } from '../advisor/pooledEstimate';
import type { SharedAnswer } from '../advisor/sharedEstimate';
import type { FleetSplit } from '../roofline/fleetEstimate';
import type { Term } from '../roofline/estimate';
import { formatBytes, formatInteger, formatPercent, formatSeconds, formatSignificant } from '../units/format';
import { bandText, figures, scenarioLines } from './figures';
import { poolsText } from './poolsText';
import { table } from './table';
import { warningLines } from './warningLines';
import { page, paragraph } from './wrap';

/** Longer names of terms go on in the next line. */
const TERM_WIDTH = 26;
const DEVICE_WIDTH = 34;

/** An estimate for a terminal, with its terms where the answer has them. */
export function estimateText(answer: EstimateAnswer | SharedAnswer | PooledAnswer): string {
  const { scenario, calibration, latency } = answer;
  return page([
    ...scenarioLines(scenario),
    ...figures(answer),
    `end to end   ${bandText(latency.endToEnd)}`,
    ...(scenario.requestRate === null || latency.tail.endToEnd === null
      ? []
      : [
          `tail         90 % of requests within ${formatSeconds(latency.tail.endToEnd.p90)}, 99 % within ${formatSeconds(latency.tail.endToEnd.p99)}`,
          ...gapLine(latency.tail.interToken),
        ]),
    ...energyLine(answer),
    ...paragraph(
      'how sure     ',
      `${basisInWords(calibration)}; the bands hold the true mean in 80 % of cases`,
    ),
    ...('pools' in scenario ? ['', ...poolsText(scenario.pools)] : []),
    ...('split' in scenario ? ['', splitTable(scenario.split)] : []),
    ...(answer.terms ? ['', termTable(answer.terms)] : []),
    ...warningLines(answer.warnings),
  ]);
}

/** Where prompts make some gaps longer than the rest. */
function gapLine(gaps: EstimateAnswer['latency']['tail']['interToken']): string[] {
  return gaps
    ? [
        `             of gaps between tokens 90 % within ${formatSeconds(gaps.p90)}, 99 % within ${formatSeconds(gaps.p99)}`,
      ]
    : [];
}

function energyLine({ energy }: EstimateAnswer | SharedAnswer | PooledAnswer): string[] {
  if (!energy) return [];
  const [joules, of] =
    energy.joulesPerToken === null ? [energy.joulesPerRequest, 'request'] : [energy.joulesPerToken, 'token'];
  return [`energy       at most ${formatSignificant(joules)} J a ${of}, at the devices’ full power`];
}

function basisInWords({ basis, rows }: EstimateAnswer['calibration']): string {
  switch (basis) {
    case 'measured':
      return `close to one of ${formatInteger(rows)} measured rows`;
    case 'interpolated':
      return `interpolated from ${formatInteger(rows)} measured rows`;
    case 'physics':
      return 'physics alone, nothing was measured near this case';
  }
}

/** Which device has what of the model, and how long it takes for a token. */
function splitTable({ strategy, devices }: FleetSplit): string {
  return table(
    ['device', strategy === 'tensor' ? 'of each layer' : 'layers', 'a pass', 'memory'],
    devices.map(({ name, hardware, layers: [from, to], share, seconds, memory, capacity }) => [
      name === hardware ? name : `${name} (${hardware})`,
      strategy === 'tensor' ? formatPercent(share) : `${from} – ${to - 1}`,
      formatSeconds(seconds),
      `${formatBytes(memory)} of ${formatBytes(capacity)} that may be used`,
    ]),
    [DEVICE_WIDTH],
  ).trimEnd();
}

function termTable(terms: readonly Term[]): string {
  return table(
    ['term', 'time', 'bytes', 'formula'],
    terms.map((term) => [term.id, formatSeconds(term.seconds), formatBytes(term.bytes), term.formula]),
    [TERM_WIDTH],
  ).trimEnd();
}
