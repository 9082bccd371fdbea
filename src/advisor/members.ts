import type { Estimate } from '../roofline/estimate';
import { formatRatio } from '../units/format';
import type { Member } from './advice';
import type { Candidate } from './candidates';

/**
 * What each member of a stack adds to those before it, in the order in which the engine was asked; the gains multiply to the whole. Of a
 * single technique: itself.
 */
export function membersOf(before: Estimate, candidate: Candidate): Member[] {
  const added = candidate.techniques.at(-1);
  if (!added) return [];
  const { without } = candidate;
  const own = { technique: added.id, title: added.title };
  const memoryChange = candidate.after.memory.total - (without?.after ?? before).memory.total;
  if (!without) return [{ ...own, gain: candidate.speedup.p50, memoryChange }];
  return [
    ...membersOf(before, without),
    {
      ...own,
      gain: candidate.speedup.p50 / without.speedup.p50,
      memoryChange,
    },
  ];
}

/** The same in a sentence; nothing for a single technique. */
export function membersSentence(members: readonly Member[]): string {
  if (members.length < 2) return '';
  const [first, ...others] = members;
  const added = others.map(({ title, gain }) => `with ${title} another ${formatRatio(gain)}`);
  return `${first?.title ?? ''} alone: ${formatRatio(first?.gain ?? 1)}; ${added.join('; ')}.`;
}
