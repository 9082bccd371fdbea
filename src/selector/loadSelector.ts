import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { believed } from './believed';
import { cardSchema } from './card';
import { FEATURE_NAMES, features } from './features';
import { SelectorSession } from './onnx';
import { physicsOnly } from './physicsOnly';
import type { Selector } from './selector';

const loaded = new Map<string, Promise<Selector>>();

/**
 * The trained selector of `media/`, or physics alone where it or the native runtime cannot be loaded; `method` then says why.
 * Loaded once a folder.
 */
export function loadSelector(mediaFolder: string): Promise<Selector> {
  let selector = loaded.get(mediaFolder);
  if (!selector) {
    selector = open(mediaFolder).catch((fault: unknown): Selector => {
      const why = fault instanceof Error ? (fault.message.split('\n')[0] ?? '') : String(fault);
      return {
        ...physicsOnly,
        method: `${physicsOnly.method} (the trained model could not be loaded: ${why})`,
      };
    });
    loaded.set(mediaFolder, selector);
  }
  return selector;
}

async function open(mediaFolder: string): Promise<Selector> {
  const card = cardSchema.parse(JSON.parse(await readFile(join(mediaFolder, 'selector.json'), 'utf8')));
  if (card.features.join() !== FEATURE_NAMES.join())
    throw new Error('selector.onnx was trained on other features');
  const session = await SelectorSession.open(join(mediaFolder, 'selector.onnx'));
  return {
    model: 'selector.onnx',
    version: card.version,
    trainedOn: card.trainedOn,
    method: card.method,
    answer: async (questions) => {
      if (questions.length === 0) return [];
      const { correction, spread } = await session.run(questions.map(features));
      return questions.map(({ physicsRatio }, index) => {
        const centre = Math.log(physicsRatio) + believed(correction[index] ?? 0);
        const half = Math.max(card.leastSpread, spread[index] ?? 0);
        return { p10: Math.exp(centre - half), p50: Math.exp(centre), p90: Math.exp(centre + half) };
      });
    },
  };
}
