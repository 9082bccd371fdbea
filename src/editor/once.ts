/** Runs an asynchronous start once, when it is first needed; a start that failed may be tried again. */
export function once<T>(start: () => Promise<T>): () => Promise<T> {
  let running: Promise<T> | undefined;
  return () => {
    running ??= start().catch((fault: unknown) => {
      running = undefined;
      throw fault;
    });
    return running;
  };
}
