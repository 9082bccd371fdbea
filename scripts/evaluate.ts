/**
 * Prints how good the numbers are, as JSON: the selector beside simpler methods with whole papers, devices, models left out, and the engine
 * against what was measured. Where ../shared/measured is not at hand it prints the committed figures with `"notRun": true`.
 *
 * Usage: npm run --silent evaluate [-- --check | --write]
 *   --check  fails (exit 1) where the selector does worse than the committed figures say; says "not run" where nothing can be run
 *   --write  commits this run's figures to scripts/selector/figures.json
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { evaluate } from './selector/evaluation/evaluate';
import { evaluationSchema, type Evaluation } from './selector/evaluation/evaluation';
import { worsened } from './selector/evaluation/worsened';
import { measuredAtHand } from './selector/measuredAtHand';

const COMMITTED = resolve(__dirname, 'selector', 'figures.json');

run(process.argv.slice(2));

function run(options: readonly string[]): void {
  if (!measuredAtHand()) {
    if (options.includes('--check')) {
      console.error('not run: ../shared/measured is not at hand, so that the committed figures stand');
      return;
    }
    console.log(JSON.stringify({ ...committed(), notRun: true }, null, 2));
    return;
  }
  const check = options.includes('--check');
  const evaluation = evaluate(check ? ['selector'] : undefined);
  if (options.includes('--write')) writeFileSync(COMMITTED, `${JSON.stringify(evaluation, null, 2)}\n`);
  if (!check) {
    console.log(JSON.stringify(evaluation, null, 2));
    return;
  }
  const faults = worsened(evaluation.selector, committed().selector);
  for (const fault of faults) console.error(fault);
  if (faults.length > 0) process.exitCode = 1;
  else console.error('the selector is as good as the committed figures say');
}

function committed(): Evaluation {
  return evaluationSchema.parse(JSON.parse(readFileSync(COMMITTED, 'utf8')));
}
