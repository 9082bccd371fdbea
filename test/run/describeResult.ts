import { unfinishedTest, type ResultEvent } from './results';

/** What a suite wrote down, as lines for people: each test, each error, and where the run broke off if it did. */
export function describeResult(events: readonly ResultEvent[]): string {
  const lines = events.map(describe).filter((line) => line !== undefined);
  const unfinished = unfinishedTest(events);
  if (unfinished !== undefined) lines.push(`  The extension host ended or hung in: ${unfinished}`);
  else if (events.length === 0) lines.push('  The extension host never started the suite.');
  return lines.join('\n');
}

function describe(event: ResultEvent): string | undefined {
  switch (event.event) {
    case 'pass':
      return `  ✔ ${event.title} (${event.ms} ms)`;
    case 'fail':
      return `  ✖ ${event.title}\n${event.error.replace(/^/gm, '      ')}`;
    case 'skip':
      return `  - ${event.title}`;
    default:
      return undefined;
  }
}
