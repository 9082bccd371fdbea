/** Lengths as the engine will see them, techniques applied. */
export interface Lengths {
  /** Prompt tokens, images included. */
  prompt: number;
  output: number;
  /** Positions that an encoder hands to cross-attention; 0 without one. */
  cross: number;
}
