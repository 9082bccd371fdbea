import { statSync } from 'node:fs';
import { basename, dirname, extname, join } from 'node:path';
import type { Bytes } from '../units/quantities';
import { MAX_DIMENSIONS } from './files/fileLimits';
import { partOf } from './files/specFromTensors';
import { specOfListingInTurns } from './files/specOfListing';
import { listedElements, type ListedTensor, type TensorListing } from './files/tensorListing';
import { TensorLists } from './files/tensorLists';
import type { Turns } from './files/turns';
import { tensorPlace } from './files/tensorPlace';
import { openModel } from './openModelFile';
import type { PlacedTensor } from './placedTensor';
import { quoted, ReadFailure } from './readFailure';
import type { ModelSpec, Unreadable } from './spec';

/** What a weights file holds and what it, with what stands beside it, says the model is. */
export interface OpenedWeights {
  format: TensorListing['format'];
  tensors: readonly PlacedTensor[];
  metadata: Readonly<Record<string, unknown>>;
  fileBytes: Bytes;
  model: ModelSpec;
  /** Things a person should know that the model's own warnings do not say. */
  remarks: readonly string[];
}

export type WeightsReading = { ok: true; weights: OpenedWeights } | { ok: false; error: Unreadable };

/** `model-00002-of-00004.safetensors`: one of several files of a model. */
const SHARD = /-(\d{5})-of-(\d{5})\.(?:safetensors|gguf)$/i;

/**
 * Opens a .gguf, .safetensors or .onnx file by its header: a file of any size costs what its header costs. Never throws: what
 * cannot be read comes back as an error in words.
 */
export async function openWeights(path: string): Promise<WeightsReading> {
  try {
    if (!statSync(path).isFile()) throw new ReadFailure('not-a-model', `${basename(path)} is no plain file.`);
    const lists = new TensorLists();
    const listing = await lists.of(path);
    const tensors = await allPlaced(listing.tensors, lists.turns);
    const remarks = [...listing.remarks, ...shardRemark(path)];
    const opened = await openModel(path, lists);
    if (opened.ok) {
      const said = new Set(opened.model.warnings.map(({ message }) => message));
      return {
        ok: true,
        weights: {
          ...common(listing),
          tensors,
          model: opened.model,
          remarks: remarks.filter((remark) => !said.has(remark)),
        },
      };
    }
    // The configuration beside the file is not understood: the tensors themselves still say their sizes.
    const name = basename(path, extname(path));
    remarks.unshift(`${join(basename(dirname(path)), 'config.json')} does not help: ${opened.error.message}`);
    return {
      ok: true,
      weights: {
        ...common(listing),
        tensors,
        model: await specOfListingInTurns(listing, name, lists.turns),
        remarks,
      },
    };
  } catch (fault) {
    if (fault instanceof ReadFailure)
      return { ok: false, error: { code: fault.code, message: fault.message } };
    return {
      ok: false,
      error: { code: 'not-a-model', message: `${basename(path)} cannot be read: ${reason(fault)}.` },
    };
  }
}

function common({ format, metadata, fileBytes }: TensorListing) {
  return { format, metadata, fileBytes };
}

/** Tensors that are placed in one go: a millisecond's work. */
const PLACED_AT_ONCE = 1000;

async function allPlaced(tensors: readonly ListedTensor[], turns: Turns): Promise<PlacedTensor[]> {
  const all: PlacedTensor[] = [];
  for (let first = 0; first < tensors.length; first += PLACED_AT_ONCE) {
    for (const tensor of tensors.slice(first, first + PLACED_AT_ONCE)) all.push(placed(tensor));
    await turns.next();
  }
  return all;
}

function placed(tensor: ListedTensor): PlacedTensor {
  if (tensor.shape.length > MAX_DIMENSIONS)
    throw new ReadFailure('contradiction', `${quoted(tensor.name)} has more dimensions than any tensor has.`);
  const unknown = tensor.bytes === 0 && listedElements(tensor) > 0;
  return {
    name: tensor.name,
    type: tensor.dtype,
    shape: tensor.shape,
    bytes: unknown ? null : tensor.bytes,
    ...tensorPlace(tensor.name),
    part: partOf(tensor.name, tensor),
  };
}

function shardRemark(path: string): string[] {
  const found = SHARD.exec(path);
  if (!found || found[2] === '00001') return [];
  return [
    `This is file ${String(Number(found[1]))} of ${String(Number(found[2]))} of the model: the table lists its tensors alone.`,
  ];
}

function reason(fault: unknown): string {
  const code = fault instanceof Error && 'code' in fault ? String(fault.code) : '';
  if (code === 'ENOENT') return 'there is no such file';
  if (code === 'EACCES') return 'access is denied';
  return code === '' ? 'it is not what it seems' : code;
}
