import * as vscode from 'vscode';
import type { Position, Range } from '../syntax/range';

/** Our positions count from 1, the editor's from 0. */
export function toRange(range: Range): vscode.Range {
  return new vscode.Range(
    range.start.line - 1,
    range.start.column - 1,
    range.end.line - 1,
    range.end.column - 1,
  );
}

export function contains(range: Range, position: vscode.Position): boolean {
  return toRange(range).contains(position);
}

export function toPosition(position: vscode.Position): Position {
  return { line: position.line + 1, column: position.character + 1 };
}
