/** No device, driver or cloud writes a longer name; the rest is somebody's file read by mistake. */
const MAX_NAME = 200;

/** Words that tell no device from another. */
const NOISE =
  /\b(nvidia|amd|ati|intel|apple|google|qualcomm|habana|geforce|quadro|tesla|instinct|radeon|corporation|inc|graphics|gpus?|cpu|processor|accelerator|tensor core|generation|edition|shared|cloud|device|macbook (?:pro|air)|mac (?:studio|mini|pro)|imac)\b/g;

const SIZE =
  /(?<![\d.])(?:\d{1,4} ?gi?b|\d{2,3} ?g)\b(?: *(?:hbm\w*|gddr\w*|lpddr\w*|unified|memory|ram|vram))?/;

/** Lower case, one kind of letter, trademark signs and SageMaker's "ml." gone, cut to what a name can be. */
export function tidyName(name: string): string {
  return name
    .slice(0, MAX_NAME)
    .normalize('NFKC')
    .toLowerCase()
    .replace(/\((r|tm|c)\)|[®™©]/g, '')
    .trim()
    .replace(/^ml\.(?=[a-z])/, '');
}

/** Names are compared by letters and digits alone. */
export function nameKey(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]+/g, '');
}

/**
 * A tidy name without the words that tell no device from another: vendors, series, "GPU", what /proc/cpuinfo adds
 * ("12th Gen", "16-Core Processor"), the "core" of "40-core".
 */
export function plainWords(name: string): string {
  return name
    .replace(/[_\-/,]+/g, ' ')
    .replace(/\b\d+(?:st|nd|rd|th) gen\b|\b\d+ core processor\b/g, ' ')
    .replace(/(\d+) cores?\b/g, '$1')
    .replace(NOISE, ' ');
}

/** A tidy name without its series: "4090", "7900 xtx", as people write in a hurry. */
export function withoutSeries(name: string): string {
  return name.replace(/\b(?:rtx|gtx|rx|arc)(?=\b|\d)/g, ' ');
}

/** A tidy name without what stands in brackets or after "@": form factors, remarks, clocks. */
export function withoutRemarks(name: string): string {
  return name.replace(/\([^)]*\)|@.*$/g, ' ');
}

/** The memory that a tidy name states, in gigabytes as people write them; null where it states none. */
export function statedGigabytes(name: string): number | null {
  const match = SIZE.exec(name);
  return match ? Number.parseInt(match[0], 10) : null;
}

export function withoutSize(name: string): string {
  return name.replace(SIZE, ' ');
}

/** "8x H100", "8 × H100", "8 H100", "H100:8", "H100 x8": each way to read a tidy name as a number of devices and the rest. */
export function countedNames(name: string): { count: number; rest: string }[] {
  const before = /^(\d{1,4})(?: ?[x×*] ?| +)(.+)$/.exec(name);
  const after = /^(.+?)(?: ?[:×*] ?| +x ?|x)(\d{1,4})$/.exec(name);
  return [
    { count: Number(before?.[1] ?? 0), rest: before?.[2] ?? '' },
    { count: Number(after?.[2] ?? 0), rest: after?.[1] ?? '' },
  ]
    .map(({ count, rest }) => ({ count, rest: rest.trim() }))
    .filter(({ count, rest }) => count > 0 && rest !== '');
}

/** Letter pairs of a key, for likeness. */
export function letterPairs(key: string): Set<string> {
  const found = new Set<string>();
  for (let at = 0; at + 1 < key.length; at += 1) found.add(key.slice(at, at + 2));
  return found;
}

/** Sørensen–Dice coefficient of two sets of letter pairs: 1 for the same, 0 for nothing in common. */
export function likeness(a: ReadonlySet<string>, b: ReadonlySet<string>): number {
  if (a.size + b.size === 0) return 0;
  let shared = 0;
  for (const pair of a) if (b.has(pair)) shared += 1;
  return (2 * shared) / (a.size + b.size);
}
