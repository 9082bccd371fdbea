import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

/** Random access to bytes of a file or of memory, in small pieces. */
export interface ByteSource {
  readonly size: number;
  /** Up to `length` bytes from `offset`; fewer at the end. */
  read(offset: number, length: number): Uint8Array;
}

/** Bytes read ahead at once: headers are walked in steps of a few bytes. */
const PAGE = 64 * 1024;

export function memorySource(bytes: Uint8Array): ByteSource {
  return {
    size: bytes.length,
    read: (offset, length) =>
      bytes.subarray(Math.min(offset, bytes.length), Math.min(offset + length, bytes.length)),
  };
}

/** Runs `use` on an open file and closes it, whatever happens. Throws what the file system throws. */
export function withFile<T>(path: string, use: (source: ByteSource) => T): T {
  const descriptor = openSync(path, 'r');
  try {
    return use(new PagedFile(descriptor, fstatSync(descriptor).size));
  } finally {
    closeSync(descriptor);
  }
}

class PagedFile implements ByteSource {
  private page = new Uint8Array(0);
  private pageStart = 0;

  constructor(
    private readonly descriptor: number,
    readonly size: number,
  ) {}

  read(offset: number, length: number): Uint8Array {
    const wanted = Math.max(0, Math.min(length, this.size - offset));
    const inPage = offset >= this.pageStart && offset + wanted <= this.pageStart + this.page.length;
    if (!inPage) this.load(offset, Math.max(wanted, PAGE));
    const start = offset - this.pageStart;
    return this.page.subarray(start, Math.min(start + wanted, this.page.length));
  }

  private load(offset: number, length: number): void {
    const buffer = new Uint8Array(Math.max(0, Math.min(length, this.size - offset)));
    const count = buffer.length === 0 ? 0 : readSync(this.descriptor, buffer, 0, buffer.length, offset);
    this.page = buffer.subarray(0, count);
    this.pageStart = offset;
  }
}
