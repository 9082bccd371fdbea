import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { z } from 'zod';
import { estimateOptionsSchema, recommendOptionsSchema } from '../advisor/query';
import { describeFailure } from './failure';
import { firstIssue } from './options';
import { answerEstimateFor, answerInspectFor, answerRecommendFor } from './answers';
import { UsageError } from './usageError';

/** Longer lines than this are refused, not read: a config.json of 3 MB is the largest seen in the wild. */
const MAX_LINE_BYTES = 16 * 1024 * 1024;

const source = {
  id: z.union([z.string(), z.number()]),
  file: z.string().optional(),
  config: z.union([z.string(), z.record(z.string(), z.unknown())]).optional(),
};
const request = z.discriminatedUnion('command', [
  z.strictObject({ command: z.literal('inspect'), ...source }),
  z.strictObject({
    command: z.literal('estimate'),
    ...source,
    ...estimateOptionsSchema.shape,
    terms: z.boolean().optional(),
  }),
  z.strictObject({ command: z.literal('recommend'), ...source, ...recommendOptionsSchema.shape }),
]);

/** One JSON request a line, one JSON answer a line, in order. A bad line is answered with an error and never ends the run. */
export async function runBatch(input: Readable, output: Writable): Promise<void> {
  const lines = createInterface({ input, crlfDelay: Infinity });
  for await (const line of lines) {
    if (line.trim() === '') continue;
    const answer = JSON.stringify(await answerLine(line));
    if (!output.write(`${answer}\n`)) await new Promise((resolve) => output.once('drain', resolve));
  }
}

async function answerLine(line: string): Promise<object> {
  let id: unknown = null;
  try {
    if (line.length > MAX_LINE_BYTES) throw new UsageError('the line is longer than 16 MB', 'too-large');
    const raw = parseJson(line);
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
  } catch {
    throw new UsageError('the line is not JSON');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new UsageError('the line is not a JSON object');
  return value as Record<string, unknown>;
}

async function answer(asked: z.infer<typeof request>): Promise<object> {
  const { id: _, ...rest } = asked;
  switch (rest.command) {
    case 'inspect':
      return answerInspectFor(rest);
    case 'estimate': {
      const { command: __, file, config, terms, ...options } = rest;
      return answerEstimateFor({ file, config }, options, terms ?? false);
    }
    case 'recommend': {
      const { command: __, file, config, ...options } = rest;
      return answerRecommendFor({ file, config }, options);
    }
  }
}
