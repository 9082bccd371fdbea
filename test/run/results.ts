import { appendFileSync, readFileSync } from 'node:fs';

/** One line of a result file: what happened, in the order it happened, so that a crash leaves the story so far. */
export type ResultEvent =
  | { readonly event: 'start' | 'skip'; readonly title: string }
  | { readonly event: 'pass'; readonly title: string; readonly ms: number }
  | { readonly event: 'fail'; readonly title: string; readonly error: string }
  | { readonly event: 'end' };

/** What a test run came to. */
export interface TestCounts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/** Environment variable that names the result file; the tests' process may be several processes away. */
export const resultFileVariable = 'INFERENCE_LENS_TEST_RESULTS';

/** Appends one event. Synchronous, since the next moment may be a crash. */
export function appendResult(file: string, event: ResultEvent): void {
  appendFileSync(file, `${JSON.stringify(event)}\n`);
}

/** Reads the events back; a file that was never written has none. */
export function readResults(file: string): readonly ResultEvent[] {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    return [];
  }
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as ResultEvent);
}

/**
 * Counts a run. A run that did not reach its end, or in which no test ran, has failed whatever its exit code says: an
 * extension host that dies reports 0. A non-zero exit code without a failed test (a hook, a stray rejection) counts as one failure.
 */
export function countResults(events: readonly ResultEvent[], exitCode: number | null): TestCounts {
  const count = (event: ResultEvent['event']): number => events.filter((each) => each.event === event).length;
  const passed = count('pass');
  const failed = count('fail');
  const skipped = count('skip');
  const ended = count('end') === 1;
  const sound = ended && passed + failed + skipped > 0 && (failed > 0 || exitCode === 0);
  return { passed, failed: sound ? failed : failed + 1, skipped };
}

/** The test that had started and not ended when the run broke off. */
export function unfinishedTest(events: readonly ResultEvent[]): string | undefined {
  const last = events.at(-1);
  return last?.event === 'start' ? last.title : undefined;
}
