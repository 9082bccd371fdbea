import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { ReadFailure } from '../readFailure';
import { readIndex, shardsOf } from './tensorLists';

/** The weights that lie beside a configuration. */
export interface WeightsBeside {
  path: string;
  /** `names`: an index whose files are not all there; it names tensors and says no sizes. */
  kind: 'tensors' | 'names';
  /** Tells this state of the files from another. */
  stamp: string;
}

const SINGLE = ['model.safetensors', 'diffusion_pytorch_model.safetensors'];
const INDEXES = ['model.safetensors.index.json', 'diffusion_pytorch_model.safetensors.index.json'];
const CONFIGURATION = /^(config|params)\.json$/;

/**
 * The weights that a configuration describes, by the names that writers give them; null where there are none. Of several
 * files the plain ones are taken before GGUF, which may be of another make. Rejects with what the file system throws.
 */
export async function weightsBeside(configPath: string): Promise<WeightsBeside | null> {
  if (!CONFIGURATION.test(basename(configPath))) return null;
  const folder = dirname(configPath);
  const names = new Set(await readdir(folder));
  const single = [...SINGLE, ...(basename(configPath) === 'params.json' ? ['consolidated.safetensors'] : [])];
  const one = single.find((name) => names.has(name));
  if (one !== undefined) return beside(folder, one, 'tensors', [one]);
  const index = INDEXES.find((name) => names.has(name));
  if (index !== undefined) {
    const shards = await shardsIn(join(folder, index));
    const whole = shards.length > 0 && shards.every((name) => names.has(name));
    return beside(folder, index, whole ? 'tensors' : 'names', whole ? [index, ...shards] : [index]);
  }
  // A projector for images is a model of its own; of a split file each shows a part alone.
  const gguf = [...names].filter((name) => /\.gguf$/i.test(name) && !/mmproj|-of-\d{5}\.gguf$/i.test(name));
  return gguf.length === 1 && gguf[0] !== undefined ? beside(folder, gguf[0], 'tensors', gguf) : null;
}

/** An index that cannot be read is told when it is read for what it holds. */
async function shardsIn(index: string): Promise<string[]> {
  try {
    return shardsOf((await readIndex(index)).weightMap);
  } catch (fault) {
    if (fault instanceof ReadFailure) return [];
    throw fault;
  }
}

async function beside(
  folder: string,
  name: string,
  kind: WeightsBeside['kind'],
  files: readonly string[],
): Promise<WeightsBeside> {
  const stamps: string[] = [];
  for (const file of files) {
    const { size, mtimeMs } = await stat(join(folder, file));
    stamps.push(`${file} ${String(size)} ${String(mtimeMs)}`);
  }
  return { path: join(folder, name), kind, stamp: stamps.join('\n') };
}
