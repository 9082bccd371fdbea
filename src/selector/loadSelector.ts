import { physicsOnly } from './physicsOnly';
import type { Selector } from './selector';

/** The trained selector of `media/`, or physics alone where it or the native runtime cannot be loaded. */
export function loadSelector(_mediaFolder: string): Promise<Selector> {
  return Promise.resolve(physicsOnly);
}
