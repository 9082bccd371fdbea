import { describeFailure } from './failure';
import { HELP } from './help';
import { UsageError } from './usageError';

/** Each command loads what it needs and no more: `inspect` answers before the catalogues would be parsed. */
const COMMANDS: Record<string, (args: string[]) => Promise<string>> = {
  inspect: async (args) => (await import('./inspectCommand')).inspectCommand(args),
  estimate: async (args) => (await import('./estimateCommand')).estimateCommand(args),
  recommend: async (args) => (await import('./recommendCommand')).recommendCommand(args),
  search: async (args) => (await import('./searchCommand')).searchCommand(args),
  batch: async (args) => (await import('./batchCommand')).batchCommand(args),
  hardware: async (args) => (await import('./lists')).listHardware(args),
  techniques: async (args) => (await import('./lists')).listTechniques(args),
  papers: async (args) => (await import('./lists')).listPapers(args),
  help: () => Promise.resolve(HELP),
};

async function main(args: string[]): Promise<void> {
  const [name, ...rest] = args;
  if (name === undefined) throw new UsageError(`which command? One of ${Object.keys(COMMANDS).join(', ')}`);
  if (name === '--help' || name === '-h') {
    process.stdout.write(HELP);
    return;
  }
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (!command) {
    const what = name.startsWith('-') ? 'the command comes first' : `“${name}” is not a command`;
    throw new UsageError(`${what}; known are ${Object.keys(COMMANDS).join(', ')}`);
  }
  const wantsHelp = rest.includes('--help') || rest.includes('-h');
  process.stdout.write(wantsHelp ? HELP : await command(rest));
}

function fail(error: unknown): void {
  process.stderr.write(`inference-lens: ${describeFailure(error).message}\n`);
  process.exitCode = 2;
}

// A reader that closes early (`| head`) is no failure of ours; a full disk is, of somebody.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') fail(error);
  process.exit();
});
// Whatever was not foreseen ends in one line too.
process.on('uncaughtException', (error) => {
  fail(error);
  process.exit();
});

main(process.argv.slice(2)).catch(fail);
