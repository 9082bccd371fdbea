/** What the view remembers while it is hidden. */
export interface PlaygroundState {
  model: string | null;
  /** The text that was typed; null while it is the model's own sample. */
  text: string | null;
}

export function restorePlayground(saved: unknown): PlaygroundState {
  if (typeof saved !== 'object' || saved === null) return { model: null, text: null };
  const { model, text } = saved as Record<keyof PlaygroundState, unknown>;
  return { model: typeof model === 'string' ? model : null, text: typeof text === 'string' ? text : null };
}
