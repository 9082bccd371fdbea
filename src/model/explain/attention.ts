import { formatBinaryBytes, formatBytes, formatInteger } from '../../units/format';
import { kvCacheBytes } from '../memory';
import type { Explainer } from './explanation';
import {
  cacheFormula,
  cachingGroups,
  isCount,
  isInTower,
  layersThatCache,
  partSentence,
  plural,
  times,
} from './figures';

const SHARING: Readonly<Record<string, string>> = {
  mha: 'multi-head attention, every query head has its own',
  mqa: 'multi-query attention, all query heads share one',
};

export const kvHeads: Explainer = ({ spec, value, path }) => {
  if (value === null && spec !== null) {
    return {
      title: 'KV heads not said',
      subtitle: 'as many as query heads',
      lines: list(cacheFormula(spec)),
      touches: ['kv', 'weights'],
    };
  }
  if (!isCount(value) || value === 0) return null;
  const title = plural(value, 'KV head');
  const mixer =
    spec === null || isInTower(path)
      ? undefined
      : cachingGroups(spec).find(({ mixer: m }) => m.kvHeads === value)?.mixer;
  if (spec === null || mixer === undefined)
    return { title, lines: ['Keys and values are kept for each of them and every token.'], touches: [] };
  if (mixer.latent !== undefined) {
    return {
      title,
      subtitle: 'latent attention, the cache does not depend on heads',
      lines: list(cacheFormula(spec)),
      touches: ['kv'],
    };
  }
  const share = mixer.queryHeads / value;
  const kind = share === 1 ? 'mha' : value === 1 ? 'mqa' : 'gqa';
  const subtitle =
    SHARING[kind] ??
    `grouped-query attention, ${Number.isInteger(share) ? `${String(share)} query heads share each` : `${String(mixer.queryHeads)} query heads`}`;
  return {
    title,
    subtitle,
    lines: list(cacheFormula(spec), alternatives(mixer.queryHeads, value)),
    touches: ['kv', 'weights'],
  };
};

function alternatives(queryHeads: number, kvHeads: number): string {
  const said: string[] = [];
  if (queryHeads > kvHeads)
    said.push(`${formatInteger(queryHeads)} heads would take ${times(queryHeads / kvHeads)}`);
  if (kvHeads > 1) said.push(`one head ${times(1 / kvHeads)}`);
  return `${said.join(', ')} · FP8 KV halves it`.replace(/^ · /, '');
}

export const queryHeads: Explainer = ({ spec, value, path }) => {
  if (!isCount(value) || value === 0) return null;
  const title = plural(value, 'query head');
  const mixer = spec === null || isInTower(path) ? undefined : cachingGroups(spec)[0]?.mixer;
  if (spec === null || mixer === undefined)
    return { title, lines: ['Each looks back over the sequence on its own.'], touches: ['time'] };
  const width = value * mixer.keyHeadDim;
  return {
    title,
    subtitle: `${String(mixer.keyHeadDim)} wide, ${formatInteger(width)} together`,
    lines: [
      `Scores cost 2 × ${formatInteger(value)} × ${String(mixer.keyHeadDim)} = ${formatInteger(2 * width)} FLOP a layer for each earlier token, and the same again for values`,
      `A tensor-parallel split must divide ${formatInteger(value)}${value % 8 === 0 ? ': 2, 4 and 8 devices do' : value % 2 === 0 ? '' : ': two devices do not'}`,
    ],
    touches: ['time', 'weights'],
  };
};

export const headDim: Explainer = ({ spec, value, path }) => {
  if (!isCount(value) || value === 0) return null;
  const title = `Heads ${plural(value, 'element')} wide`;
  if (spec === null || isInTower(path)) return { title, lines: [], touches: [] };
  const mixer = cachingGroups(spec)[0]?.mixer;
  const product = mixer === undefined ? 0 : mixer.queryHeads * mixer.keyHeadDim;
  const note =
    mixer !== undefined && product !== spec.hiddenSize
      ? `${String(mixer.queryHeads)} heads × ${String(mixer.keyHeadDim)} = ${formatInteger(product)}, not the width of ${formatInteger(spec.hiddenSize)}: the output projection brings it back`
      : null;
  return { title, lines: list(cacheFormula(spec), note), touches: ['kv', 'weights'] };
};

export const latentRank: Explainer = ({ spec, key, value }) => {
  if (value === null)
    return {
      title: 'No low rank',
      subtitle: 'queries are projected in one step',
      lines: [],
      touches: ['weights'],
    };
  if (!isCount(value) || value === 0) return null;
  if (key.startsWith('q_')) {
    return {
      title: `Queries through rank ${formatInteger(value)}`,
      lines: list(
        'Fewer weights than one full projection; nothing of it is cached',
        spec && partSentence(spec, ['attention']),
      ),
      touches: ['weights'],
    };
  }
  const heads =
    spec === null ? undefined : cachingGroups(spec).find(({ mixer }) => mixer.latent !== undefined)?.mixer;
  if (spec === null || heads?.latent === undefined)
    return { title: `Keys and values through rank ${formatInteger(value)}`, lines: [], touches: ['kv'] };
  const full = heads.queryHeads * (heads.keyHeadDim + heads.valueHeadDim);
  const kept = heads.latent.rank + heads.latent.ropeDim;
  return {
    title: `Latent of ${formatInteger(value)}`,
    subtitle: 'latent attention, one compressed vector a token for all heads',
    lines: list(
      cacheFormula(spec),
      `Full keys and values of ${String(heads.queryHeads)} heads would take ${times(Math.round(full / kept))}`,
    ),
    touches: ['kv', 'weights'],
  };
};

export const window: Explainer = ({ spec, value, section }) => {
  const off = value === null || section.use_sliding_window === false;
  if (off) {
    return {
      title: 'No sliding window',
      subtitle:
        value === null
          ? 'every layer sees the whole sequence'
          : 'use_sliding_window is false, the size has no effect',
      lines: [],
      touches: ['kv'],
    };
  }
  if (!isCount(value) || value === 0) return null;
  const title = `Window of ${formatInteger(value)} tokens`;
  if (spec === null)
    return { title, lines: ['Layers that slide keep no more than that many tokens.'], touches: ['kv'] };
  const sliding = cachingGroups(spec)
    .filter(({ mixer }) => mixer.window === value)
    .reduce((sum, { group }) => sum + group.indices.length, 0);
  const all = layersThatCache(spec);
  if (all === 0)
    return {
      title: `Window of ${formatInteger(value)}`,
      subtitle: 'attention stays inside windows of that size, and nothing is cached',
      lines: [],
      touches: [],
    };
  if (sliding === 0) return { title, subtitle: 'no layer uses it', lines: [], touches: [] };
  const long = Math.max(4 * value, 32768);
  return {
    title,
    subtitle: `${formatInteger(sliding)} of ${plural(all, 'layer')} slide`,
    lines: [
      `At ${formatInteger(long)} tokens a sequence keeps ${formatBytes(kvCacheBytes(spec, long))}; without the window ${formatBytes(long * kvCacheBytes(spec, 1))}`,
      `Every further token costs ${formatBinaryBytes(kvCacheBytes(spec, value + 1) - kvCacheBytes(spec, value))} past the window`,
    ],
    touches: ['kv'],
  };
};

function list(...lines: (string | null | undefined)[]): string[] {
  return lines.filter((line): line is string => typeof line === 'string' && line !== '');
}
