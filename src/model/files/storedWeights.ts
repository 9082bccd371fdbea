import { basename } from 'node:path';
import { BUFFER } from './specFromTensors';
import { listedElements, type ListedTensor, type TensorListing } from './tensorListing';
import { readIndex, type TensorLists } from './tensorLists';
import { tensorPlace } from './tensorPlace';
import type { Turns } from './turns';
import type { WeightsBeside } from './weightsBeside';

/** What weights say of the model that a configuration can be held to; small, so that it can be kept. */
export interface StoredWeights {
  /** Name of the file, or of the index. */
  file: string;
  format: TensorListing['format'];
  /** Null where weights are packed, or where only their names are known. */
  parameters: number | null;
  /** Layers of the text stack; null where the names do not show it. */
  layers: number | null;
  /** Rows and columns of the embedding of tokens. */
  embedding: { rows: number; columns: number } | null;
  /** The name of one tensor of each size, so that a difference can be put down to one. */
  examples: ReadonlyMap<number, string>;
  /** What is wrong with the file itself. */
  remark: string | null;
}

/** Stored beside weights, or drafts of later tokens: neither counts. */
const UNCOUNTED =
  /inv_freq|position_ids|(^|\.)mtp\.|rotary_emb|nextn|rope_factors|running_mean|running_var|(^|\.)pos_embed\.pos_embed$/;

/** Types that hold parameters one by one; packed ones hold several in an element. */
const PLAIN = /^(F64|F32|F16|BF16|F8_E4M3|F8_E5M2)$/;

/** Layers that guess later tokens are numbered after the model's own; these tensors are theirs alone. */
const DRAFT_LAYER = /\.(eh_proj|enorm|hnorm|shared_head|embed_tokens)\./;

/** Stacks of layers that are not the text's. */
const OTHER_STACK = /vision|visual|audio|image|encoder|speech|tower|mtp|resampler|perceiver|qformer|merger/i;

const EMBEDDING = /(^|\.)(embed_tokens|wte|word_embeddings|tok_embeddings|token_embd|embed_in)\.weight$/;

/** Reads what is held against a configuration. Rejects with ReadFailure, what the file system throws, or the lists' signal. */
export async function storedWeights(beside: WeightsBeside, lists: TensorLists): Promise<StoredWeights> {
  const file = basename(beside.path);
  if (beside.kind === 'names') {
    const { weightMap, metadata } = await readIndex(beside.path);
    const total = metadata.total_parameters;
    return {
      file,
      format: 'safetensors',
      parameters: typeof total === 'number' && Number.isSafeInteger(total) && total > 0 ? total : null,
      layers: layersOf(Object.keys(weightMap)),
      embedding: null,
      examples: new Map(),
      remark: null,
    };
  }
  return summary(file, await lists.of(beside.path), lists.turns);
}

/** Tensors that are looked at in one go: a few milliseconds' work. */
const AT_ONCE = 1000;

async function summary(file: string, listing: TensorListing, turns: Turns): Promise<StoredWeights> {
  // Blocks of a GGUF file hold as many elements as its shapes say, whatever they are packed in.
  let plain = listing.format === 'gguf';
  let packed = false;
  let parameters = 0;
  let table: ListedTensor | undefined;
  const examples = new Map<number, string>();
  for (const [place, tensor] of listing.tensors.entries()) {
    if (place % AT_ONCE === 0) await turns.next();
    const { name, dtype, shape } = tensor;
    if (UNCOUNTED.test(name) || BUFFER.test(name)) continue;
    packed ||= !PLAIN.test(dtype);
    const size = listedElements(tensor);
    parameters += size;
    if (!examples.has(size)) examples.set(size, name);
    if (shape.length === 2 && EMBEDDING.test(name)) table ??= tensor;
  }
  plain ||= !packed;
  const [rows, columns] = table?.shape ?? [];
  await turns.next();
  return {
    file,
    format: listing.format,
    parameters: plain ? parameters : null,
    layers: layersOf(listing.tensors.map(({ name }) => name)),
    embedding: plain && rows !== undefined && columns !== undefined ? { rows, columns } : null,
    examples: plain ? examples : new Map(),
    remark: listing.remarks[0] ?? null,
  };
}

/** Layers of the one stack that is the text's; null where there is none, or more than one. */
function layersOf(names: readonly string[]): number | null {
  const stacks = new Map<string, Set<number>>();
  const drafts = new Set<string>();
  for (const name of names) {
    const { layer, stack } = tensorPlace(name);
    if (layer === null || OTHER_STACK.test(stack)) continue;
    const prefix = stack.slice(0, stack.length - String(layer).length);
    const indices = stacks.get(prefix) ?? new Set();
    stacks.set(prefix, indices.add(layer));
    if (DRAFT_LAYER.test(name)) drafts.add(stack);
  }
  const [only, ...others] = stacks;
  if (only === undefined || others.length > 0) return null;
  const [prefix, indices] = only;
  return [...indices].filter((index) => !drafts.has(`${prefix}${String(index)}`)).length;
}
