/**
 * Names for what a number counts. They are aliases, not classes: arithmetic stays arithmetic, and a signature
 * says its units. Everything inside the program is SI; formatting for people happens in `format.ts` alone.
 */
export type Bytes = number;
export type Seconds = number;
export type Flop = number;
export type FlopPerSecond = number;
export type BytesPerSecond = number;
export type TokensPerSecond = number;
export type Tokens = number;
export type Watts = number;
export type DollarsPerHour = number;
export type DollarsPerMillionTokens = number;

/** Our uncertainty about a mean: 80 % of the time the truth lies between `p10` and `p90`. Never a spread over requests. */
export interface Band {
  p10: number;
  p50: number;
  p90: number;
}

/** A finding about an input, made for a person; `code` is stable, for scripts and tests. */
export interface Warning {
  code: string;
  message: string;
}
