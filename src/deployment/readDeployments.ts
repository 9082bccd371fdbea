import { LineIndex } from '../syntax/range';
import { MappedText } from '../syntax/mappedText';
import { Grammars } from '../syntax/treeSitter';
import type { Warning } from '../units/quantities';
import type { Deployment } from './deployment';
import { deploymentKind, looksLikeDeployment } from './looksLikeDeployment';
import { deploymentsInScript, type CommandContext } from './readCommands';
import { readDockerfile } from './readDockerfile';
import { blockText, fencedBlocks } from './readMarkdown';
import { readPython } from './readPython';
import { readYaml } from './readYaml';

/** Longer files hold data, not launches. */
const MAX_LENGTH = 2_000_000;

export interface DeploymentReading {
  deployments: Deployment[];
  warnings: Warning[];
}

const shared = new Map<string, Grammars>();

function grammarsIn(folder: string): Grammars {
  const known = shared.get(folder);
  if (known !== undefined) return known;
  const grammars = new Grammars(folder);
  shared.set(folder, grammars);
  return grammars;
}

/**
 * Every launch of an engine in a file, in the order of the text: Python, shell, Dockerfile, compose and other container YAML, Markdown.
 * `languageId` is the editor's, or null to go by the name. `grammars` is the folder of the grammars (`Grammars`). Nothing is run, and
 * nothing is guessed: what the file does not show is named in `unresolved`. Rejects only when the grammars cannot be loaded.
 */
export async function readDeployments(
  text: string,
  fileName: string,
  languageId: string | null,
  grammars: string | Grammars,
): Promise<DeploymentReading> {
  if (text.length > MAX_LENGTH) {
    return {
      deployments: [],
      warnings: [{ code: 'too-long', message: 'The file is too long to be read for launches.' }],
    };
  }
  const kind = deploymentKind(text, fileName, languageId);
  if (kind === null || !looksLikeDeployment(text, fileName, languageId))
    return { deployments: [], warnings: [] };
  const loaded = typeof grammars === 'string' ? grammarsIn(grammars) : grammars;
  const context: CommandContext = {
    bash: await loaded.bash(),
    python: await loaded.python(),
    lines: new LineIndex(text),
    source: text,
  };
  const read = readKind(kind, text, context);
  const warnings: Warning[] = read.complete
    ? []
    : [
        {
          code: 'read-in-part',
          message: 'The file is too long or too deep to be read whole: launches may be missing.',
        },
      ];
  return { deployments: read.deployments.sort(byPlace), warnings };
}

type Read = { deployments: Deployment[]; complete: boolean };

function readKind(
  kind: NonNullable<ReturnType<typeof deploymentKind>>,
  text: string,
  context: CommandContext,
): Read {
  switch (kind) {
    case 'python':
      return readPython(text, context);
    case 'shell':
      return deploymentsInScript(MappedText.of(text), 'shell', context);
    case 'dockerfile':
      return { deployments: readDockerfile(text, context), complete: true };
    case 'yaml':
      return readYaml(text, context);
    case 'markdown':
      return readMarkdown(text, context);
    case 'notebook':
      return { deployments: [], complete: true };
  }
}

const SHELL_LANGUAGES = new Set(['', 'bash', 'sh', 'shell', 'console', 'zsh', 'shell-session']);

function readMarkdown(text: string, context: CommandContext): Read {
  const deployments: Deployment[] = [];
  for (const block of fencedBlocks(text)) {
    if (!SHELL_LANGUAGES.has(block.language)) continue;
    deployments.push(...deploymentsInScript(blockText(text, block), 'shell', context).deployments);
  }
  return { deployments, complete: true };
}

function byPlace(left: Deployment, right: Deployment): number {
  return left.range.start.line - right.range.start.line || left.range.start.column - right.range.start.column;
}
