// Takes the place of @vscode/spdlog, whose native part would need a compiler. Without it VS Code writes no log files:
// tests could not read them, and the Output view of `npm start` would stay empty.

import { appendFileSync, mkdirSync } from 'node:fs';
import path from 'node:path';

const levelNames = ['trace', 'debug', 'info', 'warning', 'error', 'critical'];

export class Logger {
  private level = 2;
  private withTime = true;

  constructor(
    _type: string,
    _name: string,
    private readonly file: string,
  ) {}

  trace = (message: string): void => this.write(0, message);
  debug = (message: string): void => this.write(1, message);
  info = (message: string): void => this.write(2, message);
  warn = (message: string): void => this.write(3, message);
  error = (message: string): void => this.write(4, message);
  critical = (message: string): void => this.write(5, message);
  getLevel = (): number => this.level;
  setLevel = (level: number): void => void (this.level = level);
  setPattern = (): void => void (this.withTime = true);
  clearFormatters = (): void => void (this.withTime = false);
  flush = (): void => undefined;
  drop = (): void => undefined;

  private write(level: number, message: string): void {
    if (level < this.level) return;
    const time = new Date().toISOString().replace('T', ' ').replace('Z', '');
    const text = this.withTime ? `${time} [${levelNames[level]}] ${message}\n` : message;
    try {
      appendFileSync(this.file, text);
    } catch {
      // The folder is gone while the server is ending.
    }
  }
}

async function createLogger(name: string, file: string): Promise<Logger> {
  mkdirSync(path.dirname(file), { recursive: true });
  return new Logger('rotating', name, file);
}

export const version = 0;
export const setLevel = (): void => undefined;
export const setFlushOn = (): void => undefined;
export { createLogger as createAsyncRotatingLogger, createLogger as createRotatingLogger };
