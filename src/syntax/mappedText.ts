import type { LineIndex, Position, Range } from './range';

/** Turns offsets of a text into places in a file. */
export interface Places {
  range(offset: number, length: number): Range;
  position(offset: number): Position;
}

/** A stretch of a source text, in UTF-16 code units: from `start` up to, not including, `end`. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** `length` characters of a put-together text that stand for `sourceLength` characters of the source from `source` on. */
interface Piece {
  readonly at: number;
  readonly length: number;
  readonly source: number;
  readonly sourceLength: number;
}

/**
 * A text put together from stretches of a source: a folded YAML scalar, a Python string with escapes, a Dockerfile line with
 * continuations. It knows where in the source each of its characters came from, so that what a second grammar finds in it
 * can be shown, and changed, in the source.
 */
export class MappedText {
  private constructor(
    readonly text: string,
    private readonly pieces: readonly Piece[],
  ) {}

  /** The stretch of `source` as it stands. */
  static of(source: string, span: Span = { start: 0, end: source.length }): MappedText {
    const text = source.slice(span.start, span.end);
    return new MappedText(text, [
      { at: 0, length: text.length, source: span.start, sourceLength: text.length },
    ]);
  }

  /** `text` that stands for a stretch of the source as a whole: an escape, a computed string. */
  static standingFor(text: string, span: Span): MappedText {
    return new MappedText(text, [
      { at: 0, length: text.length, source: span.start, sourceLength: span.end - span.start },
    ]);
  }

  static join(parts: readonly MappedText[]): MappedText {
    const pieces: Piece[] = [];
    let text = '';
    for (const part of parts) {
      for (const piece of part.pieces) pieces.push({ ...piece, at: piece.at + text.length });
      text += part.text;
    }
    return new MappedText(text, pieces);
  }

  slice(start: number, end: number): MappedText {
    const pieces: Piece[] = [];
    for (const piece of this.pieces) {
      const from = Math.max(start, piece.at);
      const to = Math.min(end, piece.at + piece.length);
      if (to <= from) continue;
      const exact = piece.length === piece.sourceLength;
      pieces.push({
        at: from - start,
        length: to - from,
        source: exact ? piece.source + (from - piece.at) : piece.source,
        sourceLength: exact ? to - from : piece.sourceLength,
      });
    }
    const first = this.pieces[0];
    if (pieces.length === 0 && first !== undefined) {
      pieces.push({
        at: 0,
        length: 0,
        source: this.sourceSpan({ start, end: start }).start,
        sourceLength: 0,
      });
    }
    return new MappedText(this.text.slice(start, end), pieces);
  }

  /** Where in the source a stretch of this text stands. */
  sourceSpan(span: Span): Span {
    const first = this.pieceAt(span.start);
    if (first === undefined) return { start: 0, end: 0 };
    const start = first.length === first.sourceLength ? first.source + (span.start - first.at) : first.source;
    if (span.end <= span.start) return { start, end: start };
    const last = this.pieceAt(span.end - 1) ?? first;
    const end =
      last.length === last.sourceLength
        ? last.source + (span.end - last.at)
        : last.source + last.sourceLength;
    return { start, end: Math.max(start, end) };
  }

  private pieceAt(offset: number): Piece | undefined {
    let low = 0;
    let high = this.pieces.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.pieces[middle]?.at ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return this.pieces[low];
  }
}

/** Places in the file of a text that was put together from it: Python in a YAML scalar. */
export class MappedPlaces implements Places {
  constructor(
    private readonly mapped: MappedText,
    private readonly lines: LineIndex | Places,
  ) {}

  range(offset: number, length: number): Range {
    const span = this.mapped.sourceSpan({ start: offset, end: offset + length });
    return this.lines.range(span.start, span.end - span.start);
  }

  /** The place after the character before `offset`. */
  position(offset: number): Position {
    return this.lines.position(this.mapped.sourceSpan({ start: Math.max(0, offset - 1), end: offset }).end);
  }
}
