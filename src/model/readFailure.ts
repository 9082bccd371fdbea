import { MAX_QUOTED } from './limits';
import type { Unreadable } from './spec';

/** Ends the reading of one file; caught at the room's door and handed on as plain data, never seen outside. */
export class ReadFailure extends Error {
  constructor(
    readonly code: Unreadable['code'],
    message: string,
  ) {
    super(message);
  }
}

/** Text from a file, cut to what a message can carry. */
export function quoted(value: unknown): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? String(value));
  const short = text.length > MAX_QUOTED ? `${text.slice(0, MAX_QUOTED)}…` : text;
  // Control characters would break a terminal or a log line.
  return short.replace(/\p{Cc}/gu, ' ');
}
