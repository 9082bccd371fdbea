import { existsSync } from 'node:fs';
import { resolve } from 'node:path';

/** Whether the measured tables lie beside the checkout. */
export function measuredAtHand(): boolean {
  return existsSync(resolve(__dirname, '..', '..', '..', 'shared', 'measured', 'technique_pairs.csv'));
}
