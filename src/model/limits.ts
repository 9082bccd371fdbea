/**
 * Bounds on what a model file may claim. Each is far above anything published and low enough that reading stays
 * instant and sums stay whole numbers below 2^53.
 */

/** Layers of one stack: the deepest published decoder has 126, the deepest vision stack a few hundred. */
export const MAX_LAYERS = 4096;

/** Any width, head count or number of experts: the widest published matrix has 2^18 columns. */
export const MAX_WIDTH = 2 ** 24;

/** Rows of a vocabulary or position table: the largest published has 2^18 tokens and 2^24 positions. */
export const MAX_ROWS = 2 ** 28;

/** Warnings that are told: past this a person reads none of them. */
export const MAX_WARNINGS = 40;

/** Characters of a name or a pattern taken from a file into a message. */
export const MAX_QUOTED = 80;
