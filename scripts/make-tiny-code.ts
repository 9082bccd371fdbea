/**
 * Makes media/models/tiny-code from what scripts/train-tiny-code.py left: weights and settings → model.onnx, with the tokenizer and the
 * settings beside it, and its row in media/models/models.json.
 *
 *     npx tsx scripts/make-tiny-code.ts .cache/tiny-code
 *
 * The graph is built from standard operators alone (opset 23: RMSNormalization, RotaryEmbedding, Attention).
 */
import { createHash } from 'node:crypto';
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import {
  type Node,
  type TensorData,
  type ValueShape,
  float32Tensor,
  int64Tensor,
  writeOnnx,
} from '../src/playground/onnxWriter';

const MEDIA = resolve(__dirname, '../media/models');
const OUT = join(MEDIA, 'tiny-code');
const REFERENCE = resolve(__dirname, '../test/unit/playground/samples/tinyCodeReference.json');

const Config = z.object({
  hidden_size: z.number().int(),
  num_hidden_layers: z.number().int(),
  num_attention_heads: z.number().int(),
  num_key_value_heads: z.number().int(),
  head_dim: z.number().int(),
  vocab_size: z.number().int(),
  max_position_embeddings: z.number().int(),
  rope_theta: z.number(),
  rms_norm_eps: z.number(),
});
type Config = z.infer<typeof Config>;

const Weights = z.record(
  z.string(),
  z.object({ shape: z.array(z.number().int()), offset: z.number().int() }),
);
const Training = z.object({
  packageVersion: z.string(),
  corpusSha256: z.string(),
  files: z.number().int(),
  corpusBytes: z.number().int(),
  trainingTokens: z.number().int(),
  heldOutTokens: z.number().int(),
  bytesPerToken: z.number(),
  parameters: z.number().int(),
  seed: z.number().int(),
  batch: z.number().int(),
  torch: z.string(),
  threads: z.number().int(),
  steps: z.number().int(),
  stableSteps: z.number().int(),
  decaySteps: z.number().int(),
  tokensSeen: z.number().int(),
  trainingLoss: z.number(),
  heldOutLoss: z.number(),
  heldOutBitsPerByte: z.number(),
  minutes: z.number(),
  resumedAt: z.number().int().optional(),
});

interface Matrix {
  shape: number[];
  values: Float32Array;
}

function readWeights(folder: string): (name: string) => Matrix {
  const table = Weights.parse(JSON.parse(readFileSync(join(folder, 'weights.json'), 'utf8')));
  const data = readFileSync(join(folder, 'weights.bin'));
  return (name) => {
    const entry = table[name];
    if (entry === undefined) throw new Error(`no weights named ${name}`);
    const count = entry.shape.reduce((product, extent) => product * extent, 1);
    // A copy, because a view of a file's bytes need not be aligned.
    const bytes = Uint8Array.from(data.subarray(entry.offset, entry.offset + 4 * count));
    return { shape: entry.shape, values: new Float32Array(bytes.buffer) };
  };
}

/** PyTorch keeps a layer's matrix as [out, in]; MatMul wants [in, out]. */
function transposed({ shape, values }: Matrix): Matrix {
  const [rows = 0, columns = 0] = shape;
  const turned = new Float32Array(values.length);
  for (let row = 0; row < rows; row += 1) {
    for (let column = 0; column < columns; column += 1)
      turned[column * rows + row] = values[row * columns + column] ?? 0;
  }
  return { shape: [columns, rows], values: turned };
}

/** Cosines or sines of rotary positions: one row a position, one column for each pair of a head. */
function rotaryTable(config: Config, wave: (angle: number) => number): Matrix {
  const half = config.head_dim / 2;
  const values = new Float32Array(config.max_position_embeddings * half);
  for (let index = 0; index < values.length; index += 1) {
    const frequency = config.rope_theta ** (-(index % half) / half);
    values[index] = wave(Math.floor(index / half) * frequency);
  }
  return { shape: [config.max_position_embeddings, half], values };
}

function build(
  config: Config,
  weights: (name: string) => Matrix,
  metadata: Record<string, string>,
): Uint8Array {
  const nodes: Node[] = [];
  const initializers: TensorData[] = [int64Tensor('zero', [], [0]), int64Tensor('one', [], [1])];
  const constant = (name: string, { shape, values }: Matrix): string => {
    initializers.push(float32Tensor(name, shape, values));
    return name;
  };
  const add = (
    operator: string,
    inputs: string[],
    output: string,
    attributes: Node['attributes'] = {},
  ): string => {
    nodes.push({ operator, inputs, outputs: [output], attributes });
    return output;
  };
  const multiply = (input: string, layer: string): string =>
    add(
      'MatMul',
      [input, constant(`${layer}.weight`, transposed(weights(`${layer}.weight`)))],
      `${layer}.out`,
    );
  const norm = (input: string, layer: string): string =>
    add(
      'RMSNormalization',
      [input, constant(`${layer}.weight`, weights(`${layer}.weight`))],
      `${layer}.out`,
      {
        axis: { int: -1 },
        epsilon: { float: config.rms_norm_eps },
      },
    );

  const ids: ValueShape = { name: 'input_ids', type: 'int64', dimensions: ['batch', 'sequence'] };
  const inputs = [ids];
  const outputs: ValueShape[] = [
    { name: 'logits', type: 'float32', dimensions: ['batch', 'sequence', config.vocab_size] },
  ];
  const extent = (input: string, axis: number, name: string): string =>
    add(
      'Squeeze',
      [add('Shape', [input], `${name}.list`, { start: { int: axis }, end: { int: axis + 1 } })],
      name,
    );
  const past = extent('past_key_values.0.key', 2, 'past');
  const total = add('Add', [past, extent('input_ids', 1, 'sequence')], 'total');
  const range = add('Range', [past, total, 'one'], 'range');
  const positions = add('Expand', [range, add('Shape', ['input_ids'], 'ids.shape')], 'positions');
  constant('cos', rotaryTable(config, Math.cos));
  constant('sin', rotaryTable(config, Math.sin));
  const rotate = (input: string, heads: number): string =>
    add('RotaryEmbedding', [input, 'cos', 'sin', positions], `${input}.rotated`, {
      num_heads: { int: heads },
    });

  let x = add(
    'Gather',
    [constant('embed_tokens.weight', weights('embed_tokens.weight')), 'input_ids'],
    'embedded',
  );
  for (let index = 0; index < config.num_hidden_layers; index += 1) {
    const layer = `layers.${index}`;
    const cache = (kind: string, part: string, length: string): ValueShape => ({
      name: `${kind}.${index}.${part}`,
      type: 'float32',
      dimensions: ['batch', config.num_key_value_heads, length, config.head_dim],
    });
    inputs.push(cache('past_key_values', 'key', 'past'), cache('past_key_values', 'value', 'past'));
    outputs.push(cache('present', 'key', 'total'), cache('present', 'value', 'total'));
    const normed = norm(x, `${layer}.input_layernorm`);
    const query = rotate(multiply(normed, `${layer}.q_proj`), config.num_attention_heads);
    const key = rotate(multiply(normed, `${layer}.k_proj`), config.num_key_value_heads);
    const value = multiply(normed, `${layer}.v_proj`);
    nodes.push({
      operator: 'Attention',
      inputs: [query, key, value, '', `past_key_values.${index}.key`, `past_key_values.${index}.value`],
      outputs: [`${layer}.attention`, `present.${index}.key`, `present.${index}.value`],
      attributes: {
        is_causal: { int: 1 },
        q_num_heads: { int: config.num_attention_heads },
        kv_num_heads: { int: config.num_key_value_heads },
      },
    });
    x = add('Add', [x, multiply(`${layer}.attention`, `${layer}.o_proj`)], `${layer}.attended`);
    const wide = norm(x, `${layer}.post_attention_layernorm`);
    const gate = multiply(wide, `${layer}.gate_proj`);
    const silu = add('Mul', [gate, add('Sigmoid', [gate], `${layer}.sigmoid`)], `${layer}.silu`);
    const product = add('Mul', [silu, multiply(wide, `${layer}.up_proj`)], `${layer}.gated`);
    x = add('Add', [x, multiply(product, `${layer}.down_proj`)], `${layer}.fed`);
  }
  // The head is the embedding again; the transposed copy is made by the runtime, not kept in the file.
  const head = add('Transpose', ['embed_tokens.weight'], 'head', { perm: { ints: [1, 0] } });
  add('MatMul', [norm(x, 'norm'), head], 'logits');
  return writeOnnx({
    irVersion: 11,
    operatorSets: { '': 23 },
    producer: 'inference-lens scripts/make-tiny-code.ts',
    metadata,
    graph: { name: 'tiny-code', nodes, inputs, outputs, initializers },
  });
}

/** The model's card: every figure is the run's own. */
function card(config: Config, training: z.infer<typeof Training>, bytes: number): string {
  const millions = (value: number): string => `${(value / 1e6).toFixed(1)} million`;
  return `# tiny-code: writes what looks like Python

| | |
|---|---|
| Task | text generation, ${config.max_position_embeddings} tokens of context |
| Layout | llama: ${config.num_hidden_layers} layers, width ${config.hidden_size}, ${config.num_attention_heads} heads over ${config.num_key_value_heads} key-value heads of ${config.head_dim}, vocabulary ${config.vocab_size}, tied head (\`config.json\`) |
| Parameters | ${training.parameters} in float32, ${bytes} bytes |
| Inputs | \`input_ids\` int64[batch, sequence], \`past_key_values.N.key\` and \`.value\` float32[batch, ${config.num_key_value_heads}, past, ${config.head_dim}] |
| Outputs | \`logits\` float32[batch, sequence, ${config.vocab_size}], \`present.N.key\` and \`.value\` |
| Operators | standard ones alone, operator set 23 |
| Tokenizer | byte-level byte-pair encoding, \`tokenizer.json\`; ${training.bytesPerToken.toFixed(2)} bytes a token on text held out |
| Licence of the weights | MIT, as this repository |
| Corpus | ${training.files} files, ${millions(training.corpusBytes)} bytes, of CPython's standard library as Debian's libpython3.11-stdlib ${training.packageVersion} installs it; sha256 of names and contents ${training.corpusSha256} |
| Licence of the corpus | Python Software Foundation License 2 (<https://docs.python.org/3/license.html>), copyright © 2001 onwards Python Software Foundation; none of its text is in this folder but what the tokenizer's ${config.vocab_size} pieces and the model's weights keep of it |
| Training | ${training.steps} steps of ${training.batch} × ${config.max_position_embeddings} tokens (${millions(training.tokensSeen)} tokens, ${(training.tokensSeen / training.trainingTokens).toFixed(1)} passes), seed ${training.seed}, ${training.minutes.toFixed(0)} minutes on ${training.threads} CPU thread(s), PyTorch ${training.torch}, bfloat16 products |
| Loss | training ${training.trainingLoss.toFixed(3)}, held out ${training.heldOutLoss.toFixed(3)} nats a token (${training.heldOutBitsPerByte.toFixed(3)} bits a byte) on ${training.heldOutTokens} tokens of files that were not trained on |

Made by

    OMP_NUM_THREADS=1 /usr/bin/python3 scripts/train-tiny-code.py --out .cache/tiny-code --stable-steps ${training.stableSteps} --decay-steps ${training.decaySteps}
    /usr/bin/python3 scripts/train-tiny-code.py --out .cache/tiny-code --reference
    npx tsx scripts/make-tiny-code.ts .cache/tiny-code

The steps are those that a run of a fixed time came to${training.resumedAt === undefined ? '' : `, which was cut off and went on from its weights at step ${training.resumedAt} with a fresh optimiser (--resume)`}; training.json has the whole record. Floating-point sums differ between machines, so a repeated run gives
a model like this one rather than the same bytes. The graph is checked against PyTorch: the same continuation, token by token (test/unit/playground).

What it is for: seeing a language model run, measuring it, and trying what quantisation and caching do to it. What it is not for: it knows the
shape of Python and next to nothing else, and repeats itself; at temperature 0 most of all. Nothing that it writes should be used as code.
`;
}

function main(): void {
  const folder = process.argv[2];
  if (folder === undefined) throw new Error('give the folder that scripts/train-tiny-code.py wrote');
  const config = Config.parse(JSON.parse(readFileSync(join(folder, 'config.json'), 'utf8')));
  const training = Training.parse(JSON.parse(readFileSync(join(folder, 'training.json'), 'utf8')));
  const model = build(config, readWeights(folder), {
    licence: 'MIT',
    corpus: `CPython 3.11 standard library (PSF licence), sha256 ${training.corpusSha256}`,
    seed: String(training.seed),
    steps: String(training.steps),
  });
  mkdirSync(OUT, { recursive: true });
  writeFileSync(join(OUT, 'model.onnx'), model);
  for (const file of ['tokenizer.json', 'config.json', 'training.json'])
    copyFileSync(join(folder, file), join(OUT, file));
  writeFileSync(join(OUT, 'README.md'), card(config, training, model.length));
  copyFileSync(join(folder, 'reference.json'), REFERENCE);
  const sha256 = createHash('sha256').update(model).digest('hex');
  const list = JSON.parse(readFileSync(join(MEDIA, 'models.json'), 'utf8')) as { models: { name: string }[] };
  const row = {
    name: 'tiny-code',
    title: 'Tiny code writer',
    task: 'text-generation',
    bytes: model.length,
    parameters: training.parameters,
    licence: 'MIT',
    path: 'tiny-code/model.onnx',
    sha256,
    source: 'trained by scripts/train-tiny-code.py on the CPython 3.11 standard library (PSF licence)',
    sample: 'def load(path):',
  };
  list.models = [row, ...list.models.filter((model) => model.name !== row.name)];
  writeFileSync(join(MEDIA, 'models.json'), `${JSON.stringify(list, null, 2)}\n`);
  console.log(`model.onnx: ${model.length} bytes, sha256 ${sha256}`);
}

main();
