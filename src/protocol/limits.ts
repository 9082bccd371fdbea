/**
 * Most that a message may hold. Far above what is ever sent, low enough that a hostile or broken message is turned
 * away in bounded time and memory.
 */
export const LIMITS = {
  /** Values (objects, arrays, strings, numbers …) in one message; advice with fifty recommendations has about 20,000. */
  nodes: 200_000,
  /** Characters of all strings and keys of one message together. */
  characters: 4_000_000,
  depth: 16,
  /** One name, id, unit or label. */
  label: 400,
  /** One sentence or paragraph for a person. */
  paragraph: 4_000,
  /** What goes to the clipboard. */
  copiedText: 20_000,
  recommendations: 200,
  evidence: 500,
  terms: 5_000,
  /** Needs, facts, settings, warnings of one thing. */
  notes: 200,
  /** Devices, engines, techniques, models to choose from. */
  choices: 2_000,
  devices: 1_024,
  sequences: 65_536,
  tokens: 10_000_000,
  prompt: 20_000,
  output: 200_000,
  classes: 100,
} as const;
