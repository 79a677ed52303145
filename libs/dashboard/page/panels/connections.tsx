// Which clients are connected, from where, and to which channels are they subscribed?
import type { VNode } from 'preact';
import { useMemo, useState } from 'preact/hooks';
import type { ConnectionRow } from '../../src/wire/feed.frames.js';
import { Since } from '../parts/at.js';
import { useDashboard, useData } from '../parts/dashboard-context.js';
import { type Column, DataTable } from '../parts/data-table.js';
import { FilterBox } from '../parts/filter-box.js';
import { Foreign, Who } from '../parts/foreign.js';
import { Panel } from '../parts/panel.js';
import { useStore } from '../parts/use-store.js';
import { userText } from '../state/row-text.js';
import { programOf } from '../state/user-agent.js';
import { containsText } from '../state/stream-filter.js';

/** Most channel names shown at once; a longer list is collapsed to its number. */
const OPEN_CHANNELS = 3;

export function ConnectionsPanel(): VNode {
  const { proposed, link } = useDashboard();
  const own = useStore(link.status, ({ user }) => user?.userId ?? null);
  const listing = useData((state) => state.connections);
  const [wanted, setWanted] = useState('');
  const rows = useMemo(() => {
    const text = wanted.trim().toLowerCase();
    return (listing?.rows ?? []).filter((row) => containsText(wordsOf(row), text));
  }, [listing, wanted]);
  return (
    <Panel
      id="connections"
      title="Connections"
      wide
      tools={<FilterBox label="Filter connections" value={wanted} onChange={setWanted} />}
    >
      <DataTable
        caption="Connections"
        columns={columns(own, (userId) => proposed.set({ kind: 'disconnect', userId }))}
        rows={rows}
        keyOf={({ connectionId }) => connectionId}
        empty={wanted === '' ? 'No client is connected.' : 'No connection matches.'}
        more={listing?.more}
      />
    </Panel>
  );
}

function columns(own: string | null, onDisconnect: (userId: string) => void): readonly Column<ConnectionRow>[] {
  return [
    { title: 'User', cell: (row) => <User row={row} isOwn={row.userId !== null && row.userId === own} /> },
    { title: 'Client', cell: (row) => <Client row={row} /> },
    { title: 'Since', cell: ({ since }) => <Since at={since} /> },
    { title: 'Channels', cell: ({ channels }) => <Channels names={channels} /> },
    {
      title: 'Action',
      cell: ({ userId }) =>
        userId === null ? null : (
          <button type="button" class="quiet small" onClick={() => onDisconnect(userId)}>
            Disconnect<span class="hidden-visually"> {userId}</span>…
          </button>
        ),
    },
  ];
}

function wordsOf({ connectionId, userId, roles, address, userAgent, channels }: ConnectionRow): string[] {
  return [connectionId, userText(userId), ...roles, address, userAgent, programOf(userAgent), ...channels];
}

function User({ row: { userId, roles }, isOwn }: { readonly row: ConnectionRow; readonly isOwn: boolean }): VNode {
  return (
    <>
      <Who userId={userId} />
      {isOwn && <span class="note"> you</span>}
      {roles.length > 0 && (
        <span class="second">
          <Foreign text={roles.join(', ')} plain />
        </span>
      )}
    </>
  );
}

function Client({ row: { address, userAgent } }: { readonly row: ConnectionRow }): VNode {
  return (
    <>
      <Foreign text={address} />
      <span class="second">
        <Foreign text={programOf(userAgent)} title={userAgent} plain />
      </span>
    </>
  );
}

function Channels({ names }: { readonly names: readonly string[] }): VNode {
  if (names.length === 0) return <span class="faded">none</span>;
  const list = (
    <ul class="names">
      {names.map((name) => (
        <li key={name}>
          <Foreign text={name} />
        </li>
      ))}
    </ul>
  );
  if (names.length <= OPEN_CHANNELS) return list;
  return (
    <details>
      <summary>{names.length} channels</summary>
      {list}
    </details>
  );
}
