import type { CHILD_ERROR_CODES } from './childProtocol';

export type InferenceErrorCode =
  | (typeof CHILD_ERROR_CODES)[number]
  | 'time-limit'
  | 'memory-limit'
  | 'crashed'
  | 'busy'
  | 'disposed'
  | 'protocol';

/** Something that ended a request; the message is one or two sentences for a person, `detail` the end of the child's own words. */
export class InferenceError extends Error {
  override readonly name = 'InferenceError';

  constructor(
    readonly code: InferenceErrorCode,
    message: string,
    readonly detail = '',
  ) {
    super(message);
  }
}
