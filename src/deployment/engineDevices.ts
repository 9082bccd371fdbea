import table from './engineDevices.json';
import type { Engine } from './engine';

interface Row {
  engine: string;
  vendors: readonly string[];
  source: string;
}

/** Vendors whose devices an engine runs on, as its documentation lists them; null where it names none it leaves out. */
export function vendorsOf(engine: Engine): readonly string[] | null {
  return (table as readonly Row[]).find((row) => row.engine === engine)?.vendors ?? null;
}
