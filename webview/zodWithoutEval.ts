import * as z from 'zod/mini';

/** zod compiles schemas with `new Function` unless told not to; the page's content security policy reports even the attempt. */
export function keepZodFromEval(): void {
  z.config({ jitless: true });
}
