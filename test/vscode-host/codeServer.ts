import { existsSync } from 'node:fs';
import { cp, mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { ensureCodeServer, type CodeServerInstallation } from './codeServerInstallation';
import { EnvironmentError } from './environmentError';
import { ProcessGroup } from './processGroup';
import { lastLines, runCommand } from './runCommand';
import { makeTemporaryFolder, type TemporaryFolder } from './temporaryFolder';

/** What makes one server different from another. */
export interface CodeServerOptions {
  /** Folder copied to become the workspace. */
  readonly workspace: string;
  /** How the extension gets in: as the one under `development`, or installed from a `.vsix` or as a `link` to its folder. */
  readonly extension: { readonly by: 'development' | 'vsix' | 'link'; readonly path: string };
  /** Whether VS Code asks for trust; with it, a new workspace opens in restricted mode. */
  readonly workspaceTrust?: boolean;
  /** User settings on top of the quiet ones. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Loopback port; left out, the system chooses a free one. */
  readonly port?: number;
  /** Variables for the extension host, which inherits them from the server. */
  readonly env?: Readonly<Record<string, string>>;
  readonly log?: (line: string) => void;
}

const startTimeoutMs = 60_000;

/** No welcome page, no chat, no prompts: what would cover the extension. */
const quietSettings = {
  'workbench.startupEditor': 'none',
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'chat.disableAIFeatures': true,
  'security.workspace.trust.startupPrompt': 'never',
  'extensions.ignoreRecommendations': true,
  'git.enabled': false,
};

/** A running VS Code server with folders of its own. */
export class CodeServer {
  private constructor(
    /** `http://127.0.0.1:PORT`. */
    readonly origin: string,
    /** Folder of everything below; gone after `stop`. */
    private readonly home: TemporaryFolder,
    private readonly group: ProcessGroup,
  ) {}

  /** The copy of the sample workspace. */
  get workspace(): string {
    return path.join(this.home.path, 'workspace');
  }

  /**
   * Installs what is needed, starts a server on a free port and resolves once it listens.
   * @throws {EnvironmentError} when the server cannot be had or does not start.
   */
  static async start(options: CodeServerOptions): Promise<CodeServer> {
    const installation = await ensureCodeServer(options.log ?? (() => undefined));
    const home = makeTemporaryFolder();
    let group: ProcessGroup | undefined;
    try {
      await furnish(home.path, options);
      await installExtension(installation, home.path, options);
      group = startServer(installation, home.path, options);
      return new CodeServer(await listening(group), home, group);
    } catch (error) {
      await group?.stop();
      home.remove();
      throw error;
    }
  }

  /** Address of a page that shows the workspace; with `tests` it runs that module's `run()` inside the extension host. */
  pageUrl(tests?: string): string {
    const url = new URL(this.origin);
    url.searchParams.set('folder', this.workspace);
    const remote = (file: string): string => `vscode-remote://${url.host}${file}`;
    const extension = developmentLink(this.home.path);
    const payload: [string, string][] = [['skipWelcome', 'true']];
    if (existsSync(extension)) payload.push(['extensionDevelopmentPath', remote(extension)]);
    if (tests !== undefined) payload.push(['extensionTestsPath', remote(tests)]);
    if (payload.length > 1) url.searchParams.set('payload', JSON.stringify(payload));
    return url.href;
  }

  /** Resolves when the server ends, asked for or not. */
  get ended(): Promise<void> {
    return this.group.ended;
  }

  /** Every log file that VS Code has written so far, by its path under the log folder. */
  async logs(): Promise<ReadonlyMap<string, string>> {
    const folder = path.join(this.home.path, 'data/logs');
    const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
    const files = entries
      .filter((entry) => entry.isFile())
      .map((entry) => path.join(entry.parentPath, entry.name));
    const texts = await Promise.all(files.map((file) => readFile(file, 'utf8').catch(() => '')));
    return new Map(files.map((file, index) => [path.relative(folder, file), texts[index] ?? '']));
  }

  /** Copies the logs out of the temporary folder, for a look after a failure. */
  async keepLogs(target: string): Promise<void> {
    await cp(path.join(this.home.path, 'data/logs'), target, { recursive: true }).catch(() => undefined);
  }

  /** Ends the server with all its processes and removes its folders. */
  async stop(): Promise<void> {
    await this.group.stop();
    this.home.remove();
  }
}

/** Makes the folders of a server: its data with settings, an empty extensions folder, the copy of the workspace. */
async function furnish(home: string, options: CodeServerOptions): Promise<void> {
  for (const folder of ['data/User', 'extensions', 'tmp']) {
    await mkdir(path.join(home, folder), { recursive: true });
  }
  await cp(options.workspace, path.join(home, 'workspace'), { recursive: true });
  const settings = { ...quietSettings, ...options.settings };
  await writeFile(path.join(home, 'data/User/settings.json'), JSON.stringify(settings, null, 2));
}

function startServer(
  installation: CodeServerInstallation,
  home: string,
  options: CodeServerOptions,
): ProcessGroup {
  const trust = options.workspaceTrust === true ? [] : ['--disable-workspace-trust'];
  const quiet = ['--disable-telemetry', '--disable-update-check', '--disable-getting-started-override'];
  // Without it the payload that names the extension under development is ignored in silence.
  const testDriver = ['--vscode-option', 'enable-smoke-test-driver'];
  const address = ['--bind-addr', `127.0.0.1:${options.port ?? 0}`, '--auth', 'none'];
  return ProcessGroup.start(
    installation.node,
    [installation.entry, ...folderArguments(home), ...address, ...quiet, ...trust, ...testDriver],
    serverEnvironment(home, options.env),
  );
}

function folderArguments(home: string): string[] {
  return [
    ...['--config', '/dev/null'],
    ...['--user-data-dir', path.join(home, 'data')],
    ...['--extensions-dir', path.join(home, 'extensions')],
  ];
}

/** The caller's environment without what would tie the server to another VS Code, an npm run or the user's folders. */
function serverEnvironment(home: string, extra: Readonly<Record<string, string>> = {}): NodeJS.ProcessEnv {
  const foreign = /^(VSCODE_|ELECTRON_|npm_|NODE_OPTIONS$|PORT$)/;
  const own = Object.entries(process.env).filter(([name]) => !foreign.test(name));
  return {
    ...Object.fromEntries(own),
    ...extra,
    EXTENSIONS_GALLERY: '{"serviceUrl":""}',
    TMPDIR: path.join(home, 'tmp'),
    XDG_DATA_HOME: path.join(home, 'xdg'),
    XDG_CONFIG_HOME: path.join(home, 'xdg'),
    XDG_RUNTIME_DIR: path.join(home, 'xdg'),
  };
}

/**
 * Folder that is given as the one under development. It is a link, since VS Code takes everything below that folder for
 * under development too, and the repository holds the server itself: the user's theme would be ignored, for one.
 */
function developmentLink(home: string): string {
  return path.join(home, 'extension');
}

async function installExtension(
  installation: CodeServerInstallation,
  home: string,
  { extension }: CodeServerOptions,
): Promise<void> {
  switch (extension.by) {
    case 'development':
      return symlink(extension.path, developmentLink(home), 'dir');
    case 'link':
      return symlink(extension.path, path.join(home, 'extensions', path.basename(extension.path)), 'dir');
    case 'vsix': {
      const install = [installation.entry, ...folderArguments(home), '--install-extension', extension.path];
      const env = serverEnvironment(home);
      const result = await runCommand(installation.node, install, { env, timeoutMs: startTimeoutMs });
      if (result.exitCode === 0) return;
      throw new Error(`${extension.path} cannot be installed:\n${lastLines(result.output)}`);
    }
  }
}

/** Waits for the line that names the address, which is the earliest sure sign. */
function listening(group: ProcessGroup): Promise<string> {
  return new Promise((resolve, reject) => {
    let output = '';
    const fail = (reason: string): void => {
      clearTimeout(timer);
      reject(new EnvironmentError(`The VS Code server ${reason}:\n${lastLines(output)}`));
    };
    const timer = setTimeout(() => fail(`was not ready after ${startTimeoutMs / 1000} s`), startTimeoutMs);
    const read = (chunk: Buffer): void => {
      output = (output + chunk.toString()).slice(-20_000);
      const address = /HTTP server listening on (http:\/\/127\.0\.0\.1:\d+)/.exec(output)?.[1];
      if (address === undefined) return;
      clearTimeout(timer);
      resolve(address);
    };
    group.child.stdout?.on('data', read);
    group.child.stderr?.on('data', read);
    group.child.on('error', (error) => fail(`cannot start (${error.message})`));
    group.child.on('exit', (code) => fail(`ended with code ${code ?? 'none'}`));
  });
}
