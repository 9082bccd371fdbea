import * as z from 'zod';
import papers from './papers.json';
import { performanceRows } from './performance';
import quality from './qualityResults.json';

const text = z.string().min(1);

export const paperSchema = z.strictObject({
  id: z.string().regex(/^[a-z0-9]+(-[a-z0-9.]+)*$/),
  title: text,
  /** Number at arxiv.org. */
  arxiv: z.string().regex(/^\d{4}\.\d{4,5}$/),
  year: z.number().int(),
  /** One of the families of techniques, or `none`. */
  family: text,
  role: z.enum([
    'technique',
    'model family',
    'analysis',
    'constraint',
    'quality trade',
    'training',
    'application',
    'dataset',
    'other',
  ]),
  /** What the product does with it, or why it has nothing to say on inference. */
  use: text,
});

/** One of the 105 papers that the product grew from. */
export interface Paper extends z.infer<typeof paperSchema> {
  /** Reported results of it in our tables, quality included. */
  rows: number;
}

let loaded: readonly Paper[] | undefined;

/** The 105 papers, in the order of their list. */
export function allPapers(): readonly Paper[] {
  if (!loaded) {
    const counts = new Map<string, number>();
    const paperColumn = quality.columns.indexOf('paper');
    const cited = [
      ...performanceRows().map((row) => row.paper),
      ...quality.rows.map((row) => row[paperColumn]),
    ];
    for (const paper of cited) {
      if (typeof paper === 'string') counts.set(paper, (counts.get(paper) ?? 0) + 1);
    }
    loaded = (papers as unknown as readonly z.infer<typeof paperSchema>[]).map((paper) => ({
      ...paper,
      rows: counts.get(paper.id) ?? 0,
    }));
  }
  return loaded;
}

/** The paper of an id, or null. */
export function findPaper(id: string): Paper | null {
  return allPapers().find((paper) => paper.id === id) ?? null;
}
