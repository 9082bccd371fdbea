import type { SelectorCard } from '../../src/selector/card';
import type { Case } from '../../src/selector/training/case';

/** The model card: rows, features, figures with whole groups left out, limits. Markdown. */
export function modelCard(
  card: SelectorCard,
  cases: readonly Case[],
  read: { measured: number; reported: number },
): string {
  return [
    '# The selector',
    '',
    `Version ${card.version} of ${card.date}. ${sentence(card.method)} Written by \`npm run train\`; do not edit.`,
    '',
    '## What it answers',
    '',
    'How many times better a metric becomes with one technique on: the engine is asked before and after, trees correct the logarithm of that',
    'ratio, and a second set of trees gives half of the 80 % band. Half of the correction comes from a forest over all kinds of change and',
    'engines, each tree looking at a tenth of the features: it carries what one engine shows over to the next. The other half comes from boosted',
    'trees for each kind of change, and for each engine that it was measured in. What nothing was measured of keeps the engine’s own ratio, with a wide band.',
    '',
    '## Rows',
    '',
    `${card.trainedOn} cases out of ${read.measured} measured pairs (public benchmarks, one source, one workload, technique against`,
    `baseline) and ${read.reported} ratios that papers and leaderboards report for one model on one known device (\`src/techniques/performance.json\`).`,
    'Alternatives that no scenario can tell apart count as one. Rows of one source on one device weigh as the root of their number;',
    'maxima, inferred fields and rows without a batch weigh less; figures against baselines that swap, or against another method, are',
    'left out.',
    '',
    '| kind of change | cases | devices | models | sources |',
    '|---|---:|---:|---:|---:|',
    ...kinds(cases),
    '',
    '## Figures',
    '',
    'Cross-validated in eight folds, whole groups left out. The roofline’s own constants were fitted on all devices, so that its error is',
    'not one of unseen devices.',
    '',
    '| left out | cases | best of the measured | regret | median error | roofline only | 80 % band holds |',
    '|---|---:|---:|---:|---:|---:|---:|',
    ...Object.entries(card.crossValidation).map(
      ([split, figure]) =>
        `| ${split.slice(2).toLowerCase()} | ${figure.cases} | ${percent(figure.top1)} | ${percent(figure.meanRegret)} | ` +
        `${percent(figure.medianAbsolutePercentageError)} | ${percent(figure.rooflineOnly)} | ${percent(figure.coverage80)} |`,
    ),
    '',
    '`npm run --silent evaluate` prints them beside other methods.',
    '',
    '## How far a correction is believed',
    '',
    'Corrections as small as the noise of what they were learned from (2 %) count half, those far beyond it whole.',
    'Share of what the boosted trees learned that helps on devices, sources and models left out; where it is 0 or absent, the forest alone corrects.',
    '',
    '| kind of change and engine | share |',
    '|---|---:|',
    ...Object.entries(card.belief).map(([name, share]) => `| ${name} | ${percent(share)} |`),
    '',
    '## Limits',
    '',
    '- Speculation was measured at batch 1 almost alone: at larger batches the engine’s ratio decides.',
    '- Cache formats alone were measured on one model in few settings, attention kernels in transformers and llama.cpp alone.',
    '- Many alternatives differ by less than repeats of one case do (4 % in the median): the best of those cannot be told.',
    '- What a scenario does not say (version of the engine, build of the library, driver) is in the bands, not in the features.',
    '- It judges speed. What a technique costs in quality stands in the catalogue.',
    '',
    `## Features (${card.features.length})`,
    '',
    `${card.features.join(', ')}.`,
    '',
  ].join('\n');
}

function kinds(cases: readonly Case[]): string[] {
  const names = [...new Set(cases.map((one) => one.kind))].sort();
  return names.map((kind) => {
    const own = cases.filter((one) => one.kind === kind);
    const distinct = (of: (one: Case) => string): number => new Set(own.map(of)).size;
    return `| ${kind} | ${own.length} | ${distinct((one) => one.hardware)} | ${distinct((one) => one.model)} | ${distinct((one) => one.source)} |`;
  });
}

function percent(share: number): string {
  return `${Number((100 * share).toPrecision(3))} %`;
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}
