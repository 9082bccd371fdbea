import type { Estimate, Term } from '../roofline/estimate';
import type { Scenario } from '../roofline/scenario';
import { formatBytes, formatInteger, formatRate, formatSeconds, formatSignificant } from '../units/format';
import { plainMarkdown } from '../units/markdown';
import { assumptions, fourFigures } from './verdict';

/** The sum behind an estimate as a Markdown page: figures, memory, and every term with its formula and the numbers put in. */
export function explanationPage(scenario: Scenario, estimate: Estimate): string {
  const { memory, calibration } = estimate;
  return [
    `# ${plainMarkdown(scenario.model.name)}`,
    '',
    assumptions(scenario),
    '',
    ...fourFigures(estimate).map((figure) => `- **${figure.label}** ${figure.value} (${figure.detail})`),
    '',
    '## Memory',
    '',
    '| part | bytes |',
    '|---|---|',
    `| weights | ${formatBytes(memory.weights)} |`,
    `| KV cache and states | ${formatBytes(memory.kvCache)} |`,
    `| activations | ${formatBytes(memory.activations)} |`,
    `| runtime | ${formatBytes(memory.runtime)} |`,
    `| total, over ${scenario.devices} ${scenario.devices === 1 ? 'device' : 'devices'} | ${formatBytes(memory.total)} |`,
    '',
    ...phase(
      scenario.workload.requestRate === null ? 'Prefill of all prompts' : 'First token of a request',
      'prefill',
      estimate.terms,
    ),
    ...phase('One decode step at mean context', 'decode', estimate.terms),
    '## How sure',
    '',
    `Calibration: ${calibration.basis}, ${formatInteger(calibration.rows)} measured rows. The bands hold the true mean in 80 % of cases.`,
    `Device figures: ${plainMarkdown(scenario.device.source)} (${scenario.device.date}).`,
    ...(estimate.warnings.length > 0
      ? ['', '## Warnings', '', ...estimate.warnings.map((warning) => `- ${plainMarkdown(warning.message)}`)]
      : []),
    '',
  ].join('\n');
}

function phase(title: string, prefix: string, terms: readonly Term[]): string[] {
  const own = terms.filter((term) => term.id.startsWith(`${prefix}.`));
  if (own.length === 0) return [];
  const total = own.reduce((sum, term) => sum + term.seconds, 0);
  return [
    `## ${title}: ${formatSeconds(total)}`,
    '',
    '| term | time | bytes | FLOP | formula | with |',
    '|---|---|---|---|---|---|',
    ...own.map(
      (term) =>
        `| ${term.id.slice(prefix.length + 1)} | ${formatSeconds(term.seconds)} | ${formatBytes(term.bytes)} | ${formatRate(term.flop, 'FLOP')} | ${plainMarkdown(term.formula)} | ${inputs(term)} |`,
    ),
    '',
    ...operations(own),
  ];
}

/** How the columns of an operation come about. */
const PARTS = [
  'One layer each: move = weights / weightRate + cache / cacheRate + activations / activationRate;',
  'multiply = FLOP / (peak × attainedCompute), times (rows + 16 + rowsToHalf) / (rows + 16) where there are rowsToHalf, over quantisedCompute for quantised weights; FLOP / vectorRate where up to 8 rows are quicker so;',
  'unpack = work of the vector units / vectorRate + integer work (plain weights loaded on GPUs, cached 8-bit floats converted where there are no units for them) / integerRate;',
  'spill: weights that are unpacked to memory and read again.',
].join(' ');

/** Units of a formula’s inputs, by name; what is not here is a plain number. */
const UNITS: Readonly<Record<string, string>> = {
  bandwidth: 'B/s',
  weightRate: 'B/s',
  cacheRate: 'B/s',
  activationRate: 'B/s',
  link: 'B/s',
  peak: 'FLOP/s',
  vectorRate: 'FLOP/s',
  integerRate: 'op/s',
};

/** What the formula of a kind of work is fed with: one layer of each operation. */
function operations(terms: readonly Term[]): string[] {
  const parts = terms.flatMap((term) => term.parts ?? []);
  if (parts.length === 0) return [];
  return [
    '| operation | layers | move | unpack | multiply | spill | weights | cache | activations | FLOP | rows |',
    '|---|---|---|---|---|---|---|---|---|---|---|',
    ...parts.map((part) =>
      [
        `| ${part.name}`,
        formatSignificant(part.layers),
        formatSeconds(part.move),
        formatSeconds(part.unpack),
        formatSeconds(part.multiply),
        formatSeconds(part.spill),
        formatBytes(part.weightBytes),
        formatBytes(part.cacheBytes),
        formatBytes(part.activationBytes),
        formatRate(part.flop, 'FLOP'),
        `${formatSignificant(part.rows)} |`,
      ].join(' | '),
    ),
    '',
    PARTS,
    '',
  ];
}

function inUnits(name: string, value: number): string {
  const unit = UNITS[name];
  if (unit !== undefined) return formatRate(value, unit);
  if (/seconds/i.test(name)) return formatSeconds(value);
  return /bytes/i.test(name) ? formatBytes(value) : formatSignificant(value);
}

function inputs(term: Term): string {
  return Object.entries(term.inputs)
    .map(
      ([name, value]) => `${name} ${typeof value === 'number' ? inUnits(name, value) : plainMarkdown(value)}`,
    )
    .join(', ');
}
