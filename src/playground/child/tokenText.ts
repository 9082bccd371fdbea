import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Tokenizer } from '@huggingface/tokenizers';
import * as z from 'zod/mini';
import type { TokenText } from '../tasks/textGeneration';
import { InputError } from './feeds';

/** The largest tokenizer.json in use is some 35 MB (vocabularies of 256,000); more is not one. */
const MAX_FILE = 64 * 1024 * 1024;

const config = z.object({
  max_position_embeddings: z.optional(z.nullable(z.int().check(z.gte(1)))),
  eos_token_id: z.optional(z.nullable(z.union([z.int(), z.array(z.int())]))),
});

function readJson(file: string): unknown {
  const { size } = statSync(file);
  if (size > MAX_FILE) throw new InputError(`${file} has ${size} bytes; the limit is ${MAX_FILE}.`);
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new InputError(`${file} is no JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function readIfThere(file: string): unknown {
  try {
    return readJson(file);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

export interface LanguageFiles {
  text: TokenText;
  context: number | null;
  endToken: number | null;
}

/** Reads what lies beside a language model: tokenizer.json, and config.json where there is one. */
export function readLanguageFiles(folder: string): LanguageFiles {
  const document = readIfThere(join(folder, 'tokenizer.json'));
  if (document === undefined)
    throw new InputError(`Text generation needs a tokenizer.json beside the model, in ${folder}.`);
  if (typeof document !== 'object' || document === null)
    throw new InputError('tokenizer.json is no JSON object.');
  let tokenizer: Tokenizer;
  try {
    const settings = readIfThere(join(folder, 'tokenizer_config.json'));
    tokenizer = new Tokenizer(document, typeof settings === 'object' && settings !== null ? settings : {});
  } catch (error) {
    throw new InputError(
      `tokenizer.json cannot be used: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
  const facts = config.safeParse(readIfThere(join(folder, 'config.json')) ?? {});
  const end = facts.data?.eos_token_id;
  return {
    text: {
      encode: (text) => tokenizer.encode(text, { add_special_tokens: false }).ids,
      decode: (tokens) =>
        tokens.length === 0
          ? ''
          : tokenizer.decode(tokens, { skip_special_tokens: true, clean_up_tokenization_spaces: false }),
    },
    context: facts.data?.max_position_embeddings ?? null,
    endToken: (Array.isArray(end) ? end[0] : end) ?? null,
  };
}
