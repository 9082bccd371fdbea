const NAMES: Readonly<Record<string, string>> = { feedForward: 'feed-forward' };

/** A part as people say it; the filter understands it so, too. */
export function partName(part: string): string {
  return NAMES[part] ?? part;
}

/** Every part has one hue, whatever its share. */
export function hueOfPart(part: string): string {
  return `part-${part}`;
}
