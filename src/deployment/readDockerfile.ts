import { plainWord, type Command, type EnvironmentEntry } from '../syntax/commandWord';
import { dockerStages, type DockerInstruction, type DockerStage } from '../syntax/dockerfile';
import type { Deployment } from './deployment';
import {
  deploymentOfImage,
  deploymentsInCommand,
  deploymentsInScript,
  versionOf,
  type CommandContext,
} from './readCommands';

/** What the containers of a Dockerfile start: `ENTRYPOINT` and `CMD` together, stage by stage, and scripts that `RUN` writes. */
export function readDockerfile(text: string, context: CommandContext): Deployment[] {
  return dockerStages(text).flatMap((stage) => stageDeployments(stage, context));
}

function stageDeployments(stage: DockerStage, context: CommandContext): Deployment[] {
  const last = (keyword: DockerInstruction['keyword']): DockerInstruction | undefined =>
    stage.instructions.filter((instruction) => instruction.keyword === keyword).at(-1);
  const entry = last('ENTRYPOINT');
  const command = last('CMD');
  const given = new Map([...stage.variables].map(([name, variable]) => [name, variable.text]));
  const found = stage.instructions
    .filter((instruction) => instruction.keyword === 'RUN' && instruction.script !== null)
    .flatMap((instruction) =>
      instruction.script === null
        ? []
        : deploymentsInScript(instruction.script, 'inline', context, given).deployments,
    );
  const started = startedBy(entry, command, stage, context);
  const version = versionOf(stage.image);
  return [
    ...found,
    ...started.map((deployment) => (version === null ? deployment : { ...deployment, version })),
  ];
}

function startedBy(
  entry: DockerInstruction | undefined,
  command: DockerInstruction | undefined,
  stage: DockerStage,
  context: CommandContext,
): Deployment[] {
  const given = new Map([...stage.variables].map(([name, variable]) => [name, variable.text]));
  const shell = entry?.script ?? (entry === undefined ? (command?.script ?? null) : null);
  if (shell !== null) return deploymentsInScript(shell, 'shell', context, given).deployments;
  const joined = joinedCommand(entry, command, stage);
  if (joined === null) return [];
  const own = deploymentsInCommand(joined, 'json-list', context);
  if (own.length > 0 || entry !== undefined) return own;
  const first = joined.words[0]?.value ?? '';
  if (!first.startsWith('-') && !first.includes('/')) return [];
  return deploymentOfImage(stage.image, joined.words, joined.span, 'json-list', context)?.finish() ===
    undefined
    ? []
    : [deploymentOfImage(stage.image, joined.words, joined.span, 'json-list', context)?.finish()].flatMap(
        (one) => one ?? [],
      );
}

/** Docker appends `CMD` to an `ENTRYPOINT` in exec form. */
function joinedCommand(
  entry: DockerInstruction | undefined,
  command: DockerInstruction | undefined,
  stage: DockerStage,
): Command | null {
  const parts = [entry, command].filter((part) => part !== undefined && part.words !== null);
  const words = parts
    .flatMap((part) => part?.words ?? [])
    .map((word) => plainWord(word.text, word.text.text, word.span));
  const first = parts[0];
  const lastPart = parts.at(-1);
  if (first === undefined || lastPart === undefined || words.length === 0) return null;
  const environment = new Map<string, EnvironmentEntry>(
    [...stage.variables].map(([name, variable]) => [
      name,
      { value: variable.text?.text ?? null, span: variable.span },
    ]),
  );
  return { words, environment, span: { start: first.span.start, end: lastPart.span.end } };
}
