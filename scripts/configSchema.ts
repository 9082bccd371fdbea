/**
 * Writes `media/config.schema.json`, from which the editor completes the keys of a model's configuration: every key that is explained
 * on hover, with what it means. Nothing is required and nothing forbidden; a config.json that is no model's is left alone.
 *
 * Usage: npx tsx scripts/configSchema.ts
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import meanings from '../src/model/explain/meanings.json';
import topicMeanings from '../src/model/explain/topicMeanings.json';
import topics from '../src/model/explain/topics.json';

const SECTIONS = {
  text_config: 'The text part of a model of several parts',
  vision_config: 'The part that takes pictures in',
  audio_config: 'The part that takes sound in',
};

/** The schema as it is written. Keys that make a file a model's are those that its readers start from. */
export function configSchema(): object {
  const sentences: Readonly<Record<string, string>> = topicMeanings;
  const keys = Object.entries(topics).flatMap(([topic, spellings]) =>
    spellings.map((key) => [key, sentences[topic] ?? meaningOf(key)] as const),
  );
  const properties = Object.fromEntries(
    keys.sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, description]) => [key, { description }]),
  );
  const marks = ['model_type', 'architectures', '_class_name'];
  const keysOf = { allOf: [{ $ref: '#/definitions/keys' }] };
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    definitions: { keys: { properties } },
    if: { anyOf: marks.map((mark) => ({ required: [mark] })) },
    then: {
      ...keysOf,
      properties: Object.fromEntries(
        Object.entries(SECTIONS).map(([key, description]) => [key, { description, ...keysOf }]),
      ),
    },
  };
}

function meaningOf(key: string): string {
  const found = Object.entries(meanings).find(([each]) => each === key);
  if (found === undefined) throw new Error(`${key} has no meaning`);
  return found[1].means;
}

export function schemaText(): string {
  return `${JSON.stringify(configSchema(), null, 1)}\n`;
}

if (require.main === module)
  writeFileSync(join(__dirname, '..', 'media', 'config.schema.json'), schemaText());
