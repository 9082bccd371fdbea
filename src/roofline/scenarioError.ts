/** Why a scenario cannot be answered at all. */
export type ScenarioErrorCode =
  | 'no-layers'
  | 'bad-length'
  | 'bad-batch'
  | 'bad-rate'
  | 'bad-devices'
  | 'bad-parallelism'
  | 'bad-setup'
  | 'bad-device'
  | 'bad-modifier'
  | 'bad-fleet'
  | 'not-modelled'
  | 'unknown-scheme'
  | 'unsupported-kind';

/** Thrown for questions that make no sense (zero layers, a negative batch); the message is made for a person. */
export class ScenarioError extends Error {
  constructor(
    readonly code: ScenarioErrorCode,
    message: string,
  ) {
    super(message);
    this.name = 'ScenarioError';
  }
}
