/** A word in capitals within a setting, which stands for what only the person knows. */
export interface Placeholder {
  name: string;
  meaning: string;
}

/** What each placeholder of the catalogue's settings stands for. Other words in capitals are values of the engine itself. */
export const PLACEHOLDERS: Readonly<Record<string, string>> = {
  HEAD: 'folder or Hub name of the draft head',
  HEADS: 'folder or Hub name of the draft heads',
  HEAD_DIR: 'folder of the converted draft head',
  DRAFT: 'folder, file or Hub name of the draft model',
  DRAFT_DIR: 'folder of the converted draft model',
  DISTILLED_DRAFT: 'folder, file or Hub name of the draft model after its fine-tuning',
  MODEL: 'folder or file of this model’s weights',
  DEVICE: 'name of the device as the engine lists it',
  FILE: 'file that the engine keeps it in',
  CONFIG: 'file with the engine’s configuration',
  GIB: 'gibibytes of host memory',
  BYTES: 'bytes of host memory',
  K: 'number of samples',
  N: 'a number of your own',
};

const WORD = /(?<![A-Za-z0-9_-])[A-Z][A-Z0-9_]*(?![A-Za-z0-9_-])/g;
const CHECKPOINT = /_CHECKPOINT$/;

/** Stands for this model’s weights as a technique wants them: `gptq-int4-weights` → `GPTQ_INT4_CHECKPOINT`. */
export function checkpointName(technique: string): string {
  return `${technique
    .replace(/-weights$/, '')
    .replace(/\W/g, '_')
    .toUpperCase()}_CHECKPOINT`;
}

/** The placeholders of a setting or a command, each once, in the order in which they come. */
export function placeholdersIn(text: string): readonly Placeholder[] {
  const meaningOf = (word: string): string | undefined =>
    CHECKPOINT.test(word) ? 'folder, file or Hub name of this model in that format' : PLACEHOLDERS[word];
  return [...new Set(text.match(WORD))].flatMap((name) => {
    const meaning = meaningOf(name);
    return meaning === undefined ? [] : [{ name, meaning }];
  });
}

/** The setting with one placeholder replaced by what is known of it after all. */
export function filledIn(setting: string, name: string, value: string): string {
  return setting.replace(WORD, (word) => (word === name ? value : word));
}
