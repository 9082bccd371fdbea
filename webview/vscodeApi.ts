/** What VS Code gives a page to reach its host and to remember across hiding. */
export interface VsCodeApi {
  postMessage(message: unknown): void;
  getState(): unknown;
  setState(state: unknown): void;
}

declare function acquireVsCodeApi(): VsCodeApi;

/** May be called once a page. */
export function vsCodeApi(): VsCodeApi {
  return acquireVsCodeApi();
}
