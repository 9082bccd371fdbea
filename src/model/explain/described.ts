import { formatInteger } from '../../units/format';
import type { Explainer, Touched } from './explanation';
import meanings from './meanings.json';

/** What keys mean that one sentence explains, by their name; no text of the file but plain numbers goes into an answer. */
const MEANINGS: ReadonlyMap<string, { means: string; touches: string[] }> = new Map(Object.entries(meanings));

/** Numbers of a list that are repeated; longer ones are told by their length. */
const MAX_LISTED = 8;

export const described: Explainer = ({ key, value }) => {
  const meaning = MEANINGS.get(key);
  if (meaning === undefined || value === null || value === undefined) return null;
  const shown = shownValue(value);
  return {
    title: meaning.means,
    ...(shown === null ? {} : { subtitle: shown }),
    lines: [],
    touches: meaning.touches.filter(isTouched),
  };
};

function shownValue(value: unknown): string | null {
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (typeof value === 'number' && Number.isFinite(value))
    return Number.isInteger(value) ? formatInteger(value) : String(value);
  if (!Array.isArray(value)) return null;
  const numbers = value.filter((each): each is number => typeof each === 'number' && Number.isInteger(each));
  if (numbers.length !== value.length || numbers.length > MAX_LISTED)
    return `${formatInteger(value.length)} entries`;
  return numbers.length === 0 ? 'none' : numbers.map(formatInteger).join(' · ');
}

function isTouched(word: string): word is Touched {
  return word === 'kv' || word === 'weights' || word === 'time';
}
