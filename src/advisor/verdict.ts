import { shortName } from '../hardware/shortName';
import type { Estimate } from '../roofline/estimate';
import type { Scenario } from '../roofline/scenario';
import { totalParameters } from '../model/count';
import { kvCacheBytes } from '../model/memory';
import {
  formatBytes,
  formatCount,
  formatInteger,
  formatPercent,
  formatSeconds,
  formatSequences,
  formatSignificant,
} from '../units/format';
import { engineName } from '../techniques/engineName';
import type { Band } from '../units/quantities';

/** The verdict in a few words: `8.03 B · 164 tok/s · fits H100 SXM`. */
export function shortVerdict(scenario: Scenario, estimate: Estimate): string {
  const devices = scenario.devices > 1 ? `${scenario.devices} × ` : '';
  const speed = estimate.memory.fits ? `${speedOf(estimate)} · fits` : 'does not fit';
  return `${formatCount(totalParameters(scenario.model))} · ${speed} ${devices}${shortName(scenario.device)}`;
}

function speedOf({ throughput, latency }: Estimate): string {
  if (throughput.images !== undefined) return `${formatSeconds(latency.endToEnd.p50)} an image`;
  if (throughput.videos !== undefined) return `${formatSeconds(latency.endToEnd.p50)} a video`;
  if (throughput.sequences !== undefined) return `${formatSignificant(throughput.sequences)} inputs/s`;
  return `${formatSignificant(throughput.total)} tok/s`;
}

export interface Figure {
  label: string;
  value: string;
  detail: string;
}

function bandOf(band: Band): string {
  return `${formatSeconds(band.p10)} – ${formatSeconds(band.p90)}`;
}

/** The four figures that open every answer, and what they assume. */
export function fourFigures(estimate: Estimate): Figure[] {
  return [...timesOf(estimate), memoryOf(estimate)];
}

function timesOf(estimate: Estimate): Figure[] {
  const { latency, throughput, bound, sampling } = estimate;
  if (sampling) {
    const { width, height, frames, steps } = sampling;
    const video = throughput.videos !== undefined;
    const size = `${formatInteger(width)} × ${formatInteger(height)}`;
    return [
      {
        label: video ? 'Video' : 'Image',
        value: formatSeconds(latency.endToEnd.p50),
        detail: `${bandOf(latency.endToEnd)} · ${bound.decode}-bound`,
      },
      {
        label: 'Reckoned with',
        value: `${formatInteger(steps)} steps`,
        detail: video ? `${size}, ${formatInteger(frames)} frames` : size,
      },
      {
        label: 'Throughput',
        value: `${formatSignificant(throughput.images ?? throughput.videos ?? 0)} ${video ? 'videos' : 'images'}/s`,
        detail: `${formatInteger(estimate.concurrency)} at once`,
      },
    ];
  }
  if (throughput.sequences !== undefined) {
    return [
      {
        label: 'Answer',
        value: formatSeconds(latency.endToEnd.p50),
        detail: `${bandOf(latency.endToEnd)} · ${bound.prefill}-bound`,
      },
      {
        label: 'Throughput',
        value: `${formatSignificant(throughput.sequences)} inputs/s`,
        detail: `${formatSignificant(throughput.prefill)} tok/s read · ${formatSignificant(estimate.concurrency)} at once`,
      },
    ];
  }
  return [
    {
      label: 'First token',
      value: formatSeconds(latency.timeToFirstToken.p50),
      detail: `${bandOf(latency.timeToFirstToken)} · ${bound.prefill}-bound`,
    },
    {
      label: 'Per token',
      value: formatSeconds(latency.interToken.p50),
      detail: `${bandOf(latency.interToken)} · ${bound.decode}-bound`,
    },
    {
      label: 'Throughput',
      value: `${formatSignificant(throughput.total)} tok/s`,
      detail: `${formatSignificant(estimate.concurrency)} at once · ${formatSignificant(throughput.perSequence)} each`,
    },
  ];
}

function memoryOf({ memory, sampling }: Estimate): Figure {
  const most = sampling
    ? `up to ${formatInteger(memory.maxConcurrency)} at once`
    : formatSequences(memory.maxConcurrency);
  return {
    label: 'Memory',
    value: `${formatSignificant(memory.perDevice / 1e9)} of ${formatSignificant(memory.capacityPerDevice / 1e9)} GB`,
    detail: memory.fits ? ['fits', most].filter((part) => part !== null).join(' · ') : 'does not fit',
  };
}

export function assumptions({ model, device, devices, setup, workload }: Scenario): string {
  const load =
    workload.requestRate === null ? `${workload.concurrency} at once` : `${workload.requestRate} requests/s`;
  const lengths =
    model.kind === 'diffusion'
      ? ''
      : `, ${formatInteger(workload.inputTokens)} + ${formatInteger(workload.outputTokens)} tokens`;
  return `${devices > 1 ? `${devices} × ` : ''}${shortName(device)}, ${engineName(setup.engine)}, ${load}${lengths}`;
}

/** The cache under this workload: `2.4 GB at 8 × (2,048 + 256) tokens, of 80 GB`. */
export function cacheAtWorkload(scenario: Scenario, estimate: Estimate): string {
  const { workload } = scenario;
  const bytes = estimate.memory.kvCache;
  const each = kvCacheBytes(scenario.model, workload.inputTokens + workload.outputTokens);
  const shape = `${formatSignificant(Math.max(1, estimate.concurrency))} × (${formatInteger(workload.inputTokens)} + ${formatInteger(workload.outputTokens)}) tokens`;
  return each > 0
    ? `${formatBytes(bytes)} at ${shape}, of ${formatBytes(estimate.memory.capacityPerDevice)}`
    : 'no cache that grows with length';
}

/** Weights as they lie in memory: `16.1 GB of weights, 20 % of the device’s 80 GB`. */
export function weightsOnDevice(estimate: Estimate): string {
  const { weights, capacityPerDevice, perDevice, total } = estimate.memory;
  const here = total > 0 ? (weights * perDevice) / total : weights;
  return `${formatBytes(weights)} of weights, ${formatPercent(here / capacityPerDevice)} of each device’s ${formatBytes(capacityPerDevice)}`;
}

/** What a decode step comes to, and what it waits for. */
export function shareOfStep(estimate: Estimate): string {
  const { latency, bound, sampling, throughput } = estimate;
  if (sampling) {
    return `${formatSeconds(latency.endToEnd.p50)} for ${formatInteger(sampling.steps)} steps, ${bound.decode}-bound`;
  }
  if (throughput.sequences !== undefined)
    return `${formatSeconds(latency.endToEnd.p50)} an answer, ${bound.prefill}-bound`;
  return `${formatSeconds(latency.interToken.p50)} a token, ${bound.decode}-bound; first token after ${formatSeconds(latency.timeToFirstToken.p50)}`;
}
