/** A question that cannot be answered, said for the person who asked it. `code` is stable. */
export class AdvisorError extends Error {
  override readonly name = 'AdvisorError';

  constructor(
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}
