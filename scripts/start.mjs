// `npm start`: a real VS Code in the browser, with this extension and a copy of the sample workspace.
import 'tsx/cjs';
import { spawn, spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
const { CodeServer } = require('../test/vscode-host/codeServer.ts');
const { exitWithError } = require('../test/vscode-host/environmentError.ts');
const { repositoryRoot, sampleWorkspace } = require('../test/vscode-host/repository.ts');

const build = spawnSync(process.execPath, ['esbuild.mjs'], { cwd: repositoryRoot, stdio: 'inherit' });
if (build.status !== 0) process.exit(1);

try {
  const server = await CodeServer.start({
    workspace: sampleWorkspace,
    // A link, so that a later build is there after reloading the window.
    extension: { by: 'link', path: repositoryRoot },
    port: Number(process.env.PORT ?? 0),
    log: console.log,
  });
  const address = server.pageUrl();
  console.log(`\nVS Code with Inference Lens: ${address}\nCtrl+C ends it.`);
  if (process.env.DISPLAY || process.env.WAYLAND_DISPLAY) {
    spawn('xdg-open', [address], { detached: true, stdio: 'ignore' })
      .on('error', () => undefined)
      .unref();
  }
  await server.ended;
  exitWithError(new Error('The VS Code server has ended by itself.'));
} catch (error) {
  exitWithError(error);
}
