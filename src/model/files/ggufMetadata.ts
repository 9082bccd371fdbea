/** Looks a key of the file's own architecture up: `attention.head_count` for `llama.attention.head_count`. */
export type MetadataKey = (suffix: string) => unknown;

/** A whole number as GGUF headers hold it, 64-bit ones too; undefined for anything else. */
export function metadataNumber(value: unknown): number | undefined {
  const plain = typeof value === 'bigint' ? Number(value) : value;
  return typeof plain === 'number' && Number.isSafeInteger(plain) && plain >= 0 ? plain : undefined;
}
