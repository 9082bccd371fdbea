import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import * as z from 'zod';
import { estimateOptionsSchema, recommendOptionsSchema } from '../advisor/query';
import type { ModelSpec } from '../model/spec';
import { answerEstimateFor, answerRecommendFor } from './answers';
import { describeFailure } from './failure';
import { inspectFile, inspectInline } from './inspectFile';
import { lines, type Line } from './lines';
import { loadInlineModel, loadModel } from './loadModel';
import { firstIssue } from './options';
import { UsageError } from './usageError';

/** Longer lines than this are refused, not read: a config.json of 3 MB is the largest seen in the wild. */
const MAX_LINE_CHARACTERS = 16 * 1024 * 1024;

const CONFIG = 'must be a config.json, as an object or as text';
const source = {
  /** Any value: it comes back as it was. */
  id: z.unknown(),
  file: z.string({ error: 'must be a path' }).min(1, 'must be a path').optional(),
  config: z.union([z.string(), z.record(z.string(), z.unknown())], { error: CONFIG }).optional(),
};
const COMMANDS = {
  inspect: z.strictObject({ command: z.literal('inspect'), ...source }),
  estimate: z.strictObject({
    command: z.literal('estimate'),
    ...source,
    ...estimateOptionsSchema.shape,
    terms: z.boolean({ error: 'must be true or false' }).optional(),
  }),
  recommend: z.strictObject({
    command: z.literal('recommend'),
    ...source,
    ...recommendOptionsSchema.shape,
  }),
};
const request = z.discriminatedUnion('command', [COMMANDS.inspect, COMMANDS.estimate, COMMANDS.recommend], {
  error: `must be one of ${Object.keys(COMMANDS).join(', ')}`,
});

type Request = z.infer<typeof request>;

/** One JSON request a line, one JSON answer a line, in order. A bad line is answered with an error and never ends the run. */
export async function runBatch(input: Readable, output: Writable): Promise<void> {
  for await (const line of lines(input, MAX_LINE_CHARACTERS)) {
    if ('text' in line && line.text.trim() === '') continue;
    if (!output.write(`${await answerText(line)}\n`)) await once(output, 'drain');
  }
}

async function answerText(line: Line): Promise<string> {
  const answered = await answerLine(line);
  try {
    return JSON.stringify(answered);
  } catch {
    // Only an id that is nested past the depth of the stack leads here: it can be read, and not written again.
    return JSON.stringify({
      id: null,
      error: { code: 'usage', message: 'id: nested too deeply to be repeated' },
    });
  }
}

async function answerLine(line: Line): Promise<object> {
  let id: unknown = null;
  try {
    if ('tooLong' in line) throw new UsageError('the line is longer than 16 million characters', 'too-large');
    const raw = parseJson(line.text);
    id = raw['id'] ?? null;
    const checked = request.safeParse(raw);
    if (!checked.success) throw new UsageError(firstIssue(checked.error, (name) => name));
    return { id, ...(await answer(checked.data)) };
  } catch (error) {
    return { id, error: describeFailure(error) };
  }
}

function parseJson(line: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (error) {
    const why = error instanceof Error ? error.message : '';
    throw new UsageError(`the line is not JSON: ${why}`, 'syntax');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new UsageError('the line is not a JSON object');
  return value as Record<string, unknown>;
}

async function answer(asked: Request): Promise<object> {
  if ((asked.file === undefined) === (asked.config === undefined))
    throw new UsageError('give either file or config: what model is it about?');
  switch (asked.command) {
    case 'inspect':
      return asked.file === undefined ? inspectInline(asked.config) : inspectFile(asked.file);
    case 'estimate': {
      const { command: _, id: __, file, config, terms, ...options } = asked;
      return answerEstimateFor(await modelOf(file, config), options, terms ?? false);
    }
    case 'recommend': {
      const { command: _, id: __, file, config, ...options } = asked;
      return answerRecommendFor(await modelOf(file, config), options);
    }
  }
}

function modelOf(file: string | undefined, config: unknown): ModelSpec | Promise<ModelSpec> {
  return file === undefined ? loadInlineModel(config, 'config') : loadModel(file);
}
