import * as vscode from 'vscode';

/** The channel for what is no person's business while working: faults with their stacks, timings. */
export function createLog(): vscode.LogOutputChannel {
  return vscode.window.createOutputChannel('Inference Lens', { log: true });
}

/** Writes a fault down with what was being done; nothing is shown. */
export function logFault(log: vscode.LogOutputChannel, doing: string, fault: unknown): void {
  log.error(`${doing}: ${fault instanceof Error ? (fault.stack ?? fault.message) : String(fault)}`);
}
