import type { Page } from 'playwright-core';

/** A point of the page, in CSS pixels. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

/**
 * Middle of the first visible occurrence of a text in the active editor, undefined when no visible line shows it.
 * The editor draws a line as several spans with no-break spaces, so the text is looked up in the line as a whole.
 */
export function positionOfText(page: Page, text: string): Promise<Point | undefined> {
  return page
    .locator('.editor-group-container.active .editor-instance .view-line')
    .evaluateAll((lines, wanted) => {
      for (const line of lines) {
        const start = (line.textContent ?? '').replaceAll('\u00a0', ' ').indexOf(wanted);
        if (start < 0) continue;
        const end = start + wanted.length;
        const range = line.ownerDocument.createRange();
        const walker = line.ownerDocument.createTreeWalker(line, 4 /* text nodes */);
        let from = 0;
        for (let node = walker.nextNode(); node !== null && from < end; node = walker.nextNode()) {
          const to = from + (node.textContent?.length ?? 0);
          if (from <= start && start < to) range.setStart(node, start - from);
          if (from < end && end <= to) range.setEnd(node, end - from);
          from = to;
        }
        const box = range.getBoundingClientRect();
        return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
      }
      return undefined;
    }, text);
}
