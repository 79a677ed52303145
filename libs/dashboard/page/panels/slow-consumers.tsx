// Which clients read too slowly?
import type { VNode } from 'preact';
import type { SlowConsumerRow } from '../../src/wire/feed.frames.js';
import { At } from '../parts/at.js';
import { useData } from '../parts/dashboard-context.js';
import { type Column, DataTable } from '../parts/data-table.js';
import { Foreign, Where, Who } from '../parts/foreign.js';
import { Panel } from '../parts/panel.js';
import { slowText } from '../state/row-text.js';

const COLUMNS: readonly Column<SlowConsumerRow>[] = [
  { title: 'User', cell: ({ userId }) => <Who userId={userId} /> },
  { title: 'When', cell: ({ at }) => <At at={at} /> },
  { title: 'Channel', cell: ({ channel }) => (channel === null ? 'replies' : <Foreign text={channel} />) },
  {
    title: 'Consequence',
    cell: (row) => (
      <>
        {slowText(row)}
        <Where nodeId={row.nodeId} />
      </>
    ),
  },
];

export function SlowConsumersPanel(): VNode {
  const rows = useData((state) => state.slowConsumers) ?? [];
  return (
    <Panel id="slow-consumers" title="Slow consumers" note="newest first">
      <DataTable
        caption="Slow consumers, newest first"
        columns={COLUMNS}
        rows={[...rows].reverse()}
        keyOf={({ id }) => String(id)}
        empty="No client has fallen behind."
      />
    </Panel>
  );
}
