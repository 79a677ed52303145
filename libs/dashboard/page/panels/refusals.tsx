// Which requests were refused, at which gate, and by which rule?
import type { VNode } from 'preact';
import { useState } from 'preact/hooks';
import type { RefusalRow } from '../../src/wire/feed.frames.js';
import { At, Since } from '../parts/at.js';
import { useData } from '../parts/dashboard-context.js';
import { type Column, DataTable } from '../parts/data-table.js';
import { Foreign, Where, Who } from '../parts/foreign.js';
import { reasonText } from '../state/reason-text.js';
import { count } from '../state/format.js';
import { Panel } from '../parts/panel.js';
import { explainCode, GATES, isOfApplication } from '../state/explanations.js';
import { type RefusalCount, refusalKey } from '../state/refusal-tally.js';

export function RefusalsPanel(): VNode {
  const rows = useData((state) => state.refusals) ?? [];
  const [chosen, setChosen] = useState<string | null>(null);
  const shown = rows.filter((row) => chosen === null || refusalKey(row) === chosen).reverse();
  return (
    <Panel id="refusals" title="Refusals" wide note={<Span />}>
      <Tally chosen={chosen} onChoose={setChosen} />
      {shown.length > 0 && (
        <>
          <h3>
            Details, newest first
            {chosen !== null && `: ${chosen}`}
          </h3>
          <DataTable
            caption="Latest refusals, newest first"
            columns={EXPLAINED}
            rows={shown}
            keyOf={({ id }) => String(id)}
            empty=""
          />
        </>
      )}
    </Panel>
  );
}

/** The server has kept rows from before the page was opened. */
function Span(): VNode {
  const from = useData((state) => state.from) ?? 0;
  return (
    <>
      since <Since at={from} />
    </>
  );
}

interface TallyProps {
  /** Gate and code whose refusals are listed; null lists all. */
  readonly chosen: string | null;
  readonly onChoose: (chosen: string | null) => void;
}

function Tally({ chosen, onChoose }: TallyProps): VNode {
  const tally = useData((state) => state.refusalTally) ?? {};
  const columns: readonly Column<RefusalCount>[] = [
    {
      title: 'Gate and code',
      cell: (entry) => {
        const key = refusalKey(entry);
        const pressed = key === chosen;
        return (
          <button
            type="button"
            class="quiet small"
            aria-pressed={pressed}
            onClick={() => onChoose(pressed ? null : key)}
          >
            {entry.gate} <strong>{entry.code}</strong>
          </button>
        );
      },
    },
    { title: 'Meaning', cell: ({ gate, code }) => `${GATES[gate]}. ${explainCode(code)}` },
    { title: 'Seen', cell: (entry) => count(entry.count), numeric: true },
  ];
  return (
    <DataTable
      caption="Refusals by gate and code"
      columns={columns}
      rows={Object.values(tally).sort((a, b) => b.count - a.count || (refusalKey(a) < refusalKey(b) ? -1 : 1))}
      keyOf={refusalKey}
      empty="No request has been refused."
    />
  );
}

const EXPLAINED: readonly Column<RefusalRow>[] = [
  { title: 'When', cell: ({ at }) => <At at={at} /> },
  { title: 'User', cell: ({ userId }) => <Who userId={userId} /> },
  {
    title: 'What',
    cell: (row) => (
      <>
        <What row={row} />
        <Where nodeId={row.nodeId} />
      </>
    ),
  },
  {
    title: 'Refused with',
    cell: ({ gate, code }) => (
      <>
        {code}{' '}
        <span class="second">
          at gate {gate}
          {isOfApplication(code) && ', a code of the application'}
        </span>
      </>
    ),
  },
  {
    title: 'Guard or rule, and reason',
    cell: ({ reason }) => <Foreign text={reasonText(reason)} title={reason} plain />,
  },
];

function What({ row: { channel, message } }: { readonly row: RefusalRow }): VNode {
  if (channel === null) return <>{message === null ? 'the connection' : <Foreign text={message} />}</>;
  return (
    <>
      <Foreign text={channel} />
      {message !== null && (
        <span class="second">
          <Foreign text={message} />
        </span>
      )}
    </>
  );
}
