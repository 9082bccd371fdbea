/** Ids of tokens back to text. */
export type Decode = (tokens: number[]) => string;

/**
 * Turns tokens into text as they come. A token may end inside a character, and a decoder may join neighbours, so the last
 * few tokens are decoded twice, with and without the new one, and the difference is what is new; text that ends
 * in a broken character waits for the next token.
 */
export class TextStream {
  #text = '';
  readonly #tokens: number[] = [];
  /** Tokens before `#from` no longer matter; those before `#shown` are in the text. */
  #from = 0;
  #shown = 0;

  constructor(private readonly decode: Decode) {}

  get text(): string {
    return this.#text;
  }

  /** Takes a token; returns the text that it finished, which may be empty. */
  push(token: number): string {
    this.#tokens.push(token);
    return this.#advance(false);
  }

  /** What is left when no more tokens come: broken characters as U+FFFD. */
  end(): string {
    return this.#advance(true);
  }

  #advance(last: boolean): string {
    const before = this.decode(this.#tokens.slice(this.#from, this.#shown));
    const after = this.decode(this.#tokens.slice(this.#from));
    if (after.length <= before.length || (!last && after.endsWith('\uFFFD'))) return '';
    const piece = after.slice(before.length);
    this.#from = this.#shown;
    this.#shown = this.#tokens.length;
    this.#text += piece;
    return piece;
  }
}
