import { html } from '../element';

interface DropdownElement extends HTMLElement {
  value: string;
}

/** A labelled `vscode-dropdown` of named choices. */
export class Dropdown {
  readonly element: HTMLElement;
  private readonly dropdown: DropdownElement;
  private listed = '';

  constructor(id: string, name: string, onChange: (value: string) => void) {
    this.dropdown = html('vscode-dropdown' as 'div', {
      id,
      'aria-label': name,
      class: 'dropdown',
    }) as HTMLElement as DropdownElement;
    this.dropdown.addEventListener('change', () => onChange(this.dropdown.value));
    this.element = html(
      'div',
      { class: `control ${id}` },
      html('span', { class: 'label', 'aria-hidden': 'true' }, name),
      this.dropdown,
    );
  }

  /** Lists the choices, if they are others than before, and chooses one; a value that is no choice is listed as it is. */
  set(value: string, choices: readonly { id: string; name: string }[]): void {
    const all = choices.some((choice) => choice.id === value)
      ? choices
      : [{ id: value, name: value }, ...choices];
    const listed = JSON.stringify(all);
    if (listed !== this.listed) {
      this.listed = listed;
      const options = all.map(({ id, name }) =>
        html('vscode-option' as 'option', { value: id, selected: id === value }, name),
      );
      this.dropdown.replaceChildren(...options);
    }
    if (this.dropdown.value !== value) this.dropdown.value = value;
  }
}
