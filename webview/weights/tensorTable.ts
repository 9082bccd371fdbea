import { formatBytes, formatCount, formatInteger } from '../../src/units/format';
import { html } from '../element';
import type { Tensor } from './tensor';
import { tensorFilter } from './tensorFilter';
import { layerLines, plainLines, sorted, sumOf } from './tensorLines';
import type { Column, Line, Order, Sum } from './tensorLines';
import { VirtualRows } from './virtualRows';

const COLUMNS: readonly { title: string; sorts: Column | null }[] = [
  { title: 'Name', sorts: 'name' },
  { title: 'Type', sorts: 'type' },
  { title: 'Shape', sorts: null },
  { title: 'Elements', sorts: 'elements' },
  { title: 'Bytes', sorts: 'bytes' },
];

/** How the table is looked at; kept while the page is hidden. */
export interface TableView {
  filter: string;
  order: Order;
  byLayer: boolean;
  folded: readonly string[];
}

export interface TableListener {
  /** The person folded a layer or changed the order. */
  changed(view: Partial<TableView>): void;
  /** What is shown adds up to this. */
  summed(sum: Sum): void;
}

/** The tensors as a table: filtered, in order, under their layers, and never more rows of it than are seen. */
export class TensorTable {
  readonly element = html('table', { class: 'tensors', 'aria-label': 'Tensors' });
  private readonly heads: HTMLTableCellElement[] = [];
  private readonly rows: VirtualRows;
  private tensors: readonly Tensor[] = [];
  private ordered: { of: readonly Tensor[]; order: Order; tensors: Tensor[] } | null = null;
  private shown: readonly Tensor[] = [];
  private lines: Line[] = [];
  private view: TableView = {
    filter: '',
    order: { column: 'name', descending: false },
    byLayer: true,
    folded: [],
  };

  constructor(private readonly listener: TableListener) {
    const head = html('tr', { 'aria-rowindex': 1 });
    for (const { title, sorts } of COLUMNS) {
      const cell = html('th', { scope: 'col', class: `column-${title.toLowerCase()}` });
      if (sorts === null) cell.append(title);
      else cell.append(this.sorter(title, sorts));
      this.heads.push(cell);
      head.append(cell);
    }
    this.rows = new VirtualRows(this.element, {
      columns: COLUMNS.length,
      rowOf: (index) => this.rowOf(index),
      fold: (index, open) => this.fold(index, open),
      headEnd: () => this.headEnd(),
    });
    this.element.append(html('thead', {}, head), this.rows.body);
  }

  show(tensors: readonly Tensor[], view: TableView): void {
    this.tensors = tensors;
    this.view = view;
    this.arrange();
  }

  /** Names of all layers that are shown. */
  stacks(): string[] {
    return [...new Set(this.shown.map(({ row }) => row.stack))];
  }

  /** Where things above the table have moved it. */
  moved(): void {
    this.rows.soon();
  }

  /** Where the heading ends in the window; its cells stay in sight, the heading itself does not. */
  headEnd(): number {
    return this.heads[0]?.getBoundingClientRect().bottom ?? 0;
  }

  private arrange(): void {
    const { order, filter, byLayer, folded } = this.view;
    if (
      this.ordered?.of !== this.tensors ||
      this.ordered.order.column !== order.column ||
      this.ordered.order.descending !== order.descending
    )
      this.ordered = { of: this.tensors, order, tensors: sorted(this.tensors, order) };
    this.shown = this.ordered.tensors.filter(tensorFilter(filter));
    this.lines = byLayer ? layerLines(this.shown, order, new Set(folded)) : plainLines(this.shown);
    this.element.setAttribute('role', byLayer ? 'treegrid' : 'grid');
    this.element.setAttribute('aria-rowcount', String(this.lines.length + 1));
    this.heads.forEach((cell, index) => {
      const sorts = COLUMNS[index]?.sorts ?? null;
      if (sorts === null) return;
      const state = sorts !== order.column ? 'none' : order.descending ? 'descending' : 'ascending';
      cell.setAttribute('aria-sort', state);
    });
    this.rows.renew(this.lines.length);
    this.listener.summed(sumOf(this.shown));
  }

  private sorter(title: string, column: Column): HTMLButtonElement {
    const button = html('button', { type: 'button', class: 'sorter', 'data-focus': `sort-${column}` }, title);
    button.addEventListener('click', () => {
      const { order } = this.view;
      // Sizes are looked for from the largest, names from the first.
      const first = column === 'elements' || column === 'bytes';
      const descending = order.column === column ? !order.descending : first;
      this.listener.changed({ order: { column, descending } });
    });
    return button;
  }

  private fold(index: number, open: boolean | 'other'): boolean {
    const line = this.lines[index];
    if (line === undefined) return false;
    if (line.kind === 'tensor') {
      if (open !== false || !line.nested) return false;
      // Left, on a tensor: to its layer.
      this.rows.focus(this.lines.findLastIndex((each, at) => at < index && each.kind === 'layer'));
      return true;
    }
    const wanted = open === 'other' ? !line.open : open;
    if (wanted === line.open) return false;
    const others = this.view.folded.filter((stack) => stack !== line.stack);
    this.listener.changed({ folded: wanted ? others : [...others, line.stack] });
    return true;
  }

  private rowOf(index: number): HTMLTableRowElement {
    const line = this.lines[index];
    if (line === undefined) return html('tr');
    return line.kind === 'layer' ? layerRow(line) : tensorRow(line.tensor, line.nested);
  }
}

function layerRow({ stack, open, sum }: Extract<Line, { kind: 'layer' }>): HTMLTableRowElement {
  const name = html(
    'td',
    { class: 'name' },
    html('span', { class: 'twistie', 'aria-hidden': 'true' }),
    html('span', { class: 'stack', title: stack }, stack === '' ? 'outside layers' : stack),
    html(
      'span',
      { class: 'how-many' },
      ` ${formatInteger(sum.tensors)} ${sum.tensors === 1 ? 'tensor' : 'tensors'}`,
    ),
  );
  return html(
    'tr',
    { class: `layer${open ? ' open' : ''}`, 'aria-level': 1, 'aria-expanded': open ? 'true' : 'false' },
    name,
    html('td'),
    html('td', { class: 'shape' }),
    html('td', { class: 'number elements' }, formatCount(sum.elements)),
    html('td', { class: 'number' }, sizeInWords(sum)),
  );
}

function tensorRow({ row, elements }: Tensor, nested: boolean): HTMLTableRowElement {
  const short = nested && row.stack !== '' ? row.name.slice(row.stack.length + 1) : row.name;
  return html(
    'tr',
    { class: nested ? 'nested' : null, 'aria-level': nested ? 2 : null },
    html('td', { class: 'name code', title: row.name }, short === '' ? row.name : short),
    html('td', { title: row.type }, row.type),
    html('td', { class: 'shape', title: shapeInWords(row.shape) }, shapeInWords(row.shape)),
    html('td', { class: 'number elements' }, formatInteger(elements)),
    html('td', { class: 'number' }, row.bytes === null ? 'not known' : formatBytes(row.bytes)),
  );
}

function shapeInWords(shape: readonly number[]): string {
  return shape.length === 0 ? 'scalar' : shape.join(' × ');
}

/** "4.92 GB", and how much of it is not known. */
export function sizeInWords({ bytes, unknown }: Sum): string {
  return unknown === 0 ? formatBytes(bytes) : `${formatBytes(bytes)} + ${formatInteger(unknown)} not known`;
}
