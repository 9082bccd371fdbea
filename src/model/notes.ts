import type { Warning } from '../units/quantities';
import { MAX_WARNINGS } from './limits';

/** What was found wrong or unknown while one model was read. */
export class Notes {
  readonly warnings: Warning[] = [];
  private doubts = 0;

  /** A remark that leaves every count right. */
  remark(code: string, message: string): void {
    if (this.warnings.length < MAX_WARNINGS && !this.warnings.some((w) => w.message === message)) {
      this.warnings.push({ code, message });
    }
  }

  /** Something that may change a count: the model is no longer exact. */
  doubt(code: string, message: string): void {
    this.doubts += 1;
    this.remark(code, message);
  }

  get exact(): boolean {
    return this.doubts === 0;
  }
}
