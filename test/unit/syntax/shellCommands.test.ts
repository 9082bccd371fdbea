import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Command } from '../../../src/syntax/commandWord';
import { MappedText } from '../../../src/syntax/mappedText';
import { shellCommands } from '../../../src/syntax/shellCommands';
import { grammars } from './grammars';

async function commands(script: string): Promise<readonly Command[]> {
  return shellCommands(MappedText.of(script), await grammars.bash()).commands;
}

async function words(script: string): Promise<(string | null)[]> {
  return (await commands(script)).at(-1)?.words.map((word) => word.value) ?? [];
}

describe('shellCommands', () => {
  it('joins continuation lines and takes quotes off', async () => {
    assert.deepEqual(await words(`run a"b"'c' \\\n  --x='{"a": 1}' "d e" f\\ g`), [
      'run',
      'abc',
      '--x={"a": 1}',
      'd e',
      'f g',
    ]);
  });

  it('reads no comment, and ends a command at a comment between its lines, as a shell does', async () => {
    const read = await commands('# run never\nrun --a 1 \\\n  # --b 2\n  --c 3\n');
    assert.deepEqual(
      read[0]?.words.map((word) => word.value),
      ['run', '--a', '1'],
    );
    assert.equal(read.length, 2);
  });

  it('ends a command where a backslash is missing', async () => {
    const read = await commands('run --a 1\n  --b 2');
    assert.deepEqual(
      read.map((command) => command.words.length),
      [3, 2],
    );
  });

  it('fills in variables and arrays from the assignments above', async () => {
    assert.deepEqual(await words('N=2\nARGS=(--a "b c")\nARGS+=(--d)\nrun $N "${ARGS[@]}" $((N * 4))'), [
      'run',
      '2',
      '--a',
      'b c',
      '--d',
      '8',
    ]);
  });

  it('splits an unquoted variable at blanks, and leads its words back to where they are written', async () => {
    const script = 'FLAGS="--a 1 --b"\nrun $FLAGS';
    const read = (await commands(script)).at(-1);
    assert.deepEqual(
      read?.words.map((word) => script.slice(word.span.start, word.span.end)),
      ['run', '--a', '1', '--b'],
    );
  });

  it('names a default and says that another value may come', async () => {
    const word = (await commands('run ${TP:-4}'))[0]?.words[1];
    assert.equal(word?.value, '4');
    assert.match(word?.note ?? '', /from environment \(TP\), 4 by default/);
  });

  it('does not invent what comes from elsewhere', async () => {
    const read = (await commands('run $MODEL --port=$PORT $(nproc) "$1"'))[0];
    assert.deepEqual(
      read?.words.map((word) => word.value),
      ['run', null, null, null, null],
    );
    assert.deepEqual(
      read?.words.map((word) => word.known),
      ['run', '', '--port=', '', ''],
    );
    assert.match(read?.words[4]?.note ?? '', /command line/);
  });

  it('keeps two values of a branch apart, and marks what a branch adds', async () => {
    const read = (await commands('N=2\nA=(--a)\nif test -f x; then N=4; A+=(--b); fi\nrun $N "${A[@]}"')).at(
      -1,
    );
    assert.equal(read?.words[1]?.value, null);
    assert.match(read?.words[1]?.note ?? '', /2 or 4/);
    assert.deepEqual(
      read?.words.slice(2).map((word) => [word.value, word.conditional]),
      [
        ['--a', false],
        ['--b', true],
      ],
    );
  });

  it('takes a value before an option loop as the default', async () => {
    const script = 'N=4\nwhile [ $# -gt 0 ]; do case $1 in --n) N="$2"; shift 2;; esac; done\nrun --n $N';
    const word = (await commands(script)).at(-1)?.words[2];
    assert.equal(word?.value, '4');
    assert.match(word?.note ?? '', /command line, 4 by default/);
  });

  it('calls functions with their arguments', async () => {
    const read = await commands('serve() { run "$1" --port $2; }\nserve a 80\nserve b 81');
    assert.deepEqual(
      read
        .filter((command) => command.words[0]?.value === 'run')
        .map((command) => command.words.map((word) => word.value)),
      [
        ['run', 'a', '--port', '80'],
        ['run', 'b', '--port', '81'],
      ],
    );
  });

  it('never throws, and every word lies inside the text', async () => {
    const bash = await grammars.bash();
    const piece = fc.oneof(
      fc.string(),
      fc.constantFrom(
        '$(',
        '${A:-',
        '}',
        '"',
        "'",
        '\\\n',
        'A=',
        '+=(',
        ')',
        'if ',
        'fi',
        'do',
        '; ',
        '<<EOF\n',
        'EOF\n',
        '$A',
        'f() {',
      ),
    );
    fc.assert(
      fc.property(
        fc.array(piece).map((parts) => parts.join('')),
        (script) => {
          for (const command of shellCommands(MappedText.of(script), bash).commands) {
            for (const word of command.words)
              assert.ok(
                word.span.start >= 0 && word.span.end <= script.length && word.span.start <= word.span.end,
              );
          }
        },
      ),
    );
  });

  it('gives up a value that doubles with each line', async () => {
    const script = `A=aaaaaaaa\n${'A=$A$A\n'.repeat(60)}run $A`;
    const started = performance.now();
    assert.equal((await commands(script)).at(-1)?.words[1]?.value ?? null, null);
    assert.ok(performance.now() - started < 2_000);
  });
});
