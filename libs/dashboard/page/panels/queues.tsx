// How many jobs are in each queue, and is its Redis reachable?
import type { VNode } from 'preact';
import type { QueueRow } from '../../src/wire/feed.frames.js';
import { useData } from '../parts/dashboard-context.js';
import { type Column, DataTable } from '../parts/data-table.js';
import { Foreign } from '../parts/foreign.js';
import { count } from '../state/format.js';
import { Panel } from '../parts/panel.js';

const COLUMNS: readonly Column<QueueRow>[] = [
  { title: 'Queue', cell: ({ name }) => <Foreign text={name} /> },
  {
    title: 'State',
    cell: ({ state }) => (state === 'up' ? <span class="good">up</span> : <strong class="bad">down</strong>),
  },
  { title: 'Waiting', cell: ({ state, waiting }) => figure(state, waiting), numeric: true },
  { title: 'Active', cell: ({ state, active }) => figure(state, active), numeric: true },
  { title: 'Completed', cell: ({ state, completed }) => figure(state, completed), numeric: true },
  { title: 'Failed', cell: ({ state, failed }) => figure(state, failed), numeric: true },
];

export function QueuesPanel(): VNode {
  const rows = useData((state) => state.queues) ?? [];
  const down = rows.filter(({ state }) => state === 'down');
  return (
    <Panel id="queues" title="Job queues">
      {down.length > 0 && (
        <p class="banner">
          <strong>Down:</strong> the Redis of {down.map(({ name }) => name).join(', ')} cannot be reached. Everything
          else keeps running.
        </p>
      )}
      <DataTable
        caption="Job queues"
        columns={COLUMNS}
        rows={rows}
        keyOf={({ name }) => name}
        empty="The application has no BullMQ queues."
      />
    </Panel>
  );
}

/** A queue that is down has no current figures. */
function figure(state: QueueRow['state'], value: number): string {
  return state === 'up' ? count(value) : '–';
}
