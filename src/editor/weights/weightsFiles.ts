import { stat } from 'node:fs/promises';
import type * as vscode from 'vscode';
import type { WeightsReading } from '../../model/openWeights';
import type { EngineRooms } from '../engineRooms';

/** Readings kept: a file, its panel and a neighbour to compare it with, and one more. */
const MAX_KEPT = 4;

interface Kept {
  stamp: string;
  reading: Promise<WeightsReading>;
}

/** Headers of weights files, each read once until the file changes. */
export class WeightsFiles {
  private readonly kept = new Map<string, Kept>();

  constructor(private readonly rooms: EngineRooms) {}

  async read(uri: vscode.Uri): Promise<WeightsReading> {
    if (uri.scheme !== 'file') return elsewhere(uri);
    const key = uri.toString();
    const stamp = await stampOf(uri.fsPath);
    const known = this.kept.get(key);
    if (known?.stamp === stamp) return known.reading;
    const reading = this.rooms.weights().then(({ openWeights }) => openWeights(uri.fsPath));
    this.kept.delete(key);
    this.kept.set(key, { stamp, reading });
    const [oldest] = this.kept.keys();
    if (this.kept.size > MAX_KEPT && oldest !== undefined) this.kept.delete(oldest);
    return reading;
  }
}

function elsewhere(uri: vscode.Uri): WeightsReading {
  return {
    ok: false,
    error: {
      code: 'unsupported',
      message: `Only the header of weights is read, by offset, which takes a file on this machine; this one is behind “${uri.scheme}:”.`,
    },
  };
}

/** Tells one state of a file from another; a file that is not there has one, too. */
async function stampOf(path: string): Promise<string> {
  try {
    const { size, mtimeMs } = await stat(path);
    return `${String(size)} ${String(mtimeMs)}`;
  } catch {
    return 'none';
  }
}
