// How are the nodes doing?
import type { ComponentChildren, VNode } from 'preact';
import type { NodeFigures, NodeRow } from '../../src/wire/feed.frames.js';
import { useData } from '../parts/dashboard-context.js';
import { type Column, DataTable } from '../parts/data-table.js';
import { Foreign } from '../parts/foreign.js';
import { Panel } from '../parts/panel.js';
import { bytes, count, duration, rate } from '../state/format.js';

export function NodesPanel(): VNode {
  const rows = useData((state) => state.nodes) ?? [];
  const own = useData((state) => state.nodeId);
  return (
    <Panel id="nodes" title="Nodes" wide note={rows.length > 1 ? `${count(rows.length)} nodes live` : undefined}>
      <DataTable
        caption="Nodes"
        columns={[
          {
            title: 'Node',
            cell: ({ nodeId }) => (
              <>
                <Foreign text={nodeId} />
                {rows.length > 1 && nodeId === own && <span class="second">this page</span>}
              </>
            ),
          },
          ...FIGURES,
        ]}
        rows={rows}
        keyOf={({ nodeId }) => nodeId}
        empty="No node has reported yet."
      />
    </Panel>
  );
}

/** A column whose cells stay empty until the node has told its figures. */
function column(
  title: string,
  cell: (figures: NodeFigures) => ComponentChildren,
  numeric = false,
  hint?: string,
): Column<NodeRow> {
  return { title, cell: ({ figures }) => (figures === null ? '–' : cell(figures)), numeric, hint };
}

const FIGURES: readonly Column<NodeRow>[] = [
  column('State', ({ state, broker }) => (
    <>
      <Word text={state} isGood={state === 'accepting'} />
      {broker !== null && broker !== 'ok' && (
        <span class="second">
          <Word text={`broker ${broker}`} isGood={false} />
        </span>
      )}
    </>
  )),
  column('Connections', ({ connections }) => count(connections), true),
  column('Users', ({ users }) => count(users), true),
  column('Subscriptions', ({ subscriptions }) => count(subscriptions), true),
  column(
    'Deliveries',
    ({ deliveries }) => count(deliveries),
    true,
    'Connections that events were sent to since the node started.',
  ),
  column('Up', ({ uptimeSeconds }) => duration(uptimeSeconds), true),
  column('Memory', ({ rssBytes }) => bytes(rssBytes), true),
  column(
    'Loop lag',
    ({ loopLagMs }) => `${rate(loopLagMs)} ms`,
    true,
    'Longest time for which the node was too busy to react.',
  ),
  column('Version', ({ version, fanOut }) => (
    <>
      {version === null ? 'not known' : <Foreign text={version} plain />}
      {fanOut === 'stock' && <span class="second">stock fan-out</span>}
    </>
  )),
];

function Word({ text, isGood }: { readonly text: string; readonly isGood: boolean }): VNode {
  return <span class={isGood ? 'word good' : 'word waiting'}>{text}</span>;
}
