import { isObject } from '../config';
import { quoted, ReadFailure } from '../readFailure';
import { MAX_HEADER_ENTRY, MAX_TENSORS } from './fileLimits';

/** Entries are parsed together until their text has this many bytes: some milliseconds of work. */
const BATCH_BYTES = 128 * 1024;

/** An entry is an object that holds two lists; deeper nesting is no header. */
const MAX_DEPTH = 8;

const SPACE = 0x20;
const QUOTE = 0x22;
const COMMA = 0x2c;
const OPEN_BRACKET = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

/**
 * Takes a safetensors header in pieces as they are read and hands its entries on in batches, so that a header of 100 MB
 * is never held as one string and nothing waits for all of it. Throws ReadFailure for what is no JSON object.
 */
export class SafetensorsHeader {
  metadata: Readonly<Record<string, unknown>> = {};
  /** What was passed over, in a sentence. */
  readonly remarks: string[] = [];
  private readonly names = new Set<string>();
  /** Read and not parsed yet; of it the entries up to `whole` are complete. */
  private kept: Uint8Array = new Uint8Array(0);
  private whole = 0;
  private depth = 0;
  private inString = false;
  private escaped = false;
  private closed = false;
  private passingOver = false;

  constructor(private readonly entry: (name: string, value: unknown) => void) {}

  /** The next piece, in order. */
  take(piece: Uint8Array): void {
    const bytes = joined(this.kept, piece);
    let from = 0;
    for (let at = this.kept.length; at < bytes.length; at += 1) {
      if (!this.endsEntry(bytes[at] ?? 0)) continue;
      if (this.depth === 1 && !this.passingOver && at - from < BATCH_BYTES) {
        this.whole = at + 1 - from;
        continue;
      }
      if (!this.passingOver) this.parse(bytes.subarray(from, at));
      this.passingOver = false;
      this.whole = 0;
      from = at + 1;
    }
    this.kept = this.passingOver ? new Uint8Array(0) : bytes.slice(from);
    if (this.kept.length > MAX_HEADER_ENTRY) this.passOver();
  }

  /** To be called after the last piece. */
  finish(): void {
    if (!this.closed) throw noObject('it does not end');
  }

  /** Follows the text byte by byte; true at what ends an entry: a comma of the outer object, or its closing brace. */
  private endsEntry(code: number): boolean {
    if (this.inString) {
      if (this.escaped) this.escaped = false;
      else if (code === BACKSLASH) this.escaped = true;
      else if (code === QUOTE) this.inString = false;
      return false;
    }
    if (this.depth === 0) {
      if (code <= SPACE) return false;
      if (code !== OPEN_BRACE || this.closed) throw noObject();
      this.depth = 1;
      return false;
    }
    if (code === QUOTE) this.inString = true;
    else if (code === OPEN_BRACE || code === OPEN_BRACKET) this.depth += 1;
    else if (code === CLOSE_BRACE || code === CLOSE_BRACKET) this.depth -= 1;
    else return code === COMMA && this.depth === 1;
    if (this.depth > MAX_DEPTH) throw noObject(`it nests deeper than ${String(MAX_DEPTH)} levels`);
    this.closed = this.depth === 0;
    return this.closed;
  }

  private parse(text: Uint8Array): void {
    // What opens the object is kept with its first entry.
    const inner = new TextDecoder().decode(text).replace(/^\s*\{/, '');
    let value: unknown;
    try {
      value = JSON.parse(`{${inner}}`);
    } catch (fault) {
      throw noObject(fault instanceof Error ? fault.message : undefined);
    }
    if (!isObject(value)) throw noObject();
    for (const [name, each] of Object.entries(value)) {
      if (name === '__metadata__') {
        if (isObject(each)) this.metadata = each;
        continue;
      }
      if (this.names.has(name))
        throw new ReadFailure('contradiction', `The header lists ${quoted(name)} twice.`);
      this.names.add(name);
      if (this.names.size > MAX_TENSORS)
        throw new ReadFailure('too-large', `More than ${String(MAX_TENSORS)} tensors: that is not read.`);
      this.entry(name, each);
    }
  }

  /** An entry that goes on and on: whatever is written about training may, a tensor may not. */
  private passOver(): void {
    if (this.whole > 0) this.parse(this.kept.subarray(0, this.whole - 1));
    const rest = this.kept.subarray(this.whole);
    const start = new TextDecoder().decode(rest.subarray(0, 64)).replace(/^\s*\{?\s*/, '');
    const most = `${String(MAX_HEADER_ENTRY / 1024 / 1024)} MB`;
    if (!start.startsWith('"__metadata__"'))
      throw new ReadFailure('too-large', `An entry of the header is longer than ${most}.`);
    this.remarks.push(`What the header says beside its tensors is longer than ${most} and is not shown.`);
    this.kept = new Uint8Array(0);
    this.whole = 0;
    this.passingOver = true;
  }
}

function noObject(why?: string): ReadFailure {
  return new ReadFailure(
    'not-a-model',
    `The header is no JSON object${why === undefined ? '' : `: ${quoted(why)}`}.`,
  );
}

function joined(first: Uint8Array, second: Uint8Array): Uint8Array {
  if (first.length === 0) return second;
  const bytes = new Uint8Array(first.length + second.length);
  bytes.set(first);
  bytes.set(second, first.length);
  return bytes;
}
