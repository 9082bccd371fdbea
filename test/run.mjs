// The one test command, behind `npm test`: see run/main.ts.
import 'tsx/cjs';
import { createRequire } from 'node:module';

const { main } = createRequire(import.meta.url)('./run/main.ts');
process.exitCode = await main(process.argv.slice(2));
