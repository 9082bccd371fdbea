import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import manifest from '../../../package.json';
import { schemaText } from '../../../scripts/configSchema';
import topicMeanings from '../../../src/model/explain/topicMeanings.json';
import topics from '../../../src/model/explain/topics.json';

const ROOT = resolve(__dirname, '../../..');

describe('the schema of a configuration', () => {
  it('is what its data say: npx tsx scripts/configSchema.ts writes it', () => {
    const [first] = manifest.contributes.jsonValidation;
    assert.ok(first);
    assert.equal(readFileSync(join(ROOT, first.url), 'utf8'), schemaText());
  });

  it('has a sentence for every topic that has none of its own for each key', () => {
    assert.deepEqual([...Object.keys(topicMeanings), 'described'].sort(), Object.keys(topics).sort());
  });

  it('requires nothing, forbids nothing, and leaves other files alone', () => {
    assert.doesNotMatch(schemaText(), /"(type|enum|additionalProperties|not)":/);
    assert.match(schemaText(), /"if"/);
  });
});
