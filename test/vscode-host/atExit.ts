import { exitCodes } from './environmentError';

const actions = new Set<() => void>();
let guarded = false;

/**
 * Has something done when this process ends, by itself or by a signal; what is registered last is done first.
 * @returns a function that takes it back.
 */
export function atExit(action: () => void): () => void {
  guard();
  actions.add(action);
  return () => void actions.delete(action);
}

function guard(): void {
  if (guarded) return;
  guarded = true;
  process.on('exit', () => [...actions].reverse().forEach((action) => action()));
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.once(signal, () => process.exit(exitCodes.interrupted));
  }
}
