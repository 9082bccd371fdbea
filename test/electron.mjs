// `npm run test:electron [version]`: the suite of test/vscode/suite in a downloaded desktop VS Code, where one can be had.
import 'tsx/cjs';
import { createRequire } from 'node:module';

const { runElectron } = createRequire(import.meta.url)('./vscode-host/runElectron.ts');
process.exitCode = await runElectron(process.argv[2] ?? 'stable');
