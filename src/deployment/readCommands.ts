import type { Command, CommandWord } from '../syntax/commandWord';
import type { MappedText, Places, Span } from '../syntax/mappedText';
import { shellCommands, type GivenVariables } from '../syntax/shellCommands';
import type { Grammar } from '../syntax/treeSitter';
import { launchIn, onlyTalks, readArguments } from './commandLine';
import type { Deployment, WritingForm } from './deployment';
import type { EngineReader } from './engines/engineReader';
import { ENGINE_READERS } from './engines/readers';
import { FoundSettings } from './foundSettings';
import { mentionsEngine } from './looksLikeDeployment';

/** A script in a script in a script is as deep as people go. */
const MAX_NESTING = 4;

/** What a reader of commands needs beside the commands. */
export interface CommandContext {
  readonly bash: Grammar;
  readonly python: Grammar;
  readonly lines: Places;
  readonly source: string;
}

/** The launches in a shell text: its commands, scripts given to `bash -c` and the like, here-documents. */
export function deploymentsInScript(
  script: MappedText,
  form: WritingForm,
  context: CommandContext,
  given: GivenVariables = new Map(),
  nesting = 0,
): { deployments: Deployment[]; complete: boolean } {
  const read = shellCommands(script, context.bash, given);
  const deployments = read.commands.flatMap((command) =>
    deploymentsInCommand(command, form, context, nesting),
  );
  if (nesting < MAX_NESTING) {
    for (const document of read.documents) {
      if (mentionsEngine(document.text))
        deployments.push(...deploymentsInScript(document, 'inline', context, given, nesting + 1).deployments);
    }
  }
  return { deployments: distinct(deployments), complete: read.complete };
}

/** The launch that a command is, or the launches in a script that it is given as one word. */
export function deploymentsInCommand(
  command: Command,
  form: WritingForm,
  context: CommandContext,
  nesting = 0,
): Deployment[] {
  for (const reader of ENGINE_READERS) {
    const launch = launchIn(command, reader);
    if (launch === null) continue;
    const words = command.words.slice(launch.firstArgument);
    const found = new FoundSettings();
    readArguments(words, launch.takesModel, reader, found);
    readSurroundings(command, launch.firstArgument, reader, found);
    return [finished(reader, found, command.span, lastWritten(command), form, context)];
  }
  if (nesting >= MAX_NESTING || onlyTalks(command)) return [];
  return command.words.flatMap((word) => {
    const script =
      word.value !== null && word.mapped !== null && /\s/.test(word.value) && mentionsEngine(word.value)
        ? word.mapped
        : null;
    return script === null
      ? []
      : deploymentsInScript(script, 'inline', context, exportedTo(command), nesting + 1).deployments;
  });
}

function exportedTo(command: Command): GivenVariables {
  return new Map([...command.environment].map(([name]) => [name, null]));
}

/** A container's arguments, where its image runs the engine and the command names no program. */
export function deploymentOfImage(
  image: string,
  words: readonly CommandWord[],
  span: Span,
  form: WritingForm,
  context: CommandContext,
): { reader: EngineReader; found: FoundSettings; finish: () => Deployment } | null {
  const reader = ENGINE_READERS.find((candidate) => candidate.isImage(image));
  if (reader === undefined) return null;
  const found = new FoundSettings();
  readArguments(words, true, reader, found);
  found.version ??= versionOf(image);
  return { reader, found, finish: () => finished(reader, found, span, words.at(-1), form, context) };
}

export function finished(
  reader: EngineReader,
  found: FoundSettings,
  span: Span,
  last: CommandWord | undefined,
  form: WritingForm,
  context: CommandContext,
): Deployment {
  reader.settle(found);
  return found.deployment(
    reader.engine,
    span,
    context.lines,
    reader.parallel,
    last === undefined ? null : { form, at: last.span.end },
  );
}

/** The last word that stands in the command itself, always: after it a new one can be added. */
function lastWritten(command: Command): CommandWord | undefined {
  const inside = (word: CommandWord): boolean =>
    !word.conditional && word.span.start >= command.span.start && word.span.end <= command.span.end;
  return command.words.findLast((word) => inside(word) && word.span.end > word.span.start);
}

/** Devices and release, from what stands around the launch. */
function readSurroundings(
  command: Command,
  firstArgument: number,
  reader: EngineReader,
  found: FoundSettings,
): void {
  const visible = command.environment.get('CUDA_VISIBLE_DEVICES')?.value ?? null;
  if (visible !== null) found.devices ??= countVisible(visible);
  for (const [name, setting] of Object.entries(reader.environment)) {
    const entry = command.environment.get(name);
    if (entry?.value !== undefined && entry.value !== null && !found.has(setting))
      found.set(setting, entry.value, entry.span, entry.span);
  }
  command.words.slice(0, firstArgument).forEach((word, index) => {
    if (reader.isImage(word.known)) found.version ??= versionOf(word.known);
    if (word.value === '--gpus') found.devices ??= countAsked(command.words[index + 1]?.value ?? '');
    if (word.value?.startsWith('--gpus=') === true)
      found.devices ??= countAsked(word.value.slice('--gpus='.length));
    if (/^(-e|--env)$/.test(word.value ?? '')) fromPair(command.words[index + 1], reader, found);
  });
}

function fromPair(word: CommandWord | undefined, reader: EngineReader, found: FoundSettings): void {
  const [name, value] = word?.value?.split('=', 2) ?? [];
  if (word === undefined || name === undefined || value === undefined) return;
  if (name === 'CUDA_VISIBLE_DEVICES' || name === 'NVIDIA_VISIBLE_DEVICES')
    found.devices ??= countVisible(value);
  const setting = reader.environment[name];
  if (setting !== undefined && !found.has(setting)) found.set(setting, value, word.span, word.span);
}

/** How many devices `CUDA_VISIBLE_DEVICES` names: `0,1` → 2; null where it is no list. */
function countVisible(text: string): number | null {
  return /^[\w-]*\d[\w-]*(,[\w-]+)*$/.test(text) ? text.split(',').length : null;
}

/** How many devices Docker's `--gpus` asks for: `2`, `"device=0,1"`; null for `all`, which depends on the machine. */
function countAsked(text: string): number | null {
  const list = text.replaceAll(/["']/g, '');
  if (/^\d+$/.test(list)) return Number(list);
  return list.startsWith('device=') ? countVisible(list.slice('device='.length)) : null;
}

/** `v0.11.0` of an image's tag, or null. */
export function versionOf(image: string): string | null {
  return /:v?(\d+\.\d+(?:\.\d+)?)/.exec(image)?.[1] ?? null;
}

/** The same launch reached twice, by a function called twice with the same arguments, is one. */
function distinct(deployments: readonly Deployment[]): Deployment[] {
  const seen = new Set<string>();
  return deployments.filter((deployment) => {
    const key = JSON.stringify(deployment);
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}
