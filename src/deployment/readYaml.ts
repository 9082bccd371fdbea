import {
  plainWord,
  unknownWord,
  type Command,
  type CommandWord,
  type EnvironmentEntry,
} from '../syntax/commandWord';
import { MappedPlaces, MappedText } from '../syntax/mappedText';
import { shellCommands, type GivenVariables } from '../syntax/shellCommands';
import { entryOf, valueAt, yamlDocuments, type YamlValue } from '../syntax/yamlDocument';
import type { Deployment, WritingForm } from './deployment';
import {
  deploymentOfImage,
  deploymentsInCommand,
  deploymentsInScript,
  versionOf,
  type CommandContext,
} from './readCommands';
import { servingResource } from './readServingResources';
import { mentionsEngine } from './looksLikeDeployment';
import { readPython } from './readPython';
import { readEngineConfiguration } from './readEngineConfiguration';

const MAX_DEPTH = 60;

/**
 * The launches in a YAML file: containers wherever they stand (compose services, Kubernetes containers, KServe predictors, chart values),
 * scripts in scalars, and an engine's own configuration file.
 */
export function readYaml(
  text: string,
  context: CommandContext,
): { deployments: Deployment[]; complete: boolean } {
  const documents = yamlDocuments(text);
  if (documents === null) return { deployments: [], complete: false };
  const deployments = documents.flatMap((document) => {
    const found: Deployment[] = [];
    walk(document, context, found, 0);
    return found.length > 0 ? found : readEngineConfiguration(document, context);
  });
  return { deployments, complete: true };
}

function walk(value: YamlValue, context: CommandContext, found: Deployment[], depth: number): void {
  if (depth > MAX_DEPTH) return;
  if (value.kind === 'list') {
    for (const item of value.items) walk(item, context, found, depth + 1);
    return;
  }
  if (value.kind !== 'map') return;
  const resource = servingResource(value, context);
  if (resource !== null) {
    found.push(...resource);
    return;
  }
  const container = containerDeployments(value, context);
  found.push(...container);
  for (const entry of value.entries) {
    if (entry.key.endsWith('.py') && entry.value.kind === 'scalar' && mentionsEngine(entry.value.text.text)) {
      const mapped = entry.value.text;
      found.push(
        ...readPython(mapped.text, {
          ...context,
          lines: new MappedPlaces(mapped, context.lines),
        }).deployments.map(unwritable),
      );
      continue;
    }
    if (/\.(sh|bash)$/.test(entry.key)) found.push(...scriptDeployments(entry.value, new Map(), context));
    const isCommand = container.length > 0 && COMMAND_KEYS.has(entry.key);
    if (!isCommand) walk(entry.value, context, found, depth + 1);
  }
}

/** A file inside a file: where a new line would have to be indented for both, nothing is added. */
function unwritable(deployment: Deployment): Deployment {
  const { engine, model, settings, hardware, range, unresolved, modelRange, version } = deployment;
  return {
    ...{ engine, model, settings, hardware, range, unresolved },
    ...(modelRange === undefined ? {} : { modelRange }),
    ...(version === undefined ? {} : { version }),
  };
}

const COMMAND_KEYS = new Set(['command', 'args', 'entrypoint', 'image', 'environment', 'env']);

/** What a map with an image, a command or arguments starts. */
function containerDeployments(map: YamlValue, context: CommandContext): Deployment[] {
  const entry = entryOf(map, 'entrypoint');
  const command = entryOf(map, 'command');
  const args = entryOf(map, 'args');
  const image = imageName(entryOf(map, 'image'));
  if (entry === undefined && command === undefined && args === undefined && image === null) return [];
  const environment = environmentOf(map);
  const isCompose = args === undefined;
  const program = isCompose ? entry : command;
  const rest = isCompose ? command : args;
  const span = map.span;
  const words = [...wordsOf(program, environment, context), ...wordsOf(rest, environment, context)];
  const form = formOf(rest ?? program);
  const whole: Command = { words, environment, span };
  const devices = devicesOf(map);
  const version = image === null ? null : versionOf(image);
  const finished = (deployment: Deployment): Deployment => ({
    ...deployment,
    ...(version === null || deployment.version !== undefined ? {} : { version }),
    hardware: { ...deployment.hardware, devices: devices ?? deployment.hardware.devices },
  });
  const own = deploymentsInCommand(whole, form, context).map(finished);
  if (own.length > 0) return own;
  const scripted = [program, rest]
    .flatMap((part) => scriptDeployments(part, environment, context))
    .map(finished);
  if (scripted.length > 0) return scripted;
  if (image === null || (program !== undefined && program.kind !== 'scalar' && words.length > 0)) return [];
  const first = words[0];
  if (
    first !== undefined &&
    first.value !== null &&
    !first.value.startsWith('-') &&
    !first.value.includes('/')
  )
    return [];
  const started = deploymentOfImage(image, words, span, form, context);
  return started === null ? [] : [finished(started.finish())];
}

/** `image: name:tag`, or a chart's `repository` and `tag`. */
function imageName(value: YamlValue | undefined): string | null {
  if (value?.kind === 'scalar') return typeof value.value === 'string' ? value.value : null;
  const repository = entryOf(value, 'repository');
  const tag = entryOf(value, 'tag');
  if (repository?.kind !== 'scalar' || typeof repository.value !== 'string') return null;
  return tag?.kind === 'scalar' && tag.value !== null
    ? `${repository.value}:${String(tag.value)}`
    : repository.value;
}

/** A list's items, or a string as a shell splits it. */
function wordsOf(
  value: YamlValue | undefined,
  environment: Command['environment'],
  context: CommandContext,
): CommandWord[] {
  if (value?.kind === 'list') {
    return value.items.flatMap((item) =>
      item.kind === 'scalar' && item.value !== null ? [listWord(item, environment)] : [],
    );
  }
  if (value?.kind !== 'scalar' || typeof value.value !== 'string') return [];
  const read = shellCommands(value.text, context.bash, givenBy(environment));
  return read.commands.length === 1 ? [...(read.commands[0]?.words ?? [])] : [];
}

function givenBy(environment: Command['environment']): GivenVariables {
  return new Map(
    [...environment].map(([name, entry]) => [
      name,
      entry.value === null ? null : MappedText.standingFor(entry.value, entry.span),
    ]),
  );
}

const REFERENCE =
  /\$\(([A-Za-z_][A-Za-z0-9_]*)\)|\$\{([A-Za-z_][A-Za-z0-9_]*)(?::?-([^}]*))?\}|\{\{[^}]*\}\}/;

/** One item; `$(NAME)` is filled in by Kubernetes, `${NAME:-default}` by compose, `{{ … }}` by Helm. */
function listWord(
  item: Extract<YamlValue, { kind: 'scalar' }>,
  environment: Command['environment'],
): CommandWord {
  const raw = item.text.text;
  const match = item.text.text.includes('\n') || /\s/.test(raw.trim()) ? null : REFERENCE.exec(raw);
  if (match === null) return plainWord(item.text, raw, item.span);
  const name = match[1] ?? match[2];
  const set = name === undefined ? undefined : environment.get(name)?.value;
  const fallback = match[3];
  const value = set ?? fallback ?? null;
  const front = item.text.slice(0, match.index);
  if (value === null) {
    const note = name === undefined ? 'from a template' : `from environment (${name})`;
    return { ...unknownWord(note, raw, item.span), known: front.text };
  }
  const whole = raw.slice(0, match.index) + value + raw.slice(match.index + match[0].length);
  const note =
    set !== undefined && set !== null ? null : `from environment (${name ?? ''}), ${value} by default`;
  return { ...plainWord(MappedText.standingFor(whole, item.span), raw, item.span), note };
}

/** Launches in a scalar that is a script of several commands. */
function scriptDeployments(
  value: YamlValue | undefined,
  environment: Command['environment'],
  context: CommandContext,
): Deployment[] {
  if (value?.kind !== 'scalar' || typeof value.value !== 'string') return [];
  return deploymentsInScript(value.text, formOf(value), context, givenBy(environment)).deployments;
}

function formOf(value: YamlValue | undefined): WritingForm {
  if (value?.kind === 'list') return value.flow ? 'json-list' : 'yaml-list';
  return value?.kind === 'scalar' && value.style === 'block' && value.text.text.split('\n').length <= 2
    ? 'yaml-folded'
    : 'inline';
}

/** `environment:` of compose (map or list) and `env:` of Kubernetes. */
function environmentOf(map: YamlValue): Command['environment'] {
  const result = new Map<string, EnvironmentEntry>();
  for (const holder of [entryOf(map, 'environment'), entryOf(map, 'env')]) {
    if (holder?.kind === 'map') {
      for (const entry of holder.entries) {
        if (entry.value.kind === 'scalar')
          result.set(entry.key, { value: textOf(entry.value), span: entry.value.span });
      }
    } else if (holder?.kind === 'list') {
      for (const item of holder.items) {
        if (item.kind === 'scalar' && typeof item.value === 'string') {
          const equals = item.value.indexOf('=');
          const name = equals === -1 ? item.value : item.value.slice(0, equals);
          result.set(name, { value: equals === -1 ? null : item.value.slice(equals + 1), span: item.span });
        } else {
          const name = entryOf(item, 'name');
          const value = entryOf(item, 'value');
          if (name?.kind === 'scalar') {
            result.set(String(name.value), {
              value: value?.kind === 'scalar' ? textOf(value) : null,
              span: item.span,
            });
          }
        }
      }
    }
  }
  return result;
}

/** A value's text; what refers to something outside is unknown. */
function textOf(value: Extract<YamlValue, { kind: 'scalar' }>): string | null {
  if (value.value === null) return null;
  const text = typeof value.value === 'string' ? value.value : value.text.text;
  return /\$\{|\$\(|\{\{/.test(text) ? null : text;
}

/** Devices that the container asks for: compose reservations, `nvidia.com/gpu` limits. */
function devicesOf(map: YamlValue): number | null {
  const reserved = valueAt(map, 'deploy', 'resources', 'reservations', 'devices');
  if (reserved?.kind === 'list') {
    for (const device of reserved.items) {
      const ids = entryOf(device, 'device_ids');
      if (ids?.kind === 'list') return ids.items.length;
      const count = entryOf(device, 'count');
      if (count?.kind === 'scalar' && typeof count.value === 'number') return count.value;
    }
  }
  const resources = entryOf(map, 'resources');
  for (const holder of [entryOf(resources, 'limits'), entryOf(resources, 'requests')]) {
    if (holder?.kind !== 'map') continue;
    const gpu = holder.entries.find((entry) =>
      /^(nvidia|amd|gpu\.intel)\.com\/(gpu|mig-.*)$|^habana\.ai\/gaudi$/.test(entry.key),
    );
    const count = gpu?.value.kind === 'scalar' ? Number(gpu.value.value) : Number.NaN;
    if (Number.isInteger(count) && count > 0) return count;
  }
  return null;
}
