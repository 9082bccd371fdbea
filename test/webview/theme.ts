import data from './themes.json';

export interface Theme {
  /** Class that VS Code gives the body. */
  kind: string;
  tokens: Readonly<Record<string, string>>;
}

export const THEMES: Readonly<Record<keyof typeof data.themes, Theme>> = data.themes;

export type ThemeName = keyof typeof THEMES;
