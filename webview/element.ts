type Child = Node | string | null;
type Attributes = Readonly<Record<string, string | number | boolean | null>>;

/**
 * Makes an element. An attribute that is `false` or `null` is left out, `true` is written empty. Text is set as text,
 * never as markup, so that names from model files stay names.
 */
export function html<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes?: Attributes,
  ...children: readonly Child[]
): HTMLElementTagNameMap[Tag];
export function html(tag: string, attributes?: Attributes, ...children: readonly Child[]): HTMLElement;
export function html(tag: string, attributes: Attributes = {}, ...children: readonly Child[]): HTMLElement {
  return fill(document.createElement(tag), attributes, children);
}

const SVG = 'http://www.w3.org/2000/svg';

/** Makes an SVG element; styles come from classes and presentation attributes, which the security policy allows. */
export function svg<Tag extends keyof SVGElementTagNameMap>(
  tag: Tag,
  attributes: Attributes = {},
  ...children: readonly Child[]
): SVGElementTagNameMap[Tag] {
  return fill(document.createElementNS(SVG, tag), attributes, children);
}

/** A button that reads as a link: it does something here, and opens no page. */
export function linkButton(
  text: string,
  onClick: () => void,
  attributes: Attributes = {},
): HTMLButtonElement {
  const button = html('button', { type: 'button', class: 'link', ...attributes }, text);
  button.addEventListener('click', onClick);
  return button;
}

/** Text that screen readers read and nobody sees. */
export function unseen(text: string): HTMLElement {
  return html('span', { class: 'unseen' }, text);
}

/** Short facts in a line: the dot ends a line where it breaks, it never begins one. */
export function appendDotted(parent: Element, tag: 'li' | 'span', facts: readonly string[]): void {
  facts.forEach((fact, index) => {
    const last = index === facts.length - 1;
    parent.append(html(tag, { class: 'fact' }, last ? fact : `${fact} ·`), last ? '' : ' ');
  });
}

function fill<E extends Element>(element: E, attributes: Attributes, children: readonly Child[]): E {
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== null && value !== false) element.setAttribute(name, value === true ? '' : String(value));
  }
  for (const child of children) {
    if (child !== null) element.append(child);
  }
  return element;
}
