import { allDevices } from '../hardware/catalogue';
import { allPapers } from '../techniques/papers';
import { allTechniques } from '../techniques/catalogue';
import { formatBytes, formatRate } from '../units/format';
import { parseArguments } from './options';
import { table } from './table';
import { UsageError } from './usageError';

/** Catalogues take no file: `hardware --json`, `techniques --json`, `papers --json`. */
function wantsJson(args: string[]): boolean {
  const { files, json } = parseArguments('other', args);
  if (files.length > 0) throw new UsageError(`“${files[0] ?? ''}” is not expected here`);
  return json;
}

function json(value: object): string {
  return `${JSON.stringify(value)}\n`;
}

export function listHardware(args: string[]): Promise<string> {
  const devices = allDevices();
  if (wantsJson(args)) {
    return Promise.resolve(json({ hardware: devices }));
  }
  return Promise.resolve(
    table(
      ['id', 'name', 'memory', 'bandwidth', 'bf16/f16'],
      devices.map((device) => [
        device.id,
        device.name,
        formatBytes(device.memory),
        formatRate(device.bandwidth, 'B/s'),
        formatRate(device.peak.bf16 ?? device.peak.f16 ?? Number.NaN, 'FLOP/s'),
      ]),
    ),
  );
}

export function listTechniques(args: string[]): Promise<string> {
  const techniques = allTechniques();
  if (wantsJson(args)) {
    return Promise.resolve(
      json({
        techniques: techniques.map((technique) => ({
          ...technique,
          lossless: technique.quality.lossless,
          conflicts: technique.conflicts.map((conflict) => conflict.id),
          conflictReasons: technique.conflicts,
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
        technique.engines.map((entry) => entry.engine).join(', ') || 'research code',
      ]),
    ),
  );
}

export function listPapers(args: string[]): Promise<string> {
  const papers = allPapers();
  if (wantsJson(args)) return Promise.resolve(json({ papers }));
  return Promise.resolve(
    table(
      ['id', 'family', 'rows', 'use'],
      papers.map((paper) => [paper.id, paper.family, String(paper.rows), paper.use]),
    ),
  );
}
