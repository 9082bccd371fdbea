import { StringDecoder } from 'node:string_decoder';
import type { Readable } from 'node:stream';

/** One line of input, or word of one that was too long to keep. */
export type Line = { text: string } | { tooLong: true };

/**
 * Lines of a stream, ended by LF or CRLF and by nothing else: JSON may hold other separators. Lines past `limit` characters are passed
 * over without being kept, so that memory stays bounded whatever comes in.
 */
export async function* lines(input: Readable, limit: number): AsyncGenerator<Line> {
  const decoder = new StringDecoder('utf8');
  let parts: string[] = [];
  let length = 0;
  let isFirst = true;
  const take = (part: string): void => {
    length += part.length;
    if (length > limit) parts = [];
    else if (part.length > 0) parts.push(part);
  };
  const finish = (): Line => {
    const line: Line = length > limit ? { tooLong: true } : { text: tidy(parts.join(''), isFirst) };
    parts = [];
    length = 0;
    isFirst = false;
    return line;
  };
  for await (const chunk of input as AsyncIterable<Buffer | string>) {
    const text = typeof chunk === 'string' ? chunk : decoder.write(chunk);
    let from = 0;
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', from)) {
      take(text.slice(from, end));
      yield finish();
      from = end + 1;
    }
    take(text.slice(from));
  }
  take(decoder.end());
  if (length > 0) yield finish();
}

/** Without the carriage return of a CRLF, and without a byte-order mark at the start of the stream. */
function tidy(text: string, isFirst: boolean): string {
  const plain = isFirst && text.startsWith('\ufeff') ? text.slice(1) : text;
  return plain.endsWith('\r') ? plain.slice(0, -1) : plain;
}
