/** An answer for scripts, indented for the eye. What is not a number has no place in JSON and comes out as null. */
export function jsonText(value: object): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
