import { isObject } from '../../config';
import type { FamilyContext } from '../../family';

/**
 * Whether the head of a model with parts is tied: the outer file's word, or its class's. Where the text section says
 * otherwise releases of the public implementation differ in which of the two holds, and the doubt is told.
 */
export function outerTie({ config, notes }: FamilyContext, section: string, fallback: boolean): boolean {
  const tied = config.flag(fallback, 'tie_word_embeddings');
  const inner = config.raw[section];
  const said = isObject(inner) ? inner.tie_word_embeddings : undefined;
  if (typeof said === 'boolean' && said !== tied) {
    notes.doubt(
      'contradiction',
      `${section} and the file around it do not agree on whether the head is tied to the embedding.`,
    );
  }
  return tied;
}
