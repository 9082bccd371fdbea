import type * as vscode from 'vscode';

/** The line of commands that closes a hover. */
export function hoverLinks(uri: vscode.Uri): string {
  const argument = encodeURIComponent(JSON.stringify([uri.toString()]));
  return [
    `[Recommend acceleration](command:inferenceLens.recommend?${argument})`,
    `[Change hardware](command:inferenceLens.changeHardware?${argument})`,
    `[Explain](command:inferenceLens.explain?${argument})`,
  ].join(' · ');
}
