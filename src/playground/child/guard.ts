import { Worker } from 'node:worker_threads';
import type { Bytes } from '../../units/quantities';
import { MEMORY_MARKER } from './memoryMarker';

/**
 * A second thread that watches this process while the first one is inside the runtime and hears nothing: it ends the process
 * when it holds more memory than it may, or when its parent is gone and nobody else would end it. It runs no model.
 */
export function startGuard(memoryLimit: Bytes): void {
  const source = `
    const { writeSync } = require('node:fs');
    const parent = process.ppid;
    setInterval(() => {
      const used = process.memoryUsage.rss();
      if (used > ${memoryLimit}) writeSync(2, ${JSON.stringify(`\n${MEMORY_MARKER}\n`)});
      if (used > ${memoryLimit} || process.ppid !== parent) process.kill(process.pid, 'SIGKILL');
    }, 100);
  `;
  const limits = { maxOldGenerationSizeMb: 16, maxYoungGenerationSizeMb: 2 };
  new Worker(source, { eval: true, resourceLimits: limits, execArgv: [] }).unref();
}
