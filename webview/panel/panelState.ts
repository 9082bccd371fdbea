import { panelQuerySchema, parsePanelToPage } from '../../src/protocol/panelProtocol';
import type { AdviceMessage, PanelQuery } from '../../src/protocol/panelProtocol';
import { parseMessage } from '../../src/protocol/parseMessage';

/** What the page remembers while it is hidden (VS Code throws the page away then), and across a restart of the window. */
export interface PanelState {
  query: PanelQuery | null;
  /** Key of the recommendation that stands open. */
  opened: string | null;
  allRejected: boolean;
  /** Names of the tables that stand open. */
  tables: readonly string[];
  scroll: number;
  /** URI of the document that the panel is about, for the host to bring the panel back by. */
  document: string | null;
  /** The last advice, shown at once while the host works out whether it still holds. */
  last: AdviceMessage | null;
}

export const EMPTY_STATE: PanelState = {
  query: null,
  opened: null,
  allRejected: false,
  tables: [],
  scroll: 0,
  document: null,
  last: null,
};

/** Advice past this many characters is not remembered: VS Code keeps states in its own storage. */
const MAX_REMEMBERED = 1_000_000;

/** Takes a remembered state as it comes, possibly from an older version: what is not understood is forgotten. */
export function restoreState(saved: unknown): PanelState {
  if (typeof saved !== 'object' || saved === null) return EMPTY_STATE;
  const { query, opened, allRejected, tables, scroll, document, last } = saved as Record<
    keyof PanelState,
    unknown
  >;
  const asked = parseMessage(panelQuerySchema, query);
  const message = parsePanelToPage(last);
  return {
    query: asked.ok ? asked.message : null,
    opened: typeof opened === 'string' ? opened : null,
    allRejected: allRejected === true,
    tables: Array.isArray(tables) ? tables.filter((name) => typeof name === 'string') : [],
    scroll: typeof scroll === 'number' && Number.isFinite(scroll) ? scroll : 0,
    document: typeof document === 'string' ? document : null,
    last: message.ok && message.message.type === 'advice' ? message.message : null,
  };
}

/** The state as it is handed to VS Code. */
export function stateToSave(state: PanelState): PanelState {
  const small = state.last !== null && JSON.stringify(state.last).length <= MAX_REMEMBERED;
  return small ? state : { ...state, last: null };
}
