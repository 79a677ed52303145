// Is the data on the page current?
import type { VNode } from 'preact';
import type { LinkState } from '../link/link-status.js';
import { useDashboard } from '../parts/dashboard-context.js';
import { useStore } from '../parts/use-store.js';

const TEXTS: Readonly<Record<LinkState, string>> = {
  connecting: 'Connecting…',
  live: 'Live',
  reconnecting: 'Connection lost; the data is out of date. Reconnecting…',
  refused: 'Not allowed',
  failed: 'Not connected',
};

export function ConnectionPill(): VNode {
  const { link } = useDashboard();
  const { state, user } = useStore(link.status, (status) => status);
  const as = state === 'live' && user ? ` as ${user.userId}` : '';
  return (
    <p class="pill" id="connection" data-state={state} role="status">
      <span class="dot" aria-hidden="true" />
      <span class="foreign">
        {TEXTS[state]}
        {as}
      </span>
    </p>
  );
}
