// Which handlers are slow, and which fail?
import type { VNode } from 'preact';
import type { HandlerRow } from '../../src/wire/feed.frames.js';
import { useData } from '../parts/dashboard-context.js';
import { type Column, DataTable } from '../parts/data-table.js';
import { Foreign } from '../parts/foreign.js';
import { count, rate } from '../state/format.js';
import { Panel } from '../parts/panel.js';

const COLUMNS: readonly Column<HandlerRow>[] = [
  { title: 'Handler', cell: ({ template, message }) => <Foreign text={`${template} · ${message}`} /> },
  { title: 'Calls', cell: ({ count: calls }) => count(calls), numeric: true },
  { title: 'Failed', cell: ({ failures }) => <Failures failures={failures} />, numeric: true },
  { title: 'Median', hint: 'Half of the calls were faster.', cell: ({ p50Ms }) => `${rate(p50Ms)} ms`, numeric: true },
  { title: '99 %', hint: '99 of 100 calls were faster.', cell: ({ p99Ms }) => `${rate(p99Ms)} ms`, numeric: true },
];

export function HandlersPanel(): VNode {
  const rows = useData((state) => state.handlers) ?? [];
  return (
    <Panel id="handlers" title="Handlers" note="over the last minute">
      <DataTable
        caption="Latencies of handlers over the last minute"
        columns={COLUMNS}
        rows={rows}
        keyOf={({ template, message }) => `${template} ${message}`}
        empty="No handler has run within the last minute."
      />
    </Panel>
  );
}

function Failures({ failures }: { readonly failures: number }): VNode {
  return <span class={failures > 0 ? 'bad' : undefined}>{count(failures)}</span>;
}
