// Trains the selector: `npm run train` writes media/selector.onnx and media/selector.json.
// Inputs: the performance table of src/techniques, and ../shared/measured where that is at hand (the committed model was trained with it).
import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { FEATURE_NAMES } from '../src/selector/features';
import type { SelectorCard } from '../src/selector/card';
import { crossValidate } from '../src/selector/training/crossValidate';
import { exportOnnx } from '../src/selector/training/exportOnnx';
import { LEAST_SPREAD, trainSelector } from '../src/selector/training/trainSelector';
import { measuredAtHand } from './selector/measuredAtHand';
import { measuredPairs } from './selector/measuredPairs';
import { reportedRatios } from './selector/reportedRatios';

const media = resolve(__dirname, '..', 'media');
const started = performance.now();
const pairs = measuredAtHand() ? measuredPairs() : [];
if (pairs.length === 0) {
  console.error(
    '../shared/measured is not at hand: the selector would know the papers alone. Nothing was written.',
  );
  process.exit(3);
}
const cases = [...pairs, ...reportedRatios()];
console.log(
  `${cases.length} cases: ${pairs.length} measured pairs, ${cases.length - pairs.length} reported ratios`,
);

const crossValidation = {
  byHardware: crossValidate(cases, (one) => one.hardware),
  bySource: crossValidate(cases, (one) => one.source),
  byModel: crossValidate(cases, (one) => one.model),
};
console.table(crossValidation);

const model = trainSelector(cases);
const card: SelectorCard = {
  version: '1',
  date: new Date().toISOString().slice(0, 10),
  trainedOn: cases.length,
  method:
    'boosted trees that correct the roofline’s log ratio; band scaled to 80 % coverage on devices left out',
  features: [...FEATURE_NAMES],
  scale: model.scale,
  leastSpread: LEAST_SPREAD,
  crossValidation,
};
const bytes = exportOnnx(model, FEATURE_NAMES.length, {
  version: card.version,
  date: card.date,
  trainedOn: String(card.trainedOn),
});
writeFileSync(join(media, 'selector.onnx'), bytes);
writeFileSync(join(media, 'selector.json'), `${JSON.stringify(card, null, 2)}\n`);
console.log(
  `media/selector.onnx: ${bytes.length} bytes, ${((performance.now() - started) / 1000).toFixed(0)} s`,
);
