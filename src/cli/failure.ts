/** Failures that were foreseen carry a code of their own and a message made for a person; system errors say what the system said. */
export interface Failure {
  code: string;
  message: string;
}

/** The classes whose messages are made for people; by name, so that the engine need not be loaded to print one line. */
const FORESEEN: ReadonlySet<string> = new Set(['UsageError', 'AdvisorError', 'ScenarioError']);
/** File names and values of strangers end in this line; longer ones help nobody. */
const MAX_LENGTH = 600;

/** What went wrong, in one line for a person and with a code for a script. Anything unforeseen is named as our fault, without its stack. */
export function describeFailure(error: unknown): Failure {
  if (!(error instanceof Error))
    return { code: 'internal', message: oneLine(`unexpected: ${String(error)}`) };
  const code = 'code' in error && typeof error.code === 'string' ? error.code : 'internal';
  if (FORESEEN.has(error.name)) return { code, message: oneLine(error.message) };
  return { code: 'internal', message: oneLine(`unexpected: ${error.message}`) };
}

/** No line breaks, and nothing that a terminal would obey. */
function oneLine(text: string): string {
  const plain = [...text.slice(0, 4 * MAX_LENGTH)]
    .map((character) => (isControl(character.codePointAt(0) ?? 0) ? ' ' : character))
    .join('')
    .replace(/\s+/g, ' ')
    .trim();
  return plain.length > MAX_LENGTH ? `${plain.slice(0, MAX_LENGTH)}…` : plain;
}

function isControl(code: number): boolean {
  return code < 0x20 || (code >= 0x7f && code < 0xa0) || (code >= 0x2028 && code <= 0x202e);
}
