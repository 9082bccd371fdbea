import type { EstimateAnswer } from '../advisor/estimateAnswer';
import type { Term } from '../roofline/estimate';
import { formatBytes, formatInteger, formatSeconds } from '../units/format';
import { bandText, figures, scenarioLines } from './figures';
import { table } from './table';
import { warningLines } from './warningLines';
import { page, paragraph } from './wrap';

/** Columns left for a formula beside term, time and bytes. */
const FORMULA_WIDTH = 50;
const TERM_WIDTH = 26;

const BASIS: Record<EstimateAnswer['calibration']['basis'], string> = {
  measured: 'measured near here',
  interpolated: 'between measurements',
  physics: 'physics alone, nothing measured near here',
};

/** An estimate for a terminal, with its terms where the answer has them. */
export function estimateText(answer: EstimateAnswer): string {
  const { scenario, calibration, latency } = answer;
  const rows = calibration.rows > 0 ? `, ${formatInteger(calibration.rows)} measured rows` : '';
  return page([
    ...scenarioLines(scenario),
    ...figures(answer),
    `end to end   ${bandText(latency.endToEnd)}`,
    ...(scenario.requestRate === null || latency.tail.endToEnd === null
      ? []
      : [
          `tail         90 % of requests within ${formatSeconds(latency.tail.endToEnd.p90)}, 99 % within ${formatSeconds(latency.tail.endToEnd.p99)}`,
        ]),
    ...paragraph('how sure     ', `${BASIS[calibration.basis]}${rows}; bands hold 80 % of our doubt`),
    ...(answer.terms ? ['', termTable(answer.terms)] : []),
    ...warningLines(answer.warnings),
  ]);
}

function termTable(terms: readonly Term[]): string {
  return table(
    ['term', 'time', 'bytes', 'formula'],
    terms.map((term) => [term.id, formatSeconds(term.seconds), formatBytes(term.bytes), term.formula]),
    [TERM_WIDTH, undefined, undefined, FORMULA_WIDTH],
  ).trimEnd();
}
