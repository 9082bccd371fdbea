/**
 * The plan of the building as data: which room may import which. ESLint reads it for feedback while typing, and the test
 * beside it keeps it. `typesOnly`: other rooms may be imported for their types, nothing at run time.
 */
const ENGINE = [
  'units',
  'model',
  'hardware',
  'workload',
  'deployment',
  'roofline',
  'techniques',
  'selector',
  'advisor',
  'syntax',
];

export const ROOMS = {
  units: { mayImport: [] },
  syntax: { mayImport: ['units'] },
  model: { mayImport: ['units', 'syntax'] },
  hardware: { mayImport: ['units'] },
  workload: { mayImport: ['units'] },
  deployment: { mayImport: ['units', 'syntax', 'workload'] },
  roofline: { mayImport: ['units', 'model', 'hardware', 'workload', 'deployment'] },
  techniques: { mayImport: ['units', 'model', 'hardware', 'workload', 'deployment', 'roofline'] },
  selector: { mayImport: ['units', 'model', 'hardware', 'workload', 'deployment', 'roofline', 'techniques'] },
  advisor: { mayImport: ENGINE.filter((room) => room !== 'advisor') },
  protocol: { mayImport: [], typesOnly: true },
  editor: { mayImport: [...ENGINE, 'protocol'], vscode: true },
  playground: { mayImport: [...ENGINE, 'protocol'], vscode: true },
  cli: { mayImport: ENGINE },
};
