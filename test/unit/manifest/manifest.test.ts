import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import manifest from '../../../package.json';
import { ENGINES } from '../../../src/deployment/engine';

const ROOT = resolve(__dirname, '../../..');

function sources(folder: string): string {
  return readdirSync(join(ROOT, folder), { withFileTypes: true })
    .map((entry) =>
      entry.isDirectory()
        ? sources(`${folder}/${entry.name}`)
        : readFileSync(join(ROOT, folder, entry.name), 'utf8'),
    )
    .join('\n');
}

describe('manifest', () => {
  const editor = sources('src/editor');
  const properties = manifest.contributes.configuration.properties;

  it('declares exactly the settings that the code reads', () => {
    const block = /SETTING_KEYS = \{([^}]*)\}/.exec(editor)?.[1] ?? '';
    const read = [...block.matchAll(/'([^']+)'/g)].map((match) => `inferenceLens.${match[1] ?? ''}`);
    assert.deepEqual(read.sort(), Object.keys(properties).sort());
  });

  it('declares exactly the commands that are registered', () => {
    const extension = readFileSync(join(ROOT, 'src/extension.ts'), 'utf8');
    const registered = new Set(
      [
        ...editor.matchAll(/'(inferenceLens\.[\w.]+)': (?:async )?\(/g),
        ...extension.matchAll(/registerCommand\('(inferenceLens\.[\w.]+)'/g),
      ].map((match) => match[1]),
    );
    assert.deepEqual(
      [...registered].sort(),
      manifest.contributes.commands.map(({ command }) => command).sort(),
    );
  });

  it('gives every setting a description, a default and a scope, and stays below 25 of them', () => {
    assert.ok(Object.keys(properties).length < 25);
    for (const [key, property] of Object.entries(properties)) {
      assert.ok('description' in property || 'markdownDescription' in property, key);
      assert.ok('default' in property && 'scope' in property, key);
    }
  });

  it('offers the engines that are estimated', () => {
    assert.deepEqual(properties['inferenceLens.engine'].enum, [...ENGINES]);
  });

  it('puts every command into one category', () => {
    assert.deepEqual(
      [...new Set(manifest.contributes.commands.map(({ category }) => category))],
      ['Inference Lens'],
    );
  });

  it('never activates on everything, and is limited in untrusted workspaces', () => {
    assert.ok(
      !manifest.activationEvents.includes('*') && !manifest.activationEvents.includes('onStartupFinished'),
    );
    const { supported, restrictedConfigurations } = manifest.capabilities.untrustedWorkspaces;
    assert.equal(supported, 'limited');
    // A workspace that nobody trusts names no files to read, on a share of somebody's network for example.
    assert.deepEqual(restrictedConfigurations, ['inferenceLens.hardwareFile']);
  });

  it('names files that exist', () => {
    for (const { url } of manifest.contributes.jsonValidation) assert.ok(existsSync(join(ROOT, url)), url);
    assert.ok(existsSync(join(ROOT, manifest.icon)));
    assert.ok(existsSync(join(ROOT, manifest.contributes.viewsContainers.activitybar[0]?.icon ?? '')));
  });
});
