import { spawn } from 'node:child_process';

/** How a command ended, with what it printed on both streams in the order of arrival. */
export interface CommandResult {
  readonly exitCode: number | null;
  readonly output: string;
}

/** Where and for how long a command runs. */
export interface CommandOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** Milliseconds after which the command is killed; it then counts as failed. */
  readonly timeoutMs: number;
}

/** Runs a command to its end without a shell. A command that cannot start counts as failed, it does not throw. */
export function runCommand(
  command: string,
  args: readonly string[],
  options: CommandOptions,
): Promise<CommandResult> {
  return new Promise((resolve) => {
    let output = '';
    const child = spawn(command, args, {
      cwd: options.cwd,
      env: options.env ?? process.env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const timer = setTimeout(() => {
      output += `\nstopped after ${options.timeoutMs / 1000} s`;
      child.kill('SIGKILL');
    }, options.timeoutMs);
    const collect = (chunk: Buffer): void => void (output += chunk.toString());
    child.stdout.on('data', collect);
    child.stderr.on('data', collect);
    const finish = (exitCode: number | null): void => {
      clearTimeout(timer);
      resolve({ exitCode, output });
    };
    child.on('error', (error) => {
      output += error.message;
      finish(null);
    });
    child.on('close', finish);
  });
}

/** Runs a command that depends on the network; one failure is forgiven. Resolves with the last result. */
export async function runCommandTwice(
  command: string,
  args: readonly string[],
  options: CommandOptions,
): Promise<CommandResult> {
  const first = await runCommand(command, args, options);
  return first.exitCode === 0 ? first : runCommand(command, args, options);
}

/** The last lines of a command's output, for messages. */
export function lastLines(output: string, count = 12): string {
  return output.trimEnd().split('\n').slice(-count).join('\n');
}
