/**
 * What comes before and after the bundled `guesslang` model: text → ids of byte pairs, probabilities → named languages.
 * The original graph (guesslang's TensorFlow estimator, as @vscode/vscode-languagedetection 1.0.23 carries it) does the
 * same inside with string operators that ONNX Runtime has none of: StringSplit into bytes, StringNGrams of width 2 joined by
 * a space, the first 10,000 of them, StringToHashBucketFast into 5,000 buckets (FarmHash's 64-bit fingerprint).
 */

/** Buckets of the hash: rows of the model's two tables. */
export const BUCKETS = 5000;

/** Pairs past these are not looked at (the slice in the original graph). */
export const MAX_PAIRS = 10_000;

/** With less text than this the original package gives no answer (its `DEFAULT_MIN_CONTENT_SIZE`), nor do we. */
export const MIN_CHARACTERS = 20;

const MASK = 0xffff_ffff_ffff_ffffn;
const K0 = 0xc3a5_c85c_97cb_3127n;
const K2 = 0x9ae1_6a3b_2f90_404fn;

/** FarmHash's ShiftMix. */
const fold = (value: bigint): bigint => value ^ (value >> 47n);

/**
 * FarmHash's Fingerprint64 of at most seven bytes: the two shortest branches of `farmhashna::HashLen0to16`.
 * Source: google/farmhash, src/farmhash.cc (the constants k0 and k2 too). Longer input is a RangeError.
 */
export function fingerprintOfShort(bytes: Uint8Array): bigint {
  const length = bytes.length;
  if (length > 7) throw new RangeError(`fingerprintOfShort takes at most 7 bytes, not ${length}`);
  if (length >= 4) {
    const view = new DataView(bytes.buffer, bytes.byteOffset, length);
    const factor = (K2 + 2n * BigInt(length)) & MASK;
    const start = BigInt(length) + (BigInt(view.getUint32(0, true)) << 3n);
    const end = BigInt(view.getUint32(length - 4, true));
    const half = fold(((start ^ end) * factor) & MASK);
    return (fold(((end ^ half) * factor) & MASK) * factor) & MASK;
  }
  const first = bytes[0];
  if (first === undefined) return K2;
  const y = BigInt(first + ((bytes[length >> 1] ?? 0) << 8));
  const z = BigInt(length + ((bytes[length - 1] ?? 0) << 2));
  return (fold(((y * K2) & MASK) ^ ((z * K0) & MASK)) * K2) & MASK;
}

/** One past ASCII: the class of every byte that is not. */
const OTHER = 128;
const UNKNOWN = 0xffff;
let buckets: Uint16Array | undefined;

/**
 * The bucket of the pair "a b", computed once each: big integers are slow and there are few pairs. The original package
 * passes its pairs through a UTF-8 decoder, in which every lone byte past ASCII becomes U+FFFD; so they all count as one here.
 */
function bucketOf(a: number, b: number): number {
  buckets ??= new Uint16Array((OTHER + 1) ** 2).fill(UNKNOWN);
  const at = Math.min(a, OTHER) * (OTHER + 1) + Math.min(b, OTHER);
  const known = buckets[at] ?? UNKNOWN;
  if (known !== UNKNOWN) return known;
  const letters = [a, 0x20, b].map((byte) => (byte < OTHER ? String.fromCharCode(byte) : '\uFFFD'));
  const bucket = Number(fingerprintOfShort(new TextEncoder().encode(letters.join(''))) % BigInt(BUCKETS));
  buckets[at] = bucket;
  return bucket;
}

/** The model's input for a text: one id for each two neighbouring bytes of its UTF-8, in [0, 5000), at most 10,000. */
export function languageIds(text: string): BigInt64Array {
  // A character takes at least one byte, so what lies past this cannot be reached.
  const bytes = new TextEncoder().encode(text.slice(0, 2 * (MAX_PAIRS + 1)).replaceAll('\r\n', '\n'));
  const count = Math.max(0, Math.min(bytes.length - 1, MAX_PAIRS));
  return BigInt64Array.from({ length: count }, (_, index) =>
    BigInt(bucketOf(bytes[index] ?? 0, bytes[index + 1] ?? 0)),
  );
}
