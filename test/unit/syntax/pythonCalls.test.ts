import assert from 'node:assert/strict';
import fc from 'fast-check';
import { pythonCalls, type PythonReading } from '../../../src/syntax/pythonCalls';
import { plainPython, type PythonValue } from '../../../src/syntax/pythonValue';
import { grammars } from './grammars';

async function read(text: string): Promise<PythonReading> {
  return pythonCalls(text, await grammars.python(), (callee) => callee === 'engine.Make');
}

/** Keywords of the last call to `engine.Make`, as plain data; a note in place of what is unknown. */
async function keywords(text: string): Promise<Record<string, unknown>> {
  const call = (await read(`from engine import Make\n${text}`)).calls.at(-1);
  const shown = (value: PythonValue): unknown =>
    value.kind === 'unknown' ? `? ${value.note}` : plainPython(value);
  return Object.fromEntries(
    (call?.keywords ?? []).map((entry) => [entry.name, entry.conditional ? 'sometimes' : shown(entry.value)]),
  );
}

describe('pythonCalls', () => {
  it('reads literals', async () => {
    assert.deepEqual(
      await keywords(
        `Make(a=1_000, b=-0.5, c="x" 'y', d=True, e=None, f=[1, "z"], g={"h": (2,)}, i=r"\\d", j="\\x41\\n")`,
      ),
      { a: 1000, b: -0.5, c: 'xy', d: true, e: null, f: [1, 'z'], g: { h: [2] }, i: '\\d', j: 'A\n' },
    );
  });

  it('follows imports, aliases and subclasses', async () => {
    const text =
      'import engine as e\nfrom engine import Make as M\nclass Own(M):\n    pass\ne.Make(1)\nM(2)\nOwn(3)\nother.Make(4)\nray.remote(n=1)(Own).remote(5)\n';
    const calls = (await read(text)).calls.map((call) =>
      plainPython(call.positional[0]?.value ?? { kind: 'unknown', note: '' }),
    );
    assert.deepEqual(calls, [1, 2, 3, 5]);
  });

  it('computes what the file shows', async () => {
    assert.deepEqual(
      await keywords(
        'K = 1024\nNAME = "llama"\nMake(a=8 * K, b=f"org/{NAME}", c=int("7"), d=str(K), e=K // 3, f=3 if K > 5 else 4)',
      ),
      {
        a: 8192,
        b: 'org/llama',
        c: 7,
        d: '1024',
        e: 341,
        f: 3,
      },
    );
  });

  it('names an argument of the environment or the command line, with its default', async () => {
    const text =
      'import argparse, os\np = argparse.ArgumentParser()\np.add_argument("--size", type=int, default=2)\np.add_argument("--name")\nargs = p.parse_args()\n' +
      'Make(a=args.size, b=args.name, c=os.environ["X"], d=int(os.environ.get("Y", "3")), e=os.getenv("Z"))';
    const call = (await read(`from engine import Make\n${text}`)).calls[0];
    const shown = call?.keywords.map(({ value }) =>
      value.kind === 'scalar' ? [value.value, value.note] : [value.kind === 'unknown' ? value.note : ''],
    );
    assert.deepEqual(shown, [
      [2, 'from --size, 2 by default'],
      [null, 'from --name'],
      ['from environment (X)'],
      [3, 'from environment (Y), 3 by default'],
      ['from environment (Z)'],
    ]);
  });

  it('spreads dictionaries, and marks what a branch changes', async () => {
    const text =
      'kw = {"a": 1, "b": 2}\nkw["c"] = 3\nif unknown():\n    kw["a"] = 9\n    kw["d"] = 4\nkw.update(e=5)\nMake(**kw, f=6)';
    assert.deepEqual(await keywords(text), {
      a: '? differs by branch: 1 or 9',
      b: 2,
      c: 3,
      d: 'sometimes',
      e: 5,
      f: 6,
    });
  });

  it('merges the call that is spread into another', async () => {
    const reading = await read(
      'from dataclasses import asdict\nfrom engine import Make\nargs = Make("m", a=1)\nMake(**asdict(args), b=2)\n',
    );
    assert.deepEqual(
      reading.calls.map((call) => call.keywords.map((entry) => entry.name)),
      [['model', 'a', 'b']],
    );
  });

  it('reads commands given as lists, with what is added later', async () => {
    const reading = await read(
      'import subprocess\ncmd = ["serve", "m", "--n", str(2)]\ncmd += ["--x"]\nif flag():\n    cmd.append("--y")\nsubprocess.run(cmd)\n',
    );
    const command = reading.commands.find((one) => one.words[0]?.value === 'serve');
    assert.deepEqual(
      command?.words.map((word) => [word.value, word.conditional]),
      [
        ['serve', false],
        ['m', false],
        ['--n', false],
        ['2', false],
        ['--x', false],
        ['--y', true],
      ],
    );
  });

  it('reads no comment and no docstring', async () => {
    assert.deepEqual((await read('"""\nfrom engine import Make\nMake(a=1)\n"""\n# Make(a=2)\n')).calls, []);
  });

  it('ends, whatever is defined by itself', async () => {
    const text =
      'def a(x):\n    return Make(c=x)\ndef b(y):\n    a(b(y))\n    b(y)\nclass C(C):\n    z = z\nMake(c=C.z)';
    const shown = (await keywords(text))['c'];
    assert.match(String(shown), /^\?/);
  });

  it('never throws', async () => {
    const python = await grammars.python();
    const piece = fc.oneof(
      fc.string(),
      fc.constantFrom(
        'Make(',
        ')',
        '**kw',
        'kw = {',
        '}',
        'f"{',
        '}"',
        'if x:\n    ',
        '\n',
        'from engine import Make\n',
        'a = ',
        'a',
        'lambda: ',
        '[',
        ']',
        '(',
        '"""',
        '*a',
        'class A(A):\n    ',
        'def f(a=f):\n    ',
      ),
    );
    fc.assert(
      fc.property(
        fc.array(piece).map((parts) => parts.join('')),
        (text) => {
          pythonCalls(text, python, (callee) => callee.endsWith('Make'));
        },
      ),
    );
  });
});
