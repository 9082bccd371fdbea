import type { Warning } from '../units/quantities';
import type { Workload } from './workload';

/** The longest prompt or answer that any model is advertised for is 10^7 tokens; ten times that is a slip. */
export const MAX_TOKENS = 1e8;
/** More sequences at once than any cluster holds. */
export const MAX_CONCURRENCY = 1e6;
export const MAX_REQUEST_RATE = 1e6;
export const MAX_IMAGES = 10_000;
export const MAX_IMAGE_SIDE = 100_000;
/** A day: nobody waits longer for a token. */
const MAX_TARGET_SECONDS = 86_400;

/**
 * What is wrong with a workload, each fault in a sentence for a person; empty where nothing is. A workload that
 * passes can be computed with: every number is finite and within what a real deployment could be asked for.
 */
export function checkWorkload(workload: Workload): Warning[] {
  const { inputTokens, outputTokens, concurrency, requestRate, sharedPrefixTokens, images, imageSize } =
    workload;
  const found: (Warning | null)[] = [
    within('input', 'tokens of input', inputTokens, 1, MAX_TOKENS),
    within('output', 'tokens of output', outputTokens, 1, MAX_TOKENS),
    within('concurrency', 'sequences at once', concurrency, 1, MAX_CONCURRENCY),
    requestRate === null
      ? null
      : positive('request-rate', 'requests a second', requestRate, MAX_REQUEST_RATE),
    within('shared-prefix', 'tokens of shared prefix', sharedPrefixTokens, 0, MAX_TOKENS),
    prefixFits(sharedPrefixTokens, inputTokens),
    within('images', 'images', images, 0, MAX_IMAGES),
  ];
  if (imageSize) {
    found.push(within('image-size', 'pixels of image width', imageSize.width, 1, MAX_IMAGE_SIDE));
    found.push(within('image-size', 'pixels of image height', imageSize.height, 1, MAX_IMAGE_SIDE));
  }
  const { timeToFirstToken, interToken } = workload.targets ?? {};
  if (timeToFirstToken !== undefined) {
    found.push(
      positive('time-to-first-token', 'seconds to the first token', timeToFirstToken, MAX_TARGET_SECONDS),
    );
  }
  if (interToken !== undefined) {
    found.push(positive('inter-token', 'seconds between tokens', interToken, MAX_TARGET_SECONDS));
  }
  return found.filter((warning) => warning !== null);
}

function prefixFits(prefix: number, input: number): Warning | null {
  if (!(prefix > input)) return null;
  return {
    code: 'workload-shared-prefix',
    message: `a shared prefix of ${show(prefix)} tokens is longer than the prompt of ${show(input)}`,
  };
}

/** Means may be broken numbers: 12.5 tokens of output is a fair mean. Counts below one are not. */
function within(field: string, what: string, value: number, least: number, most: number): Warning | null {
  if (!Number.isFinite(value)) return fault(field, `${what}: ${show(value)} is no number to compute with`);
  if (value < least) return fault(field, `${show(value)} ${what}: at least ${least} is needed`);
  if (value > most)
    return fault(field, `${show(value)} ${what}: more than ${show(most)} is taken for a slip`);
  return null;
}

function positive(field: string, what: string, value: number, most: number): Warning | null {
  if (!Number.isFinite(value)) return fault(field, `${what}: ${show(value)} is no number to compute with`);
  if (value <= 0) return fault(field, `${show(value)} ${what}: more than zero is needed`);
  if (value > most)
    return fault(field, `${show(value)} ${what}: more than ${show(most)} is taken for a slip`);
  return null;
}

function fault(field: string, message: string): Warning {
  return { code: `workload-${field}`, message };
}

function show(value: number): string {
  return Number.isFinite(value) ? value.toLocaleString('en-US', { maximumFractionDigits: 6 }) : String(value);
}
