import { runBatch } from './batch';
import { parseFlags } from './flags';
import { UsageError } from './usageError';

/** `batch`: one JSON request a line of standard input. */
export async function batchCommand(args: string[]): Promise<string> {
  const { files } = parseFlags({}, args);
  if (files.length > 0)
    throw new UsageError('batch reads its requests from standard input: batch < cases.jsonl');
  await runBatch(process.stdin, process.stdout);
  return '';
}
