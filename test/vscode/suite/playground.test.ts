import assert from 'node:assert/strict';
import * as vscode from 'vscode';

interface Run {
  output: { kind: string; classes?: { label: string; probability: number }[]; text?: string };
  timing: { first: number; median: number | null };
}

describe('the playground', () => {
  it('names the language of a piece of code, and how long that took', async () => {
    const text = 'import os\n\ndef main(path):\n    for name in os.listdir(path):\n        print(name)\n';
    const run = await vscode.commands.executeCommand<Run>('inferenceLens.playground.run', {
      model: 'guesslang',
      text,
    });
    assert.equal(run.output.classes?.[0]?.label.toLowerCase(), 'python');
    assert.ok(run.timing.first > 0 && (run.timing.median ?? 0) > 0);
  });

  it('says in one sentence when a model is not there', async () => {
    await assert.rejects(
      Promise.resolve(
        vscode.commands.executeCommand('inferenceLens.playground.run', { model: 'nobody', text: '' }),
      ),
      /nobody/,
    );
  });
});
