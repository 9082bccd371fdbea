/**
 * Makes media/models/guesslang/model.onnx from the TensorFlow.js model in the npm package @vscode/vscode-languagedetection,
 * and compares both on the files given (or a few of this repository).
 *
 *     npx tsx scripts/make-guesslang.ts [FILE…]
 *
 * The package is installed into a temporary folder, by exact version, and its integrity is compared; nothing is added to package.json.
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { z } from 'zod';
import { type TensorData, float32Tensor, int64Tensor, writeOnnx } from '../src/playground/onnxWriter';
import { BUCKETS, languageIds } from '../src/playground/tasks/languageGuess';

const PACKAGE = '@vscode/vscode-languagedetection';
const VERSION = '1.0.23';
const INTEGRITY =
  'sha512-Ywk6vXC81nUHvc9WX3uFJG/UHFLXDYJgNeUVirBLJGvmchXHdapsGeAYclNqO1thQLmykmJhSouIZV+JJS8o1A==';

/** The package's language ids in words, as guesslang's README lists them. */
const NAMES: Readonly<Record<string, string>> = {
  asm: 'Assembly',
  bat: 'Batchfile',
  c: 'C',
  cs: 'C#',
  cpp: 'C++',
  clj: 'Clojure',
  cmake: 'CMake',
  cbl: 'COBOL',
  coffee: 'CoffeeScript',
  css: 'CSS',
  csv: 'CSV',
  dart: 'Dart',
  dm: 'DM',
  dockerfile: 'Dockerfile',
  ex: 'Elixir',
  erl: 'Erlang',
  f90: 'Fortran',
  go: 'Go',
  groovy: 'Groovy',
  hs: 'Haskell',
  html: 'HTML',
  ini: 'INI',
  java: 'Java',
  js: 'JavaScript',
  json: 'JSON',
  jl: 'Julia',
  kt: 'Kotlin',
  lisp: 'Lisp',
  lua: 'Lua',
  makefile: 'Makefile',
  md: 'Markdown',
  matlab: 'Matlab',
  mm: 'Objective-C',
  ml: 'OCaml',
  pas: 'Pascal',
  pm: 'Perl',
  php: 'PHP',
  ps1: 'PowerShell',
  prolog: 'Prolog',
  py: 'Python',
  r: 'R',
  rb: 'Ruby',
  rs: 'Rust',
  scala: 'Scala',
  sh: 'Shell',
  sql: 'SQL',
  swift: 'Swift',
  tex: 'TeX',
  toml: 'TOML',
  ts: 'TypeScript',
  v: 'Verilog',
  vba: 'Visual Basic',
  xml: 'XML',
  yaml: 'YAML',
};

const ROOT = resolve(__dirname, '..');
const SAMPLES = join(ROOT, 'test/unit/playground/samples');
const OUT = join(ROOT, 'media/models/guesslang');

const Weight = z.object({
  name: z.string(),
  dtype: z.string(),
  shape: z.array(z.number().int()),
  quantization: z.object({ dtype: z.literal('uint8'), min: z.number(), scale: z.number() }).optional(),
});
const Manifest = z.object({ weightsManifest: z.array(z.object({ weights: z.array(Weight) })) });
type Weight = z.infer<typeof Weight>;

function install(folder: string): string {
  writeFileSync(join(folder, 'package.json'), '{"private":true}');
  const wanted = `${PACKAGE}@${VERSION}`;
  execFileSync('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund', wanted], {
    cwd: folder,
    stdio: 'pipe',
  });
  const lock = z
    .object({ packages: z.record(z.string(), z.object({ integrity: z.string().optional() })) })
    .parse(JSON.parse(readFileSync(join(folder, 'package-lock.json'), 'utf8')));
  const found = lock.packages[`node_modules/${PACKAGE}`]?.integrity;
  if (found !== INTEGRITY) throw new Error(`${wanted}: integrity ${String(found)}, expected ${INTEGRITY}`);
  return join(folder, 'node_modules', PACKAGE);
}

/** Cuts the weights file into its tensors; tfjs writes them one after another, strings with a 4-byte length before each. */
function readWeights(source: string): Map<string, { weight: Weight; bytes: Buffer }> {
  const manifest = Manifest.parse(JSON.parse(readFileSync(join(source, 'model/model.json'), 'utf8')));
  const data = readFileSync(join(source, 'model/group1-shard1of1.bin'));
  const found = new Map<string, { weight: Weight; bytes: Buffer }>();
  let at = 0;
  for (const weight of manifest.weightsManifest.flatMap((group) => group.weights)) {
    const count = weight.shape.reduce((product, extent) => product * extent, 1);
    const start = at;
    if (weight.dtype === 'string') {
      for (let index = 0; index < count; index += 1) at += 4 + data.readUInt32LE(at);
    } else {
      at += count * (weight.quantization ? 1 : 4);
    }
    found.set(weight.name, { weight, bytes: data.subarray(start, at) });
  }
  if (at !== data.length) throw new Error(`the weights end at ${at} of ${data.length}`);
  return found;
}

function strings(bytes: Buffer): string[] {
  const found: string[] = [];
  for (let at = 0; at < bytes.length;) {
    const length = bytes.readUInt32LE(at);
    found.push(bytes.toString('utf8', at + 4, at + 4 + length));
    at += 4 + length;
  }
  return found;
}

function build(weights: ReturnType<typeof readWeights>): Uint8Array {
  const initializers: TensorData[] = [int64Tensor('rows', [1], [0])];
  const nodes: Parameters<typeof writeOnnx>[0]['graph']['nodes'][number][] = [];
  const add = (operator: string, inputs: string[], output: string, attributes = {}): string => {
    nodes.push({ operator, inputs, outputs: [output], attributes });
    return output;
  };
  /** The tensor stays in eight bits in the file; `of` is what to widen: the tensor itself, or rows gathered from it. */
  const widen = (name: string, original: string, of = name): string => {
    const entry = weights.get(original);
    if (!entry?.weight.quantization)
      throw new Error(`${original}: not the quantised tensor that was expected`);
    const { scale, min } = entry.weight.quantization;
    initializers.push({ name, type: 'uint8', dimensions: entry.weight.shape, bytes: entry.bytes });
    initializers.push(
      float32Tensor(`${name}.scale`, [], Float32Array.of(scale)),
      float32Tensor(`${name}.min`, [], Float32Array.of(min)),
    );
    const wide = add('Cast', [of], `${name}.wide`, { to: { int: 1 } });
    return add(
      'Add',
      [add('Mul', [wide, `${name}.scale`], `${name}.scaled`), `${name}.min`],
      `${name}.value`,
    );
  };
  const table = (name: string, original: string): string => {
    add('Gather', [name, 'ids'], `${name}.rows`, { axis: { int: 0 } });
    return widen(name, original, `${name}.rows`);
  };
  const mean = add(
    'ReduceMean',
    [
      table('embedding', 'dnn/input_from_feature_columns/input_layer/content_embedding/embedding_weights'),
      'rows',
    ],
    'mean',
    { keepdims: { int: 1 } },
  );
  let hidden = mean;
  for (const [layer, activation] of [
    ['hiddenlayer_0', true],
    ['hiddenlayer_1', true],
    ['logits', false],
  ] as const) {
    const kernel = widen(`${layer}.kernel`, `dnn/${layer}/kernel`);
    const bias = widen(`${layer}.bias`, `dnn/${layer}/bias`);
    hidden = add('Add', [add('MatMul', [hidden, kernel], `${layer}.product`), bias], `${layer}.sum`);
    if (activation) hidden = add('Relu', [hidden], `${layer}.relu`);
  }
  const linear = add(
    'ReduceSum',
    [table('linear', 'linear/linear_model/content/weights'), 'rows'],
    'linear.sum',
    { keepdims: { int: 1 } },
  );
  const wide = add(
    'Add',
    [linear, widen('linear.bias', 'linear/linear_model/bias_weights')],
    'linear.logits',
  );
  add('Softmax', [add('Add', [hidden, wide], 'logits')], 'probabilities', { axis: { int: 1 } });
  return writeOnnx({
    irVersion: 8,
    operatorSets: { '': 18 },
    producer: 'inference-lens scripts/make-guesslang.ts',
    metadata: { source: `${PACKAGE} ${VERSION}`, licence: 'MIT', integrity: INTEGRITY },
    graph: {
      name: 'guesslang',
      nodes,
      inputs: [{ name: 'ids', type: 'int64', dimensions: ['pairs'] }],
      outputs: [{ name: 'probabilities', type: 'float32', dimensions: [1, 54] }],
      initializers,
    },
  });
}

interface Original {
  ModelOperations: new () => {
    runModel(text: string): Promise<{ languageId: string; confidence: number }[]>;
  };
}

/** What the original says about a file: its five likeliest languages. */
interface Expected {
  file: string;
  top: [string, number][];
}

async function compare(source: string, files: string[], labels: string[]): Promise<Expected[]> {
  const { ModelOperations } = createRequire(join(source, 'package.json'))('./dist/lib/index.js') as Original;
  const original = new ModelOperations();
  const { InferenceSession, Tensor } = await import('onnxruntime-node');
  const session = await InferenceSession.create(join(OUT, 'model.onnx'));
  let worst = 0;
  const expected: Expected[] = [];
  for (const file of files) {
    const text = readFileSync(file, 'utf8');
    const ids = languageIds(text);
    const output = await session.run({ ids: new Tensor('int64', ids, [ids.length]) });
    const ours = Array.from(output['probabilities']?.data as Float32Array);
    const theirs = await original.runModel(text);
    const differences = theirs.map((entry) =>
      Math.abs(entry.confidence - (ours[labels.indexOf(entry.languageId)] ?? NaN)),
    );
    worst = Math.max(worst, ...differences);
    const first = theirs[0];
    expected.push({
      file: basename(file),
      top: theirs.slice(0, 5).map(({ languageId, confidence }) => [languageId, confidence]),
    });
    const best = ours.indexOf(Math.max(...ours));
    console.log(
      `${basename(file)}: original ${first?.languageId} ${first?.confidence.toFixed(6)}, ONNX ${labels[best]} ${ours[best]?.toFixed(6)}, largest difference ${Math.max(...differences).toExponential(1)}`,
    );
  }
  console.log(`largest difference over ${files.length} files: ${worst.toExponential(2)}`);
  return expected;
}

async function main(): Promise<void> {
  const temporary = mkdtempSync(join(tmpdir(), 'guesslang-'));
  try {
    const source = install(temporary);
    const weights = readWeights(source);
    const rows = weights.get('linear/linear_model/content/weights')?.weight.shape[0];
    if (rows !== BUCKETS) throw new Error(`${rows} rows, expected ${BUCKETS}`);
    const labels = strings(weights.get('head/ExpandDims/input')?.bytes ?? Buffer.alloc(0));
    const lookup = strings(
      weights.get('head/predictions/class_string_lookup/Const')?.bytes ?? Buffer.alloc(0),
    );
    const ids = lookup.length === 54 ? lookup : labels;
    mkdirSync(OUT, { recursive: true });
    const model = build(weights);
    writeFileSync(join(OUT, 'model.onnx'), model);
    const table = ids.map((id) => {
      const name = NAMES[id];
      if (name === undefined) throw new Error(`no name for the language ${id}`);
      return { id, name };
    });
    writeFileSync(join(OUT, 'labels.json'), `${JSON.stringify(table)}\n`);
    writeFileSync(join(OUT, 'LICENSE'), readFileSync(join(source, 'LICENSE')));
    console.log(
      `model.onnx: ${model.length} bytes, sha256 ${createHash('sha256').update(model).digest('hex')}`,
    );
    const given = process.argv.slice(2);
    if (given.length > 0) await compare(source, given, ids);
    else {
      const names = ['python.txt', 'typescript.txt', 'sql.txt', 'shell.txt', 'rust.txt', 'unicode.txt'];
      const expected = await compare(
        source,
        names.map((name) => join(SAMPLES, name)),
        ids,
      );
      writeFileSync(
        join(SAMPLES, 'expected.json'),
        `${JSON.stringify({ source: `${PACKAGE} ${VERSION}`, expected }, null, 1)}\n`,
      );
    }
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
}

void main();
