/** What the guard writes before it ends the process, so that the host can tell why. */
export const MEMORY_MARKER = 'inference-lens: memory limit passed';
