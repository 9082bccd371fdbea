import type { PlaygroundToPage } from '../../src/protocol/playgroundProtocol';

type Of<Type extends PlaygroundToPage['type']> = Extract<PlaygroundToPage, { type: Type }>;

export function modelsMessage(restricted: boolean): Of<'models'> {
  return {
    type: 'models',
    restricted,
    selected: 'tiny-code',
    models: [
      {
        id: 'tiny-code',
        name: 'tiny-code',
        task: 'text generation',
        generates: true,
        bytes: 8.8e6,
        parameters: 2.0e6,
        facts: ['opset 17', '64 nodes', 'bundled'],
        sample: 'def load(path):\n',
      },
      {
        id: 'guesslang',
        name: 'guesslang',
        task: 'language of code',
        generates: false,
        bytes: 839e3,
        parameters: null,
        facts: ['54 classes', 'bundled'],
        sample: 'fn main() { println!("hello"); }',
      },
    ],
  };
}

export function textResult(inReplyTo: number): Of<'result'> {
  return {
    type: 'result',
    inReplyTo,
    output: {
      kind: 'text',
      text: 'def load(path):\n    """Return the contents of the file."""\n    with open(path) as f:\n        return f.read()',
      tokens: 71,
    },
    timing: {
      load: 0.036,
      first: 0.0814,
      median: null,
      p95: null,
      runs: 0,
      timeToFirstToken: 0.0029,
      tokensPerSecond: 1020,
      memory: 91e6,
    },
  };
}

export function classesResult(inReplyTo: number): Of<'result'> {
  return {
    type: 'result',
    inReplyTo,
    output: {
      kind: 'classes',
      classes: [
        { label: 'Rust', probability: 0.912 },
        { label: 'JavaScript', probability: 0.041 },
        { label: 'Go', probability: 0.019 },
        { label: 'C++', probability: 0.006 },
        { label: 'Swift', probability: 0.0004 },
      ],
    },
    timing: {
      load: null,
      first: 0.0066,
      median: 0.00052,
      p95: 0.00071,
      runs: 50,
      timeToFirstToken: null,
      tokensPerSecond: null,
      memory: 87e6,
    },
  };
}
