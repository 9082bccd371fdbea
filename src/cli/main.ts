import { runBatch } from './batch';
import { describeFailure } from './failure';
import { HELP } from './help';
import { listHardware, listPapers, listTechniques } from './lists';
import { estimateCommand, inspectCommand, recommendCommand } from './modelCommands';
import { parseArguments } from './options';
import { UsageError } from './usageError';

const COMMANDS: Record<string, (args: string[]) => Promise<string>> = {
  inspect: inspectCommand,
  estimate: estimateCommand,
  recommend: recommendCommand,
  hardware: listHardware,
  techniques: listTechniques,
  papers: listPapers,
  batch: async (args) => {
    if (parseArguments('other', args).files.length > 0)
      throw new UsageError('batch reads its requests from standard input');
    await runBatch(process.stdin, process.stdout);
    return '';
  },
  help: () => Promise.resolve(HELP),
};

async function main(args: string[]): Promise<void> {
  const [name, ...rest] = args;
  if (name === undefined || name === '--help' || name === '-h') {
    process.stdout.write(HELP);
    process.exitCode = name === undefined ? 2 : 0;
    return;
  }
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (!command) throw new UsageError(`“${name}” is not a command; try: ${Object.keys(COMMANDS).join(', ')}`);
  process.stdout.write(rest.includes('--help') ? HELP : await command(rest));
}

// A reader that closes early (`| head`) is no failure of ours.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
});

main(process.argv.slice(2)).catch((error: unknown) => {
  process.stderr.write(`inference-lens: ${describeFailure(error).message}\n`);
  process.exitCode = 2;
});
