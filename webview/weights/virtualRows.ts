import { html } from '../element';

/** Rows drawn beyond the window's edges, so that a flick of the wheel meets no blank. */
const OVERSCAN = 12;
/** Height of a row in pixels until one has been measured. */
const USUAL_HEIGHT = 26;
/** Rows that a page key moves by, less those of the window that stay in sight. */
const KEPT_IN_SIGHT = 2;

export interface VirtualOptions {
  columns: number;
  /** Makes the row of a line; its index and what it needs for the keyboard are added here. */
  rowOf(index: number): HTMLTableRowElement;
  /** Opens or folds the line, if it can; false where it cannot, or is so already. */
  fold(index: number, open: boolean | 'other'): boolean;
  /** Where the sticky heading ends, in pixels from the window's top. */
  headEnd(): number;
}

/**
 * The body of a plain table that scrolls with the window and holds no more rows than are seen: what is above and below
 * stands for itself as two empty rows of its height. One row is the table's tab stop; arrow keys move it.
 */
export class VirtualRows {
  readonly body = html('tbody');
  private readonly above = spacer();
  private readonly below = spacer();
  private readonly drawn = new Map<number, HTMLTableRowElement>();
  private count = 0;
  private active = 0;
  private height = USUAL_HEIGHT;
  private asked = false;

  constructor(
    private readonly table: HTMLTableElement,
    private readonly options: VirtualOptions,
  ) {
    for (const { firstElementChild } of [this.above, this.below])
      firstElementChild?.setAttribute('colspan', String(options.columns));
    this.body.append(this.above, this.below);
    window.addEventListener('scroll', () => this.soon(), { passive: true });
    window.addEventListener('resize', () => this.soon());
    table.tabIndex = -1;
    table.addEventListener('keydown', (event) => this.key(event));
    this.body.addEventListener('focusin', (event) => {
      const index = this.indexOf(event.target);
      if (index !== null && index !== this.active) {
        this.active = index;
        this.markTabStop();
      }
    });
    this.body.addEventListener('click', (event) => {
      const index = this.indexOf(event.target);
      if (index !== null) this.options.fold(index, 'other');
    });
  }

  /** Other lines, or the same ones changed: all that is drawn is drawn anew. */
  renew(count: number): void {
    const held = this.body.contains(document.activeElement);
    if (held) this.table.focus({ preventScroll: true });
    for (const row of this.drawn.values()) row.remove();
    this.drawn.clear();
    this.count = count;
    this.active = Math.min(this.active, Math.max(0, count - 1));
    this.draw();
    if (held) this.focus(this.active);
  }

  /** Draws at the next frame, however often it is asked for until then. */
  soon(): void {
    if (this.asked) return;
    this.asked = true;
    requestAnimationFrame(() => {
      this.asked = false;
      this.draw();
    });
  }

  private draw(): void {
    const top = this.body.getBoundingClientRect().top;
    const at = (y: number): number => Math.floor((y - top) / this.height);
    const first = clamp(at(0) - OVERSCAN, 0, this.count);
    const end = clamp(at(window.innerHeight) + 1 + OVERSCAN, first, this.count);
    const held = this.indexOf(document.activeElement);
    // The focus would fall to the page and the keyboard lose its place: the table holds it. Before anything is taken away, since
    // moving the focus lays the page out, and a page that is short for a moment scrolls back.
    if (held !== null && (held < first || held >= end)) this.table.focus({ preventScroll: true });
    for (const [index, row] of this.drawn) {
      if (index >= first && index < end) continue;
      row.remove();
      this.drawn.delete(index);
    }
    let next: Element = this.below;
    for (let index = end - 1; index >= first; index -= 1) {
      let row = this.drawn.get(index);
      if (!row) {
        row = this.options.rowOf(index);
        row.dataset['index'] = String(index);
        row.setAttribute('aria-rowindex', String(index + 2));
        row.tabIndex = -1;
        this.drawn.set(index, row);
        this.body.insertBefore(row, next);
      }
      next = row;
    }
    this.above.style.height = `${first * this.height}px`;
    this.below.style.height = `${(this.count - end) * this.height}px`;
    this.above.hidden = first === 0;
    this.below.hidden = end === this.count;
    this.markTabStop();
    this.measure();
  }

  /** Rows are as high as the person's font makes them. */
  private measure(): void {
    const measured = this.drawn.values().next().value?.getBoundingClientRect().height ?? 0;
    if (measured < 8 || Math.abs(measured - this.height) < 0.01) return;
    this.height = measured;
    this.soon();
  }

  private markTabStop(): void {
    const stop = this.drawn.has(this.active) ? this.active : this.firstInSight();
    for (const [index, row] of this.drawn) row.tabIndex = index === stop ? 0 : -1;
  }

  private firstInSight(): number {
    const top = this.body.getBoundingClientRect().top;
    return clamp(Math.ceil((this.options.headEnd() - top) / this.height), 0, Math.max(0, this.count - 1));
  }

  private key(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const inBody = this.indexOf(event.target) !== null || event.target === this.table;
    if (!inBody || this.count === 0) return;
    const page = Math.max(
      1,
      Math.floor((window.innerHeight - this.options.headEnd()) / this.height) - KEPT_IN_SIGHT,
    );
    const moves: Readonly<Record<string, number>> = {
      ArrowDown: this.active + 1,
      ArrowUp: this.active - 1,
      PageDown: this.active + page,
      PageUp: this.active - page,
      Home: 0,
      End: this.count - 1,
    };
    const to = moves[event.key];
    if (to !== undefined) this.focus(clamp(to, 0, this.count - 1));
    else if (event.key === 'ArrowRight') this.options.fold(this.active, true);
    else if (event.key === 'ArrowLeft') this.options.fold(this.active, false);
    else if (event.key === 'Enter' || event.key === ' ') this.options.fold(this.active, 'other');
    else return;
    event.preventDefault();
  }

  /** Moves the focus to a line, scrolling no further than it takes to see it whole. */
  focus(index: number): void {
    this.active = index;
    const top = this.body.getBoundingClientRect().top + index * this.height;
    const head = this.options.headEnd();
    if (top < head) window.scrollBy(0, top - head);
    else if (top + this.height > window.innerHeight)
      window.scrollBy(0, top + this.height - window.innerHeight);
    this.draw();
    this.drawn.get(index)?.focus({ preventScroll: true });
  }

  private indexOf(target: EventTarget | null): number | null {
    if (!(target instanceof Element)) return null;
    const index = target.closest<HTMLElement>('tr[data-index]')?.dataset['index'];
    return index === undefined ? null : Number(index);
  }
}

function spacer(): HTMLTableRowElement {
  return html('tr', { class: 'spacer', 'aria-hidden': 'true' }, html('td'));
}

function clamp(value: number, least: number, most: number): number {
  return Math.min(most, Math.max(least, value));
}
