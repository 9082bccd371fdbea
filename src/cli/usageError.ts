/** Bad usage or unreadable input: one line on stderr, exit 2, never a stack trace. */
export class UsageError extends Error {
  override readonly name = 'UsageError';

  constructor(
    message: string,
    readonly code = 'usage',
  ) {
    super(message);
  }
}
