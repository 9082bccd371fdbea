/** Columns that every terminal has. */
export const TERMINAL_WIDTH = 100;

/** Breaks a text at spaces into lines of at most `width` characters; a longer word is cut. Always at least one line. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ').flatMap((whole) => pieces(whole, width))) {
    if (line === '') line = word;
    else if (line.length + 1 + word.length <= width) line += ` ${word}`;
    else {
      lines.push(line);
      line = word;
    }
  }
  return [...lines, line];
}

/** A paragraph after a lead (`warning: `), its further lines set in as far as the lead is long. */
export function paragraph(lead: string, text: string, width = TERMINAL_WIDTH): string[] {
  const [first = '', ...rest] = wrap(text, width - lead.length);
  return [`${lead}${first}`, ...rest.map((line) => `${' '.repeat(lead.length)}${line}`)];
}

function pieces(word: string, width: number): string[] {
  if (word.length <= width) return [word];
  const found: string[] = [];
  for (let from = 0; from < word.length; from += width) found.push(word.slice(from, from + width));
  return found;
}

/** Lines joined for a terminal. Names come from files of strangers: whatever a terminal would obey is taken out. */
export function page(lines: readonly string[]): string {
  return `${lines.map(withoutControls).join('\n')}\n`;
}

function withoutControls(line: string): string {
  let found = '';
  for (const character of line) {
    const code = character.codePointAt(0) ?? 0;
    const isControl =
      (code < 0x20 && code !== 0x0a) ||
      (code >= 0x7f && code < 0xa0) ||
      (code >= 0x202a && code <= 0x202e) ||
      (code >= 0x2066 && code <= 0x2069);
    found += isControl ? '\ufffd' : character;
  }
  return found;
}
