import * as z from 'zod/mini';
import { withinLimits } from './withinLimits';

/** What came of a received value: a message, or why it is none, in one line for the log. */
export type Parsed<Message> = { ok: true; message: Message } | { ok: false; error: string };

/**
 * Takes a value that arrived from the other side. Whatever it is, this returns in bounded time and does not throw:
 * too large, too deep, of an unknown type or with a field of the wrong kind, it is refused and the first fault named.
 */
export function parseMessage<Message>(schema: z.ZodMiniType<Message>, received: unknown): Parsed<Message> {
  if (!withinLimits(received))
    return { ok: false, error: 'The message is larger or deeper than any that is sent.' };
  const result = z.safeParse(schema, received);
  if (result.success) return { ok: true, message: result.data };
  const first = result.error.issues[0];
  const where = first?.path.slice(0, 12).join('.').slice(0, 200) ?? '';
  return {
    ok: false,
    error: `Not a message I know, at “${where === '' ? 'type' : where}”: ${first?.message ?? 'invalid'}.`,
  };
}
