// How are the nodes doing?
import type { VNode } from 'preact';
import type { NodeRow } from '../../src/wire/feed.frames.js';
import { useData } from '../parts/dashboard-context.js';
import { type Column, DataTable } from '../parts/data-table.js';
import { Foreign } from '../parts/foreign.js';
import { bytes, count, duration, rate } from '../state/format.js';
import { Panel } from '../parts/panel.js';

const COLUMNS: readonly Column<NodeRow>[] = [
  { title: 'Node', cell: ({ nodeId }) => <Foreign text={nodeId} /> },
  { title: 'State', cell: ({ state }) => <State state={state} /> },
  { title: 'Fan-out', cell: ({ fanOut }) => fanOut },
  { title: 'Connections', cell: ({ connections }) => count(connections), numeric: true },
  { title: 'Up', cell: ({ uptimeSeconds }) => duration(uptimeSeconds), numeric: true },
  { title: 'Memory', cell: ({ rssBytes }) => bytes(rssBytes), numeric: true },
  { title: 'Loop lag', cell: ({ loopLagMs }) => `${rate(loopLagMs)} ms`, numeric: true },
];

export function NodesPanel(): VNode {
  const rows = useData((state) => state.nodes) ?? [];
  return (
    <Panel id="nodes" title="Nodes">
      <DataTable
        caption="Nodes"
        columns={COLUMNS}
        rows={rows}
        keyOf={({ nodeId }) => nodeId}
        empty="No node has reported yet."
      />
    </Panel>
  );
}

function State({ state }: { readonly state: NodeRow['state'] }): VNode {
  return <span class={state === 'accepting' ? 'word good' : 'word waiting'}>{state}</span>;
}
