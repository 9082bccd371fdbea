import { allDevices } from '../hardware/catalogue';
import { allPapers } from '../techniques/papers';
import { allTechniques } from '../techniques/catalogue';
import { composesWith } from '../techniques/composes';
import { formatBytes, formatRate } from '../units/format';
import { parseFlags } from './flags';
import { table } from './table';
import { jsonText } from './jsonText';
import { UsageError } from './usageError';

/** Longer names of devices go on in the next line. */
const NAME_WIDTH = 38;

/** Catalogues take no file: `hardware --json`, `techniques --json`, `papers --json`. */
function wantsJson(args: string[]): boolean {
  const { files, json } = parseFlags({}, args);
  if (files.length > 0) throw new UsageError(`“${files[0] ?? ''}” is not expected here`);
  return json;
}

export function listHardware(args: string[]): Promise<string> {
  const devices = allDevices();
  if (wantsJson(args)) {
    return Promise.resolve(jsonText({ hardware: devices }));
  }
  return Promise.resolve(
    table(
      ['id', 'name', 'memory', 'bandwidth', 'bf16/f16'],
      devices.map((device) => [
        device.id,
        device.name,
        formatBytes(device.memory),
        formatRate(device.bandwidth, 'B/s'),
        peakText(device.peak.bf16 ?? device.peak.f16),
      ]),
      [undefined, NAME_WIDTH],
    ),
  );
}

function peakText(peak: number | undefined): string {
  return peak === undefined ? '–' : formatRate(peak, 'FLOP/s');
}

export function listTechniques(args: string[]): Promise<string> {
  const techniques = allTechniques();
  if (wantsJson(args)) {
    return Promise.resolve(
      jsonText({
        techniques: techniques.map((technique) => ({
          ...technique,
          lossless: technique.quality.lossless,
          conflicts: technique.conflicts.map((conflict) => conflict.id),
          conflictReasons: technique.conflicts,
          composes: composesWith(technique, techniques),
        })),
      }),
    );
  }
  return Promise.resolve(
    table(
      ['id', 'family', 'lossless', 'engines'],
      techniques.map((technique) => [
        technique.id,
        technique.family,
        technique.quality.lossless ? 'yes' : 'no',
        [...new Set(technique.engines.map((entry) => entry.engine))].join(', ') || 'research code',
      ]),
    ),
  );
}

export function listPapers(args: string[]): Promise<string> {
  const papers = allPapers();
  if (wantsJson(args)) return Promise.resolve(jsonText({ papers }));
  return Promise.resolve(
    table(
      ['id', 'family', 'rows', 'use'],
      papers.map((paper) => [paper.id, paper.family, String(paper.rows), paper.use]),
    ),
  );
}
