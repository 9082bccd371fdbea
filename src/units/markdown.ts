/** Text that is not ours (names from files, messages that quote them) as plain words in a Markdown page or hover. */
export function plainMarkdown(text: string): string {
  return text.replace(/[\\`*_{}[\]<>|#]/g, (character) => `\\${character}`).replace(/\s+/g, ' ');
}
