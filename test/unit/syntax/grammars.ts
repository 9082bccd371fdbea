import { join } from 'node:path';
import { Grammars } from '../../../src/syntax/treeSitter';

/** Where the grammars lie in a checkout. */
export const WASM = join(__dirname, '../../../node_modules/@vscode/tree-sitter-wasm/wasm');

/** One set for all tests: loading takes longer than the tests. */
export const grammars = new Grammars(WASM);
