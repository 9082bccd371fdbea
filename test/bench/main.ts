// How fast it is: `npm run --silent bench` prints one JSON object of medians; those of the editor are taken inside a real VS Code.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolder, repositoryRoot } from '../vscode-host/repository';
import { runSuite } from '../vscode-host/runSuite';
import { engineTimes } from './engineTimes';
import { panelTimes } from './panelTimes';

async function main(): Promise<void> {
  const say = (line: string): void => {
    process.stderr.write(`${line}\n`);
  };
  execFileSync(process.execPath, ['esbuild.mjs', '--production'], { cwd: repositoryRoot, stdio: 'ignore' });
  const engine = await engineTimes();
  const file = join(cacheFolder, `bench-${process.pid}.json`);
  mkdirSync(cacheFolder, { recursive: true });
  const { exitCode, logFolder } = await runSuite({
    suite: 'bench',
    env: { INFERENCE_LENS_BENCH: file },
    log: say,
  });
  if (exitCode !== 0 || !existsSync(file))
    throw new Error(`the bench inside VS Code ended with ${String(exitCode)}; logs: ${logFolder ?? 'none'}`);
  const editor = JSON.parse(readFileSync(file, 'utf8')) as Record<string, number>;
  rmSync(file);
  const all = { ...editor, ...engine, ...(await panelTimes()) };
  process.stdout.write(
    `${JSON.stringify(all, (_, value: unknown) => (typeof value === 'number' ? Number(value.toPrecision(3)) : value))}\n`,
  );
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
