/** Characters that are looked at: what a file is shows at its front. */
const LOOKED_AT = 4096;

const LFS =
  'This is a Git LFS pointer, a few lines that stand for the file; the file itself is fetched with “git lfs pull”.';
const ERROR_ANSWER = 'This is an error message saved in place of the file; download it again.';
const PAGE =
  'This is a web page, most likely an error or a sign-in page saved in place of the file; download it again.';

/** Eight bytes of length, then JSON. */
const SAFETENSORS = /^[^]{8}\s*\{/;

const MARKUP = /^<(?:!doctype|html|\?xml|head|body)/i;

/** What the hub answers in place of a file that is gated, private or not there. */
const ANSWER =
  /^(?:Entry not found|Invalid username or password|Access to model .{1,200} is restricted|Repository not found)/i;

/** Characters that could not be decoded: a stray one may stand in a description, a few are no text. */
const MAX_BROKEN = 8;

/** What a file is instead of what it should be. */
export interface Strange {
  message: string;
  /** Where that shows, counted from 1. */
  line: number;
}

/** What a text that should be JSON is instead, in a sentence; null where it looks like JSON, broken or not. */
export function inPlaceOfJson(text: string): Strange | null {
  const conflict = conflictLine(text);
  if (conflict !== null)
    return {
      message: 'The file holds an unresolved merge conflict: keep one side and delete the markers.',
      line: conflict,
    };
  const message = otherFormat(text);
  return message === null ? null : { message, line: 1 };
}

function otherFormat(text: string): string | null {
  const front = text.slice(0, LOOKED_AT).replace(/^\ufeff/, '');
  const start = front.trimStart();
  if (start === '' && text.trim() === '') return 'The file is empty.';
  if (start.startsWith('version https://git-lfs')) return LFS;
  const nulls = front.split('\u0000').length - 1;
  // Every other byte of plain text in UTF-16 is zero.
  if (nulls > front.length / 3 && /[{"]/.test(front)) return 'The text is in UTF-16; save it as UTF-8.';
  // NUL stands in no text; the replacement character stands for bytes that are no UTF-8.
  if (nulls > 0 || (front.match(/\ufffd/g)?.length ?? 0) > MAX_BROKEN)
    return `${binaryName(front) ?? 'This is binary data'}, not text: a configuration is a JSON file.`;
  if (MARKUP.test(start)) return PAGE;
  if (ANSWER.test(start)) return ERROR_ANSWER;
  if (!/^(?:[[{"/-]|\d|true|false|null|NaN|Infinity)/.test(start))
    return 'This is no JSON: a configuration begins with “{”.';
  return null;
}

/** What a file that should hold weights is instead, by its first bytes; null where nothing is known of them. */
export function inPlaceOfWeights(bytes: Uint8Array): string | null {
  if (bytes.length === 0) return 'The file is empty.';
  const front = new TextDecoder('latin1').decode(bytes.subarray(0, LOOKED_AT));
  const start = front.trimStart();
  if (start.startsWith('version https://git-lfs')) return LFS;
  if (MARKUP.test(start)) return PAGE;
  if (ANSWER.test(start)) return ERROR_ANSWER;
  if (front.replaceAll('\u0000', '') === '')
    return 'The file begins with nothing but zeros, as a download that was broken off leaves it.';
  // The length of a safetensors header may look like anything: its JSON comes first.
  const name = SAFETENSORS.test(front) ? null : binaryName(front);
  return name === null ? null : `${name}, whatever its name says.`;
}

/** The line of the first conflict marker, counted from 1: seven of them at the start of a line, as git writes. */
function conflictLine(text: string): number | null {
  const start = `\n${text}`.indexOf('\n<<<<<<< ');
  if (start < 0) return null;
  if (!text.includes('\n=======', start)) return null;
  return text.slice(0, start + 1).split('\n').length;
}

/** Formats by their first bytes. */
function binaryName(front: string): string | null {
  if (front.startsWith('GGUF')) return 'This is a GGUF file';
  if (front.startsWith('PK\u0003\u0004')) return 'This is a zip archive, as PyTorch saves pickled weights';
  if (front.startsWith('\u0080') && front.charCodeAt(1) <= 5) return 'This is a Python pickle';
  if (front.startsWith('\u0089HDF')) return 'This is an HDF5 file';
  if (front.startsWith('\u001f\u008b')) return 'This is a gzip archive';
  if (SAFETENSORS.test(front)) return 'These are safetensors weights';
  return null;
}
