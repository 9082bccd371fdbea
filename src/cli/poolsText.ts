import { linkInWords } from '../advisor/pooledEstimate';
import type { PoolFigures, PoolSplit } from '../roofline/disaggregated';
import { formatBytes, formatPercent, formatSeconds, formatSignificant } from '../units/format';
import { table } from './table';

/** Who computes prompts and who answers, how busy each is, and what caches take between them. */
export function poolsText(split: PoolSplit): string[] {
  const rated = split.prefill.load !== null;
  const share = (load: number | null, servable: number | null): string[] =>
    load === null || servable === null
      ? []
      : [formatPercent(load), `${formatSignificant(servable)} requests/s`];
  const row = (name: string, pool: PoolFigures): string[] => [
    name,
    machine(pool),
    ...share(pool.load, pool.servable),
    `${formatBytes(pool.memory)} of ${formatBytes(pool.capacity)} that may be used`,
  ];
  return table(
    ['pool', 'devices', ...(rated ? ['load', 'at most'] : []), 'memory'],
    [
      row('prefill', split.prefill),
      row('decode', split.decode),
      [
        'link',
        formatSeconds(split.link.seconds),
        ...share(split.link.load, split.link.servable),
        linkInWords(split),
      ],
    ],
    [],
  )
    .trimEnd()
    .split('\n');
}

function machine({ hardware, devices, replicas, tensorParallel, pipelineParallel }: PoolFigures): string {
  const each = tensorParallel * pipelineParallel;
  const copies = replicas > 1 && each > 1 ? ` (${replicas} copies of ${each})` : '';
  return `${devices} × ${hardware}${copies}`;
}
