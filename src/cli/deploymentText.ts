import type { DeploymentInspection } from './deploymentFile';
import { warningLines } from './warningLines';
import { page, paragraph } from './wrap';

/** What code deploys, for a terminal: each launch with its place and its settings. */
export function deploymentText({ deployments, warnings }: DeploymentInspection): string {
  const blocks = deployments.map(({ engine, model, settings, hardware, range, unresolved }) => [
    `line ${range.start.line}: ${engine} serves ${model ?? 'a model that the file does not name'}`,
    ...(hardware.id === null && hardware.devices === null
      ? []
      : [`  on ${hardware.devices ?? 1} × ${hardware.id ?? 'a device that the file does not name'}`]),
    ...Object.entries(settings).map(([name, value]) => `  ${name} ${JSON.stringify(value)}`),
    ...unresolved.flatMap((what) => paragraph('  not in this file: ', what)),
  ]);
  return page([
    ...blocks.flatMap((block, index) => (index === 0 ? block : ['', ...block])),
    ...warningLines(warnings),
  ]);
}
