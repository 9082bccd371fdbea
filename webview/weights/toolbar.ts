import { html, linkButton } from '../element';
import type { TableView } from './tensorTable';

interface ValueElement extends HTMLElement {
  value: string;
}
interface CheckedElement extends HTMLElement {
  checked: boolean;
}

export interface ToolbarListener {
  filter(text: string): void;
  byLayer(yes: boolean): void;
  foldAll(yes: boolean): void;
}

/** What stands above the table and stays in sight: the filter, the grouping, and what is shown in sum. */
export class Toolbar {
  readonly element: HTMLElement;
  private readonly filter = html('vscode-text-field' as 'div', {
    id: 'filter',
    class: 'filter',
    placeholder: 'Filter: attn layer:12 type:f16 part:norms',
    'aria-label': 'Filter tensors by name, layer:12, type:f16 or part:norms',
  }) as HTMLElement as ValueElement;
  private readonly byLayer = html(
    'vscode-checkbox' as 'div',
    { id: 'by-layer' },
    'by layer',
  ) as HTMLElement as CheckedElement;
  private readonly fold = linkButton('Fold all', () => this.listener.foldAll(true));
  private readonly unfold = linkButton('Unfold all', () => this.listener.foldAll(false));
  private readonly sum = html('p', { class: 'muted sum', role: 'status' });

  constructor(private readonly listener: ToolbarListener) {
    this.filter.addEventListener('input', () => this.listener.filter(this.filter.value));
    this.byLayer.addEventListener('change', () => this.listener.byLayer(this.byLayer.checked));
    this.element = html(
      'div',
      { class: 'toolbar' },
      html('h2', {}, 'Tensors'),
      this.filter,
      this.byLayer,
      this.fold,
      this.unfold,
      this.sum,
    );
  }

  show({ filter, byLayer, folded }: TableView): void {
    if (this.filter.value !== filter) this.filter.value = filter;
    if (this.byLayer.checked !== byLayer) this.byLayer.checked = byLayer;
    this.fold.hidden = !byLayer;
    this.unfold.hidden = !byLayer || folded.length === 0;
  }

  say(text: string): void {
    this.sum.textContent = text;
  }

  focus(): void {
    this.filter.focus();
  }
}
