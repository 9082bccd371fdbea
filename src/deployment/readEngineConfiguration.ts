import { entryOf, plainYaml, type YamlValue } from '../syntax/yamlDocument';
import type { Deployment, SettingValue } from './deployment';
import { ENGINE_READERS } from './engines/readers';
import { FoundSettings } from './foundSettings';
import { booleanOf, optionValue } from './options';
import type { CommandContext } from './readCommands';

/** With fewer keys that the engine knows, a map is something else. */
const LEAST_KNOWN_KEYS = 2;

/**
 * An engine's own configuration file (`vllm serve --config`): a map of its options without the dashes. `no-x: true` switches off,
 * a key without a value switches on.
 */
export function readEngineConfiguration(document: YamlValue, context: CommandContext): Deployment[] {
  if (document.kind !== 'map') return [];
  for (const reader of ENGINE_READERS) {
    const options = reader.options();
    const read = document.entries.map((entry) => ({ entry, known: options.flag(`--${entry.key}`) }));
    const known = read.filter((one) => one.known !== undefined);
    if (known.length < LEAST_KNOWN_KEYS || known.length * 2 < document.entries.length) continue;
    const found = new FoundSettings();
    for (const { entry, known: match } of read) {
      const name = match?.option.name ?? entry.key.replaceAll('-', '_');
      const span = { start: entry.keySpan.start, end: Math.max(entry.keySpan.end, entry.value.span.end) };
      const plain = plainYaml(entry.value);
      const text = typeof plain === 'string' ? plain : plain === null ? '' : null;
      const type = match?.option.type;
      let value: SettingValue = text === null || type === undefined ? plain : optionValue(type, text);
      if (type === 'boolean' || type === 'switch')
        value = typeof plain === 'boolean' ? plain : (booleanOf(text ?? '') ?? true);
      if (match?.negated === true) value = value !== true;
      found.set(name, value, span, entry.value.span);
    }
    const tag = entryOf(document, 'model_tag');
    if (tag?.kind === 'scalar' && typeof tag.value === 'string') {
      found.remove('model_tag');
      found.setModel(tag.value, tag.span);
    }
    reader.settle(found);
    const last = document.entries.at(-1);
    const at = last === undefined ? document.span.end : Math.max(last.keySpan.end, last.value.span.end);
    return [
      found.deployment(reader.engine, document.span, context.lines, reader.parallel, {
        form: 'yaml-map',
        at,
      }),
    ];
  }
  return [];
}
