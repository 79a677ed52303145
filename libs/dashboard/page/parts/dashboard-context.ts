// What do all parts of the page share? The link to the server, the action that waits for confirmation, and the list that is open.
import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { DashboardLink } from '../link/dashboard-link.js';
import type { TokenKeeper } from '../link/token.js';
import type { DashboardState } from '../state/dashboard-state.js';
import type { Store } from '../state/store.js';
import { useStore } from './use-store.js';

/** An action that the admin has chosen but not confirmed. */
export type ProposedAction =
  { readonly kind: 'disconnect'; readonly userId: string } | { readonly kind: 'evict'; readonly channel: string };

export interface Dashboard {
  readonly link: DashboardLink;
  readonly token: TokenKeeper;
  readonly proposed: Store<ProposedAction | null>;
  /** The channel whose members are shown. */
  readonly membersOf: Store<string | null>;
}

export const DashboardContext = createContext<Dashboard | null>(null);

export function useDashboard(): Dashboard {
  const dashboard = useContext(DashboardContext);
  if (!dashboard) throw new Error('Render the component inside <DashboardContext.Provider>.');
  return dashboard;
}

/** Selects a panel's part of the state; null while there is no state. */
export function useData<Seen>(look: (state: DashboardState) => Seen): Seen | null {
  return useStore(useDashboard().link.data, (state) => (state === null ? null : look(state)));
}
