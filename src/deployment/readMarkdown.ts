import { MappedText, type Span } from '../syntax/mappedText';

/** A fenced block of code. */
export interface FencedBlock {
  readonly language: string;
  readonly span: Span;
}

const FENCE = /^([ \t>]*)(`{3,}|~{3,})[ \t]*([^\s`]*)[^\n]*$/;

/** The fenced code blocks of a Markdown text. */
export function fencedBlocks(text: string): FencedBlock[] {
  const blocks: FencedBlock[] = [];
  let open: { fence: string; language: string; start: number } | null = null;
  for (let at = 0; at < text.length;) {
    const newline = text.indexOf('\n', at);
    const end = newline === -1 ? text.length : newline;
    const match = FENCE.exec(text.slice(at, Math.min(end, at + 400)).replace(/\r$/, ''));
    const fence = match?.[2];
    if (open === null && fence !== undefined) {
      open = { fence, language: (match?.[3] ?? '').toLowerCase(), start: end + 1 };
    } else if (open !== null && fence?.startsWith(open.fence) === true && match?.[3] === '') {
      blocks.push({ language: open.language, span: { start: Math.min(open.start, at), end: at } });
      open = null;
    }
    at = end + 1;
  }
  return blocks;
}

/** The block's code with the way back to the source. */
export function blockText(text: string, block: FencedBlock): MappedText {
  return MappedText.of(text, block.span);
}
