export interface Room {
  mayImport: string[];
  /** Types may come from any room. */
  typesOnly?: boolean;
  /** May import `vscode` at run time. */
  vscode?: boolean;
}
export const ROOMS: Record<string, Room>;
