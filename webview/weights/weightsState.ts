import type { TableView } from './tensorTable';

/** What the page remembers while it is hidden: VS Code throws the page away then. */
export interface WeightsState extends TableView {
  /** Names of the tables under charts that stand open. */
  tables: readonly string[];
  scroll: number;
}

export const EMPTY_STATE: WeightsState = {
  filter: '',
  order: { column: 'name', descending: false },
  byLayer: true,
  folded: [],
  tables: [],
  scroll: 0,
};

/** More folded layers than this are not remembered. */
const MAX_FOLDED = 2_000;

/** Takes a remembered state as it comes, possibly from an older version: what is not understood is forgotten. */
export function restoreState(saved: unknown): WeightsState {
  if (typeof saved !== 'object' || saved === null) return EMPTY_STATE;
  const { filter, order, byLayer, folded, tables, scroll } = saved as Record<keyof WeightsState, unknown>;
  return {
    filter: typeof filter === 'string' ? filter : '',
    order: isOrder(order) ? order : EMPTY_STATE.order,
    byLayer: byLayer !== false,
    folded: texts(folded),
    tables: texts(tables),
    scroll: typeof scroll === 'number' && Number.isFinite(scroll) ? scroll : 0,
  };
}

export function stateToSave(state: WeightsState): WeightsState {
  return state.folded.length > MAX_FOLDED ? { ...state, folded: [] } : state;
}

function texts(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((each) => typeof each === 'string') : [];
}

function isOrder(value: unknown): value is WeightsState['order'] {
  if (typeof value !== 'object' || value === null) return false;
  const { column, descending } = value as Record<string, unknown>;
  return (
    (column === 'name' || column === 'type' || column === 'elements' || column === 'bytes') &&
    typeof descending === 'boolean'
  );
}
